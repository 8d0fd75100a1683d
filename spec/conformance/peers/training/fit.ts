import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import * as joinery from '../../../../src/index.ts'
import { type Case, Differs } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr } from '../array.ts'
import { close, toleranceOf } from '../close.ts'
import { weightsOf } from '../keras/given.ts'
import { mapLayer } from '../keras/layer.ts'
import { networkOf, type Part, variablesOf } from '../plan.ts'
import { cannot } from '../verdict.ts'

// Trainings whose losses and weights are known: of layers in sequence, through fit.

interface TrainedLayer {
  readonly layer: string
  readonly config: Readonly<Record<string, unknown>>
  readonly weights: readonly unknown[]
}
interface TrainingCase extends Case {
  readonly layers: readonly TrainedLayer[]
  readonly x: unknown
  readonly y: unknown
  readonly loss: string
  readonly optimizer: { readonly name: string; readonly learning_rate: number }
  readonly batch_size: number
  readonly epochs: number
  readonly shuffle: boolean
  readonly expected: { readonly losses?: readonly number[]; readonly weights?: Readonly<Record<string, unknown>> }
}

/** The weights of a layer in its order: Keras' names, and the variables that they are here. */
const orders: Readonly<Record<string, readonly (readonly [weight: string, variable: string])[]>> = {
  Dense: [
    ['kernel', 'weight'],
    ['bias', 'bias'],
  ],
  Conv2D: [
    ['kernel', 'weight'],
    ['bias', 'bias'],
  ],
  Conv2DTranspose: [
    ['kernel', 'weight'],
    ['bias', 'bias'],
  ],
  BatchNormalization: [
    ['gamma', 'gamma'],
    ['beta', 'beta'],
    ['moving_mean', 'runningMean'],
    ['moving_variance', 'runningVariance'],
  ],
  SimpleRNN: [
    ['kernel', 'inputWeights'],
    ['recurrent_kernel', 'hiddenWeights'],
    ['bias', 'biases'],
  ],
  LSTM: [
    ['kernel', 'inputWeights'],
    ['recurrent_kernel', 'hiddenWeights'],
    ['bias', 'biases'],
  ],
  Flatten: [],
}

const losses: Readonly<Record<string, string>> = {
  mean_squared_error: 'mse',
  meanSquaredError: 'mse',
  mean_absolute_error: 'mae',
  meanAbsoluteError: 'mae',
}

const nameOf = (place: number): string => `layer-${place}`

/** One layer. A recurrent one has biases here; without any there, they are not trained. */
const partOf = ({ layer, config, weights }: TrainedLayer, place: number, shape: readonly number[]): Part => {
  const order = orders[layer] ?? cannot(`training of ${layer}`)
  const named = weights.map((weight, i) => ({ name: order[i]?.[0] ?? cannot(`weights of ${layer}`), ...arr(weight) }))
  const { reset_after: _, ...rest } = config
  const own = layer === 'LSTM' ? rest : config
  return mapLayer(layer, own, weightsOf(named), { shape, side: 'tfjs', name: nameOf(place) })
}

const outputShape = (part: Part, shape: readonly number[]): readonly number[] => {
  const network = networkOf({ ...part, inputs: [{ shape, data: [] }] })
  const found = joinery.outputShape(network, [...shape]) as readonly (number | null)[]
  return found.map((d, axis) => (axis === 0 ? (shape[0] as number) : (d ?? cannot('an unknown shape'))))
}

const given = ({ data, shape }: Arr): { data: Float32Array; shape: readonly number[] } => ({
  data: Float32Array.from(data),
  shape,
})

/** A case of a training. */
export const checkTraining = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as TrainingCase
  const { layers, optimizer, epochs, batch_size: batchSize, shuffle, expected } = fields
  const [x, y] = [arr(fields.x), arr(fields.y)]
  let shape: readonly number[] = x.shape
  const shapes: (readonly number[])[] = []
  const made = layers.map((layer, place) => {
    const part = partOf(layer, place, shape)
    shapes.push(shape)
    shape = outputShape(part, shape)
    return part
  })
  if (!['SGD', 'sgd'].includes(optimizer.name)) cannot(`training by ${optimizer.name}`)
  const plan = {
    inputs: [x],
    layers: made.flatMap(part => part.layers),
    values: Object.assign({}, ...made.map(part => part.values ?? {})),
  }
  const network = networkOf(plan)
  const frozen = layers.flatMap(({ layer, config }, place) =>
    ['LSTM', 'SimpleRNN'].includes(layer) && config.use_bias === false ? [`${nameOf(place)}.biases`] : [],
  )
  const start = variablesOf(network, plan)
  const names = Object.entries(start.params as Readonly<Record<string, object>>).flatMap(([layer, own]) =>
    Object.keys(own).map(variable => `${layer}.${variable}`),
  )
  const { variables, history } = await joinery.fit(network, start as never, { x: given(x), y: given(y) }, {
    loss: losses[fields.loss] ?? cannot(`training with ${fields.loss}`),
    optimizer: joinery.gradientDescent({ step: optimizer.learning_rate }),
    epochs,
    batchSize,
    shuffle,
    trains: names.filter(name => !frozen.includes(name)),
    key: joinery.key(1),
    ...(engine.backend === undefined ? {} : { backend: engine.backend }),
  } as never)
  const tolerance = toleranceOf(one)
  if (expected.losses) close('loss', history.loss as never, expected.losses, tolerance)
  const { params, state } = variables as unknown as Readonly<
    Record<'params' | 'state', Readonly<Record<string, Readonly<Record<string, TfTensor>>>>>
  >
  for (const [path, weight] of Object.entries(expected.weights ?? {})) {
    const [place = 0, index = 0] = path.split('.').map(Number)
    const [, variable = ''] = orders[layers[place]?.layer ?? '']?.[index] ?? []
    const found = params[nameOf(place)]?.[variable] ?? state[nameOf(place)]?.[variable]
    if (found === undefined) throw new Differs(`there is no ${nameOf(place)}/${variable}`)
    const numbers = Array.from(found.dataSync())
    const wanted = arr(weight).data
    if (variable !== 'runningVariance') close(`${nameOf(place)}/${variable}`, numbers, wanted, tolerance)
    else {
      // tfjs averages the biased variance: what batches brought of the unbiased one of this library is n / (n - 1) larger.
      const [examples, size] = [x.shape[0] as number, Math.min(batchSize, x.shape[0] as number)]
      if (examples % size !== 0) cannot('running variances of batches of different sizes')
      const count = ((shapes[place] as readonly number[]).slice(0, -1).reduce((n, d) => n * d, 1) * size) / examples
      const kept = (layers[place]?.config.momentum as number) ** ((epochs * examples) / size)
      const before = arr(layers[place]?.weights[index]).data
      const biased = numbers.map((value, i) => {
        const rest = kept * (before[i] as number)
        return rest + ((value - rest) * (count - 1)) / count
      })
      close(`${nameOf(place)}/${variable}`, biased, wanted, tolerance)
    }
  }
}
