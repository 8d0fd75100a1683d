import { type Arr, axisFrom, filled, inverse, range, reshaped, size } from '../array.ts'
import { make } from '../plan.ts'
import { byChoice, cannot } from '../verdict.ts'
import { classOf, type Given, type LayerConfig, type Mapping } from './given.ts'

// Normalizations of Keras.

/** The axes of an option, counted from the start. */
const axesOf = ({ options, shape }: Given, otherwise: number): readonly number[] => {
  const axis = options.read<number | number[]>('axis', otherwise)
  return (Array.isArray(axis) ? axis : [axis]).map(one => axisFrom(one, shape.length))
}

/** Factor and shift, unless the layer has none. */
const affine = (given: Given, shape: readonly number[]): { gamma: Arr | null; beta: Arr | null } => {
  const { options, weights } = given
  const [scale, center] = [options.read('scale', true), options.read('center', true)]
  return {
    gamma: scale ? (weights.named('gamma') ?? filled(shape, 1)) : null,
    beta: center ? (weights.named('beta') ?? filled(shape)) : null,
  }
}

const batchNormalization: Mapping = given => {
  const { options, shape, name, weights, hasMask, isTraining } = given
  options.only('renorm', false)
  options.only('synchronized', false)
  options.ignore('renormClipping', 'renormMomentum')
  // Moving averages are not compared.
  const alpha = 1 - options.read('momentum', 0.99)
  const epsilon = options.read('epsilon', 1e-3)
  if (hasMask && isTraining) cannot('BatchNormalization with a mask')
  const kept = axesOf(given, -1)
  const full = shape.map((d, axis) => (kept.includes(axis) ? d : 1))
  const features = kept.map(axis => shape[axis] as number)
  const { gamma, beta } = affine(given, features)
  const values = {
    gamma: reshaped(gamma ?? filled(features, 1), full),
    beta: reshaped(beta ?? filled(features), full),
    runningMean: reshaped(weights.named('moving_mean') ?? filled(features), full),
    runningVariance: reshaped(weights.named('moving_variance') ?? filled(features, 1), full),
  }
  const axes = range(shape.length).filter(axis => !kept.includes(axis))
  return { layers: [make('BatchNorm', { name, axes, epsilon, alpha })], values: { [name]: values } }
}

const layerNormalization: Mapping = given => {
  const { options, shape, name } = given
  options.only('rmsScaling', false)
  const epsilon = options.read('epsilon', 1e-3)
  const axes = axesOf(given, -1)
  if (axes.some((axis, i) => i > 0 && axis < (axes[i - 1] as number)))
    cannot('LayerNormalization of axes in another order')
  if (axes.includes(0)) cannot('LayerNormalization over the batch')
  const features = axes.map(axis => shape[axis] as number)
  const { gamma, beta } = affine(given, features)
  return {
    layers: [
      make('LayerNorm', { name, axes, epsilon, ...(gamma ? {} : { gamma: null }), ...(beta ? {} : { beta: null }) }),
    ],
    values: { [name]: { ...(gamma ? { gamma } : {}), ...(beta ? { beta } : {}) } },
  }
}

const rmsNormalization: Mapping = given => {
  const { options, shape, name, weights } = given
  const axes = axesOf(given, -1)
  const gamma =
    weights.named('scale') ??
    weights.named('gamma') ??
    filled(
      axes.map(axis => shape[axis] as number),
      1,
    )
  return {
    layers: [make('RMSNorm', { name, axes, epsilon: options.read('epsilon', 1e-6) })],
    values: { [name]: { gamma } },
  }
}

/** Groups of an axis, which is put last; all others become rows and columns. */
const groupNormalization: Mapping = given => {
  const { options, shape, name } = given
  const rank = shape.length
  const axes = axesOf(given, -1)
  if (axes.length > 1) cannot('GroupNormalization of several axes')
  const [axis] = axes as [number]
  const channels = shape[axis] as number
  const groups = options.read('groups', 32)
  const { gamma, beta } = affine(given, [channels])
  const order = [...range(rank).filter(other => other !== axis), axis]
  const moved = order.map(other => shape[other] as number)
  const isLast = axis === rank - 1
  const layers = [
    ...(isLast ? [] : [make('Transpose', order)]),
    ...(rank === 4 ? [] : [make('Reshape', [1, size(moved.slice(1, -1)), channels])]),
    make('GroupNorm', groups === -1 ? channels : groups, { name, epsilon: options.read('epsilon', 1e-3) }),
    ...(rank === 4 ? [] : [make('Reshape', moved.slice(1))]),
    ...(isLast ? [] : [make('Transpose', inverse(order))]),
  ]
  return { layers, values: { [name]: { gamma: gamma ?? filled([channels], 1), beta: beta ?? filled([channels]) } } }
}

const spectralNormalization: Mapping = given => {
  const { options, name, weights, isTraining, within } = given
  const layer = options.read<LayerConfig>('layer', { config: {} })
  if (!isTraining)
    byChoice(
      'SpectralNorm divides by the spectral norm in inference also; Keras has then the weight as it was last trained',
    )
  const iterations = options.read('powerIterations', 1)
  const { layers, values = {} } = within(layer, { name: 'inner' })
  if (layers.length !== 1) cannot(`SpectralNormalization of ${classOf(layer)} with an activation`)
  return {
    layers: [make('SpectralNorm', layers[0], { name, iterations })],
    values: {
      [name]: {
        ...values.inner,
        weightLeft: weights.named('vector_u') ?? cannot('SpectralNormalization without vector_u'),
      },
    },
  }
}

/** By class. */
export const normalizations: Readonly<Record<string, Mapping>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  SpectralNormalization: spectralNormalization,
}
