/** Calls a function with what belonged to a value, once nobody holds the value any more. */
export interface Dropped<Held extends object> {
  /** Watches a value; `held` must not hold it. */
  readonly watch: (value: object, held: Held) => void
  /** Watches a value no longer. */
  readonly forget: (value: object) => void
}

/**
 * The one form of finalizer here. It runs when nobody waits for it, so nothing that goes wrong in it is anybody's: where a
 * backend has been removed, what it held has gone with it.
 *
 * @param giveBack what a value held, which may take time
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
