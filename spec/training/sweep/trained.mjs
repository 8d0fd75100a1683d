// What the specs of sweeps train, also on threads: nothing but numbers. JavaScript, as threads of Node 20 read no TypeScript.

/**
 * @param {{ readonly x: number, readonly power: number }} config
 * @param {import('../../../src/index.ts').TrialContext} context
 * @returns {{ score: number, steps: number, word: number, trial: number }}
 */
const train = ({ x, power }, { key, budget, trial, previous }) => {
  if (power === 8) throw new RangeError('too steep')
  const before = /** @type {{ steps?: number } | undefined} */ (previous)?.steps ?? 0
  return { score: Math.abs(x) ** power / budget, steps: before + budget, word: key.words[0], trial }
}

export default train
