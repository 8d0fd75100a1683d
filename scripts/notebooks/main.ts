import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { differences } from './compare.ts'
import { checked, type Kernel, openKernel } from './kernel.ts'
import { fileOf, type Notebook, withOutputs } from './notebook.ts'
import { template } from './template.ts'
import { inCells, moduleOf } from './types.ts'

const help = `Executes notebooks with Deno's kernel, and compares what they give with what they hold.

npm run notebooks -- [options] [NAME ...]

  NAME          of notebooks/NAME.ipynb; all notebooks unless you name some
  --keep        write what they give into them
  --new NAME    make notebooks/NAME.ipynb, with a first model, and execute it
  --folder DIR  the folder of the notebooks, in the place of notebooks/
  --help        print this text

Types are checked first: the kernel itself leaves them unchecked.`

/** How many notebooks are executed at the same time. */
const workers = 2

/** How long printed lines may take after a cell, in milliseconds: usually, and on a busy machine. */
const [shortly, patiently] = [250, 1500]

const read = (file: string): Notebook => JSON.parse(readFileSync(file, 'utf8'))

/** What is wrong with the types of notebooks; nothing when all are right. */
const faultsOfTypes = async (folder: string, names: readonly string[]): Promise<string> => {
  const found = names.map(name => {
    const module = moduleOf(read(join(folder, `${name}.ipynb`)))
    return [`.check-${name}.ts`, { notebook: `${name}.ipynb`, module }] as const
  })
  const files = found.map(([file]) => join(folder, file))
  try {
    // Beside the notebooks, for their imports.
    for (const [file, { module }] of found) writeFileSync(join(folder, file), module.text)
    return inCells(await checked(files, folder), Object.fromEntries(found))
  } finally {
    for (const file of files) rmSync(file, { force: true })
  }
}

/** Executes a notebook, and says what is wrong, or nothing. */
const run = async (kernel: Kernel, folder: string, name: string, keep: boolean): Promise<string> => {
  const file = join(folder, `${name}.ipynb`)
  const before = read(file)
  const start = performance.now()
  const given = async (pause: number): Promise<Notebook> =>
    withOutputs(before, await kernel.execute(before, folder, pause))
  try {
    let after = await given(keep ? patiently : shortly)
    // Lines that came too late are missing: what differs has another chance.
    if (!keep && differences(before, after).length > 0) after = await given(patiently)
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    if (keep) writeFileSync(file, fileOf(after))
    const found = keep ? [] : differences(before, after)
    console.log(
      `${name}.ipynb: every cell ran${keep || found.length > 0 ? '' : ' and gave what it holds'} (${seconds} s)`,
    )
    return found.map(difference => `${name}.ipynb: ${difference}`).join('\n')
  } catch (error) {
    return `${name}.ipynb: ${(error as Error).message}`
  }
}

/** Runs tasks in their order, some at the same time. */
const together = async <R>(tasks: readonly (() => Promise<R>)[]): Promise<readonly R[]> => {
  const results: R[] = []
  const waiting = tasks.entries()
  const work = async (): Promise<void> => {
    for (const [i, task] of waiting) results[i] = await task()
  }
  await Promise.all(Array.from({ length: workers }, work))
  return results
}

const main = async (args: readonly string[]): Promise<string> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      keep: { type: 'boolean', default: false },
      new: { type: 'string' },
      folder: { type: 'string', default: fileURLToPath(new URL('../../notebooks', import.meta.url)) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(help)
    return ''
  }
  const folder = resolve(values.folder)
  const pathOf = (name: string): string => join(folder, `${name}.ipynb`)
  if (values.new !== undefined) {
    if (!/^[\w-]+$/.test(values.new)) return `--new: expected a name of letters, digits and dashes, got ${values.new}`
    if (existsSync(pathOf(values.new))) return `${pathOf(values.new)} is there already: choose another name`
    writeFileSync(pathOf(values.new), fileOf(template(values.new)))
  }
  const given = [
    ...positionals.map(name => name.replace(/\.ipynb$/, '')),
    ...(values.new === undefined ? [] : [values.new]),
  ]
  const all = readdirSync(folder).flatMap(file => (file.endsWith('.ipynb') ? [file.slice(0, -'.ipynb'.length)] : []))
  const unknown = given.filter(name => !all.includes(name))
  if (unknown.length > 0) return `no notebook ${unknown.join(', ')}: there are ${all.join(', ')}`
  const names = given.length > 0 ? given : all.sort()

  const faults = await faultsOfTypes(folder, names)
  if (faults !== '') return faults
  const kernel = openKernel()
  try {
    const keep = values.keep || values.new !== undefined
    const found = await together(names.map(name => () => run(kernel, folder, name, keep)))
    return found.filter(Boolean).join('\n\n')
  } finally {
    kernel.close()
  }
}

const faults = await main(process.argv.slice(2)).catch((error: Error) => error.message)
if (faults !== '') {
  console.error(faults)
  process.exitCode = 1
}
