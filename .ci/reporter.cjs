const { writeFileSync } = require('node:fs')
const { relative } = require('node:path')
const { reporters, Runner } = require('mocha')

/** How many of the slowest files are told: what makes a run long is in few of them. */
const told = 20

/**
 * Mocha's own report; then the files that took longest, and, in the file that TEST_COUNTS names, how many tests passed and
 * failed.
 */
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END } = Runner.constants
    const seconds = new Map()
    let depth = 0
    let since = 0
    runner.once(EVENT_RUN_BEGIN, () => {
      since = Date.now()
    })
    runner.on(EVENT_SUITE_BEGIN, suite => {
      if (!suite.root) depth++
    })
    // A file's suites, with their hooks, from the end of the suite before.
    runner.on(EVENT_SUITE_END, suite => {
      if (suite.root || --depth > 0) return
      const now = Date.now()
      seconds.set(suite.file, (seconds.get(suite.file) ?? 0) + (now - since) / 1000)
      since = now
    })
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats
      console.log('  slowest files, in seconds')
      for (const [file, time] of [...seconds].sort(([, a], [, b]) => b - a).slice(0, told))
        console.log(`  ${time.toFixed(0).padStart(6)}  ${relative(process.cwd(), file)}`)
      writeFileSync(process.env.TEST_COUNTS, `${passes} passed, ${failures} failed\n`)
    })
  }
}
