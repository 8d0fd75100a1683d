const { writeFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

/** Mocha's own report; and, in the file that TEST_COUNTS names, how many tests passed and failed. */
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats
      writeFileSync(process.env.TEST_COUNTS, `${passes} passed, ${failures} failed\n`)
    })
  }
}
