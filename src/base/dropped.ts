/** Calls a function with what belonged to a value, after the value has been garbage-collected. */
export interface Dropped<Held extends object> {
  /** Watches a value; `held` must not hold it. */
  readonly watch: (value: object, held: Held) => void
  /** Watches a value no longer. */
  readonly forget: (value: object) => void
}

/**
 * Makes a finalizer. Its errors are ignored, because nobody waits for it: if a backend has been removed, so has its memory.
 *
 * @param giveBack releases what a value held; may be asynchronous
 */
export const onceDropped = <Held extends object>(giveBack: (held: Held) => unknown): Dropped<Held> => {
  const registry = new FinalizationRegistry<Held>(held => {
    new Promise(done => done(giveBack(held))).catch(() => undefined)
  })
  return {
    watch: (value, held) => registry.register(value, held, value),
    forget: value => {
      registry.unregister(value)
    },
  }
}
