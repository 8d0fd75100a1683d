import { expect } from 'chai'
import {
  accumulate,
  adafactor,
  adam,
  adamw,
  adaptiveClip,
  addDecayedWeights,
  average,
  byName,
  chain,
  compileTraining,
  elastic,
  fit,
  freeze,
  Input,
  init,
  join,
  key,
  Linear,
  l2,
  lamb,
  lars,
  limitNorm,
  lookahead,
  momentum,
  muon,
  nonNegative,
  type Optimizer,
  orthogonalPenalty,
  Relu,
  scheduleFree,
  sharpnessAware,
  skipNonFinite,
  type TrainingRule,
  trainStep,
  unitNorm,
} from '../../../src/index.ts'

// A pattern that names nothing is refused wherever an optimizer or a penalty meets a network, and before the first update.

const network = join(Input(2), Relu(3), Linear(1))
const variables = init(network, key(1))
const examples = { x: [[1, 2]], y: [[3]] }

const wrong = 'dense*' as string
const optimizers: Readonly<Record<string, Optimizer>> = {
  freeze: freeze(wrong),
  'freeze, one of several': freeze(['relu-1', wrong]),
  byName: byName({ [wrong]: freeze(), '*': adam() }),
  'byName, an optimizer within': byName({ 'relu-1': freeze('linear-1' as string), '*': adam() }),
  addDecayedWeights: addDecayedWeights({ mask: wrong }),
  adaptiveClip: adaptiveClip({ mask: wrong }),
  adam: adam({ mask: wrong }),
  adamw: adamw({ mask: ['*.weight', wrong] }),
  momentum: momentum({ mask: wrong, weightDecay: 0.1 }),
  adafactor: adafactor({ mask: wrong }),
  'lamb, mask': lamb({ mask: wrong }),
  'lamb, adapts': lamb({ adapts: wrong }),
  'lars, mask': lars({ mask: wrong }),
  'lars, adapts': lars({ adapts: wrong }),
  'muon, mask': muon({ mask: wrong }),
  'muon, matrices': muon({ matrices: wrong }),
  scheduleFree: scheduleFree({ mask: wrong }),
  chain: chain(adam(), freeze(wrong)),
  lookahead: lookahead(freeze(wrong)),
  average: average(freeze(wrong)),
  accumulate: accumulate(freeze(wrong), 2),
  sharpnessAware: sharpnessAware(freeze(wrong)),
  skipNonFinite: skipNonFinite(freeze(wrong)),
}
const rules: Readonly<Record<string, TrainingRule>> = {
  ...Object.fromEntries(Object.entries(optimizers).map(([name, optimizer]) => [name, { optimizer }])),
  l2: { regularizer: l2({ exclude: [wrong] }) },
  elastic: { regularizer: elastic({ exclude: [wrong] }) },
  orthogonalPenalty: { regularizer: orthogonalPenalty({ exclude: [wrong] }) },
  'regularizer, a pattern': { regularizer: { [wrong]: l2() } },
  'regularizer, one within': { regularizer: { '*': l2({ exclude: [wrong] }) } },
  nonNegative: { constraint: nonNegative({ exclude: [wrong] }) },
  unitNorm: { constraint: unitNorm({ exclude: [wrong] }) },
  limitNorm: { constraint: limitNorm({ exclude: [wrong] }) },
  'constraint, a pattern': { constraint: { [wrong]: unitNorm() } },
  'constraint, one within': { constraint: { '*': unitNorm({ exclude: [wrong] }) } },
  trains: { trains: wrong },
}

const entries: Readonly<Record<string, (rule: TrainingRule) => unknown>> = {
  fit: rule => fit(network, variables, examples, rule),
  'fit from a state': async rule => {
    const { trainState } = await fit(network, variables, examples, { optimizer: adam() })
    return fit(network, variables, examples, { ...rule, trainState })
  },
  trainStep: rule => trainStep(network, rule).init(variables, key(1)),
  compileTraining: rule => compileTraining(network, rule).init(variables, key(1)),
}

const thrown = async (run: () => unknown): Promise<unknown> => {
  try {
    await run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('Patterns that name nothing', () => {
  for (const [entry, run] of Object.entries(entries))
    for (const [name, rule] of Object.entries(rules))
      it(`are refused by ${entry}: ${name}`, async () => {
        const error = await thrown(() => run(rule))
        const { message } = error as Error
        expect(message).to.match(/: expected a pattern of some of .*relu-1\.weight.*, got '(dense\*|linear-1)'\. /)
      })
})
