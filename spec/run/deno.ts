import { createRequire } from 'node:module'
import process from 'node:process'
import { parseArgs } from 'node:util'
import Mocha from 'mocha'
import { beyondDeno } from './beyond-deno.ts'

// Runs spec files under Deno, by mocha as a library: its command is a program for Node. Called by `main.ts`.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reporter: { type: 'string' },
    grep: { type: 'string' },
    colors: { type: 'boolean', default: false },
    'forbid-only': { type: 'boolean', default: false },
    'forbid-pending': { type: 'boolean', default: false },
    'fail-zero': { type: 'boolean', default: false },
  },
})
const mocha = new Mocha({
  timeout: 60_000,
  color: values.colors,
  forbidOnly: values['forbid-only'],
  forbidPending: values['forbid-pending'],
  failZero: values['fail-zero'],
  ...(values.reporter !== undefined && { reporter: createRequire(import.meta.url)(values.reporter) }),
  ...(values.grep !== undefined && { grep: values.grep }),
})
for (const file of positionals) mocha.addFile(file)
await mocha.loadFilesAsync()

/** Takes out the tests that cannot run here. */
const takeOut = (suite: Mocha.Suite): void => {
  suite.tests = suite.tests.filter(test => !beyondDeno.some(({ test: title }) => title === test.fullTitle()))
  for (const own of suite.suites) takeOut(own)
}
takeOut(mocha.suite)
mocha.run(failures => process.exit(failures > 0 ? 1 : 0))
