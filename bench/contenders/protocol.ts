import { createInterface } from 'node:readline'

/** One step of a work. */
export type Step = () => unknown

const timeOf = async (step: Step, count: number): Promise<number> => {
  const start = performance.now()
  for (let i = 0; i < count; i++) await step()
  return (performance.now() - start) / count
}

/** At least three steps, and half a second of them, so that code is compiled and caches are filled. */
const warmUp = async (step: Step): Promise<void> => {
  const start = performance.now()
  for (let i = 0; i < 3 || performance.now() - start < 500; i++) await step()
}

/**
 * Offers a step for measuring: says "ready" after a warm-up, then answers each line with the milliseconds of a step, a
 * mean over about half a second. So contenders in processes of their own can be measured in turn.
 */
export const serve = async (step: Step): Promise<void> => {
  await warmUp(step)
  const each = await timeOf(step, 3)
  const count = Math.max(1, Math.round(500 / each))
  console.log('ready')
  for await (const _ of createInterface({ input: process.stdin })) console.log(await timeOf(step, count))
  process.exit()
}

/** Offers something that takes its own time: says "ready", then answers each line with the milliseconds. */
export const serveTimes = async (time: () => Promise<number>): Promise<void> => {
  await time()
  console.log('ready')
  for await (const _ of createInterface({ input: process.stdin })) console.log(await time())
  process.exit()
}
