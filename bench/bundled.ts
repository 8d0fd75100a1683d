import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/**
 * A program of this folder as one file of plain JavaScript, which is what users run: loaders of TypeScript give each
 * function its name whenever it is made, which costs more than small steps do.
 *
 * @returns the path of the file
 */
export const bundled = (program: string): string => {
  const file = fileURLToPath(
    new URL(`../node_modules/.cache/joinery/bench/${program.replace(/\.ts$/, '.mjs')}`, import.meta.url),
  )
  buildSync({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    outfile: file,
    ...{ bundle: true, packages: 'external', format: 'esm', platform: 'node', target: 'es2022' },
  })
  return file
}
