// A loop of awaited runs that compute at once never leaves the queue of microtasks: no timer fires, nothing arrives, and
// what was dropped is not given back, as finalizers are tasks too. Now and then a run waits for the next task.

/** How long, in milliseconds, and for how many bytes of results, others wait at most. */
const long = 10
const much = 16 * 2 ** 20

/** A task of its own; those that are due, timers among them, come first. */
const nextTask: () => Promise<void> = () => {
  const { setImmediate, MessageChannel } = globalThis as {
    readonly setImmediate?: (then: () => void) => unknown
    readonly MessageChannel?: typeof globalThis.MessageChannel
  }
  return new Promise(resolve => {
    if (setImmediate) setImmediate(resolve)
    else if (MessageChannel) {
      // Not a timer, which browsers hold back.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    } else setTimeout(resolve)
  })
}

let last = Number.NEGATIVE_INFINITY
let bytes = 0
let turning: Promise<void> | undefined

/**
 * Lets other tasks run, where they have waited long.
 *
 * @param made how many bytes were handed out since it was last asked
 * @returns `undefined` where nobody has to wait
 */
export const turn = (made: number): Promise<void> | undefined => {
  bytes += made
  if (turning === undefined && performance.now() - last < long && bytes < much) return undefined
  turning ??= nextTask().then(() => {
    last = performance.now()
    bytes = 0
    turning = undefined
  })
  return turning
}
