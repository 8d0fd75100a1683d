/** Whether this is Node or Deno, which find packages by name; browsers do only by an import map. */
export const isServer = (): boolean => 'process' in globalThis || 'Deno' in globalThis

/**
 * Imports a module that may be missing. Its name is no literal and the comments say so, hence bundlers leave the import
 * alone: a bundle builds without the optional engines. In a bundle for browsers these are imported by their own entries.
 */
export const importOptional = (name: string): Promise<object> =>
  import(/* webpackIgnore: true */ /* @vite-ignore */ name) as Promise<object>
