import { expect } from 'chai'
import { adam, dataset, fit, Input, init, join, key, Linear, normals, resume, Tanh } from '../../../src/index.ts'
import { folders } from '../../storage/folders.ts'

const network = join(Input(3), Tanh(4), Linear(1))
const x = normals(key(2), 3 * 20)
const y = normals(key(3), 20)
const columns = { x: { data: x, shape: [20, 3] }, y: { data: y, shape: [20, 1] } }

const sources = {
  'batches of a shuffled dataset': dataset(columns).shuffle(key(1), { buffer: 7 }).batch(8),
  'batches of a dataset whose size nobody knows': dataset(columns)
    .filter(({ x }) => ((x as { readonly data: ArrayLike<number> }).data[0] as number) > -0.5)
    .shuffle(key(1))
    .batch(3)
    .prefetch(2),
  'examples of a dataset': dataset(columns).shuffle(key(1)),
} as const

describe('A run that was interrupted goes on to the same bits', () => {
  const newFolder = folders()
  for (const [title, data] of Object.entries(sources))
    it(`with ${title}`, async () => {
      const run = async (options: object) => {
        const { trainState, history } = await fit(network, init(network, key(1)), data as never, {
          ...{ epochs: 3, batchSize: 6, optimizer: adam({ step: 0.01 }), ...options },
        })
        const { params } = trainState.variables
        return [params['tanh-1'].weight.dataSync(), params['linear-1'].bias.dataSync(), history.loss]
      }
      let updates = 0
      const whole = await run({ callbacks: { update: () => void updates++ } })
      expect(updates).to.be.greaterThan(6)
      for (let after = 1; after < updates; after++) {
        const checkpoint = { folder: newFolder(), every: { updates: 2 } }
        const killed = ({ update }: { readonly update: number }) => {
          if (update === after) throw new Error('killed')
        }
        await run({ checkpoint, callbacks: { update: killed } }).catch(() => undefined)
        const resumed = await resume(checkpoint.folder, { network, optional: true })
        expect(await run({ checkpoint, resume: resumed }), `interrupted after ${after}`).to.deep.equal(whole)
      }
    })
})
