import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { folders } from '../../storage/folders.ts'

const network = j.join(j.Input(3), j.Tanh(4), j.BatchNorm(), j.Linear(1))
const start = j.init(network, j.key(1))
const data = {
  x: { data: j.normals(j.key(2), 3 * 24), shape: [24, 3] },
  y: { data: j.normals(j.key(3), 24), shape: [24, 1] },
}

/** What remembers tensors in every form: of the parameters' shapes, others, nested, in lists, scalars. */
const optimizers: readonly (() => j.Optimizer)[] = [
  () => j.gradientDescent({ step: 0.01 }),
  () => j.adam({ step: 0.01, amsgrad: true }),
  () => j.adafactor(),
  () => j.muon(),
  () => j.scheduleFree(),
  () => j.irpropPlus(),
  () => j.average(j.adam({ step: j.cosineDecay({ initialValue: 0.01, decayIter: 9 }) })),
  () => j.lookahead(j.adamw()),
  () => j.chain(j.clipByNorm(1), j.accumulate(j.adam(), 2)),
  () => j.quasiNewton(),
  () => j.conjugateGradient(),
  () => j.levenbergMarquardt(),
]

describe('A run that is resumed ends with the same bits', () => {
  const newFolder = folders()
  for (const make of optimizers)
    it(`with ${make.toString().slice(6).replaceAll('j.', '')}`, async () => {
      const run = async (options: object) => {
        const common = { epochs: 3, batchSize: 8, optimizer: make(), key: j.key(4) }
        const { trainState, history } = await j.fit(network, start, data, { ...common, ...options })
        const { params, state } = trainState.variables
        const tensors = [params['tanh-1'], params['batch-norm-1'], params['linear-1'], state['batch-norm-1']]
        return [...tensors.flatMap(own => Object.values(own).map(tensor => tensor.dataSync())), history.loss]
      }
      const checkpoint = { folder: newFolder(), every: { updates: 2 } }
      const killed = ({ update }: { readonly update: number }) => {
        if (update === 6) throw new Error('killed')
      }
      const error = await run({ checkpoint, callbacks: { update: killed } }).catch(({ message }: Error) => message)
      expect(error).to.equal('killed')
      const resumed = await j.resume(checkpoint.folder, { network })
      expect(resumed.trainState.optimizer.update).to.equal(4)
      expect(await run({ checkpoint, resume: resumed })).to.deep.equal(await run({}))
    })
})
