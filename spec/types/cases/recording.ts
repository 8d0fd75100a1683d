import {
  accuracy,
  adam,
  BatchNorm,
  type Examples,
  Input,
  init,
  join,
  key,
  Linear,
  type NotFinite,
  type Recorded,
  Relu,
  recorded,
  Softmax,
  type Tensor,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// A recorded run is typed as what `fit` gives; its updates and forks by the network and by what reports have.

const network = join(Input(4), Relu(8, { name: 'hidden' }), BatchNorm(), Softmax(3))
const variables = init(network, key(1))
declare const examples: Examples
type Numbers = readonly number[]

const run = await recorded(network, variables, examples, { metrics: ['accuracy'], validation: examples, every: 10 })
holds<Same<(typeof run)['history']['loss' | 'accuracy' | 'validationAccuracy'], Numbers>>()
holds<Same<(typeof run)['variables']['params']['hidden']['weight'], Tensor<[4, 8]>>>()

const update = await run.at(3)
holds<Same<(typeof update)['before']['params']['hidden']['weight'], Tensor<[4, 8]>>>()
holds<
  Same<
    (typeof update)['after']['state']['batch-norm-1']['runningMean'],
    (typeof variables)['state']['batch-norm-1']['runningMean']
  >
>()
holds<Same<(typeof update)['gradients']['softmax-1']['bias'], Tensor<[3]>>>()
holds<Same<keyof (typeof update)['gradientNorms']['layers'], 'hidden' | 'batch-norm-1' | 'softmax-1'>>()
holds<Same<(typeof update)['data']['x'], Tensor<[number, 4]>>>()
holds<Same<(typeof update)['report']['loss' | 'accuracy'], number>>()
holds<Same<(typeof update)['learningRate'], number | undefined>>()
holds<Same<Awaited<ReturnType<(typeof run)['firstNotFinite']>>, NotFinite | undefined>>()
update.gradients.hiden
//               ~~~~~ 'hiden' does not exist
update.report.precision
//            ~~~~~~~~~ 'precision' does not exist

// A fork has what the run has, but for what it changes.
const same = await run.fork(3)
holds<Same<(typeof same)['history']['validationAccuracy'], Numbers>>()
const other = await run.fork(3, { metrics: ['f1'], optimizer: adam() })
holds<Same<(typeof other)['history']['f1' | 'validationF1'], Numbers>>()
other.history.accuracy
//            ~~~~~~~~ 'accuracy' does not exist
const again = await other.fork(4, { metrics: [accuracy], epochs: 3 })
holds<Same<(typeof again)['history']['accuracy'], Numbers>>()
await run.fork(3, { data: { x: [[1, 2, 3, 4]], y: [[0, 1, 0]] } })
await run.fork(3, { data: { x: [[1, 2, 3]], y: [[0, 1, 0]] } })
//                              ~~~~~~~~~ x expects (?, 4), got (1, 3)
await run.fork(3, { epoch: 3 })
//                  ~~~~~ 'epoch' does not exist
await run.fork(3, { trainState: update.trainState })
//                  ~~~~~~~~~~ 'trainState' does not exist
await run.fork(3, { trains: 'hiden' })
//                  ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'hiden'

// Where patterns say what is trained, gradients may be missing.
const partly = await (await recorded(network, variables, examples, { trains: 'hidden' })).at(1)
holds<Same<NonNullable<(typeof partly)['gradients']['hidden']>['weight'], Tensor<[4, 8]> | undefined>>()

const networks = { encoder: join(Input(4), Linear(2)), decoder: join(Input(2), Linear(4, { name: 'out' })) }
const ruled = await recorded(
  networks,
  init(networks, key(1)),
  { image: [[1, 2, 3, 4]] },
  {
    rules: {
      loss: ({ ops, run }, { image }) => [ops.mean(run.decoder(run.encoder(image))), { code: ops.constant(1) }],
    },
  },
)
const made = await ruled.at(1)
holds<Same<(typeof made)['before']['decoder']['params']['out']['weight'], Tensor<[2, 4]>>>()
holds<Same<(typeof made)['report']['loss' | 'code'], number>>()
made.data.image.shape
made.data.picture
//        ~~~~~~~ 'picture' does not exist
made.after.coder
//         ~~~~~ 'coder' does not exist

export const forked = async (run: Recorded<typeof network>): Promise<number> => (await run.fork(1)).losses.length
