// A loop that awaits synchronous runs never leaves the queue of microtasks: no timer fires, no input arrives, and no
// finalizer frees memory. So now and then a run waits for the next task.

/** After how many milliseconds, or bytes of results, other tasks get their turn. */
const long = 10
const much = 16 * 2 ** 20

/** Resolves in a new task, after tasks and timers that are due. */
const nextTask: () => Promise<void> = () => {
  const { setImmediate, MessageChannel } = globalThis as {
    readonly setImmediate?: (then: () => void) => unknown
    readonly MessageChannel?: typeof globalThis.MessageChannel
  }
  return new Promise(resolve => {
    if (setImmediate) setImmediate(resolve)
    else if (MessageChannel) {
      // Browsers throttle timers.
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
 * Lets other tasks run if they have waited long.
 *
 * @param made bytes of results since the last call
 * @returns `undefined` if there is nothing to wait for
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
