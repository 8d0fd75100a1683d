import { type BackendOption, chooseBackend } from '../backends/choose.ts'
import type { Programs } from '../backends/programs.ts'
import { hashOf } from '../base/hash.ts'
import { leavesOf } from '../base/trees.ts'
import { checkedLeaves } from '../state/check.ts'
import { withNumbers } from '../state/compile.ts'
import type { Trees } from '../state/variables.ts'
import type { Plan } from './plan.ts'
import { programsFor, rulesOf } from './reader.ts'
import type { Layout } from './trace.ts'

// The programs of a network with its variables are kept for the next call. Nothing tells but the clock: they are dropped with
// the network or any of the variables, and made anew if numbers have changed where they are.

/** Programs, and a text of the numbers that are constants there. */
interface Kept {
  readonly programs: Programs<Layout>
  readonly reference: WeakRef<Programs<Layout>>
  readonly text: string
}

/** What is kept for a list of objects, as long as all of them are there: one weak map leads to the next. */
interface Place {
  readonly next: WeakMap<object, Place>
  kept: Kept | undefined
}
const place = (): Place => ({ next: new WeakMap(), kept: undefined })
const first = place()
const placeOf = (objects: readonly object[]): Place => {
  let at = first
  for (const object of objects) {
    const next = at.next.get(object) ?? place()
    at.next.set(object, next)
    at = next
  }
  return at
}

/** The programs of how many networks, each with its variables, are kept: those used last. Others are made again. */
const most = 2
let used: readonly Kept['reference'][] = []

const free = ({ programs }: Pick<Kept, 'programs'>): void => {
  // Nobody waits for it.
  programs.dispose().catch(() => undefined)
}
/** Notes that programs are those used last. */
const use = ({ reference }: Kept): void => {
  const all = [reference, ...used.filter(other => other !== reference && other.deref() !== undefined)]
  used = all.slice(0, most)
  for (const eldest of all.slice(most)) {
    const programs = eldest.deref()
    if (programs !== undefined) free({ programs })
  }
}

/**
 * The programs that read sequences, perhaps those of an earlier call.
 *
 * @throws WeightInitializationError if the variables are not the network's
 * @throws BackendError if the backend is not installed, or not ready
 */
export const keptPrograms = async (plan: Plan, given: Trees, choice: BackendOption): Promise<Programs<Layout>> => {
  const rules = rulesOf(plan)
  const tensors = checkedLeaves(rules, given)
  const numbers = leavesOf(await withNumbers(rules, given)).map(([, , { data }]) => data as Float32Array)
  const backend = await chooseBackend(choice)
  const at = placeOf([plan.part, backend, ...tensors])
  const text = numbers.map(hashOf).join()
  if (at.kept !== undefined && at.kept.text !== text) free(at.kept)
  if (at.kept?.text !== text) {
    const programs = programsFor(plan, given, 'last', async () => backend, { warns: false })
    at.kept = { programs, reference: new WeakRef(programs), text }
  }
  use(at.kept)
  return at.kept.programs
}
