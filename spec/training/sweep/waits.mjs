// What the specs of sweeps train until a signal ends it: with the whole budget it waits, and the first trial gives something
// then. JavaScript, as threads of Node 20 read no TypeScript.

/**
 * @param {unknown} _
 * @param {import('../../../src/index.ts').TrialContext} context
 * @returns {Promise<number>}
 */
const train = async (_, { budget, trial, signal }) => {
  if (budget < 2) return trial
  if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
  if (trial > 0) throw new Error('aborted')
  return -1
}

export default train
