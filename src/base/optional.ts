/** Whether this is Node or Deno, which find packages by name; browsers do only by an import map. */
export const isServer = (): boolean => 'process' in globalThis || 'Deno' in globalThis

/**
 * Imports a module that may be missing. The comments make bundlers ignore the import, so that a bundle builds without the
 * optional engines; bundles for browsers import these by their own entries.
 */
export const importOptional = (name: string): Promise<object> =>
  import(/* webpackIgnore: true */ /* @vite-ignore */ name) as Promise<object>
