const { writeFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

/** Mocha's own report; and, in the file that TEST_REPORT names, what `main.ts` adds up. */
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_SUITE_END } = Runner.constants
    const seconds = {}
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
      seconds[suite.file] = (seconds[suite.file] ?? 0) + (now - since) / 1000
      since = now
    })
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures } = this.stats
      writeFileSync(process.env.TEST_REPORT, JSON.stringify({ passes, failures, seconds }))
    })
  }
}
