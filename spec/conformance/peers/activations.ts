import type { Case } from '../data.ts'
import type { Engine } from '../engine.ts'
import { type Arr, arr, axisFrom, inverse, range, reshaped, size } from './array.ts'
import { toleranceOf } from './close.ts'
import { optionsOf } from './options.ts'
import { checkPlan, inShape, make, type Part, placeOf, plain } from './plan.ts'
import { byChoice, cannot } from './verdict.ts'

// Activation functions of Keras and of tfjs-layers, by name.

/** Whose names and defaults hold. */
export type Side = 'keras' | 'tfjs'

/** What joinery answers to hard sigmoids of slope 1/6. */
export const hardSigmoidDiffers = (): never =>
  byChoice('HardSigmoid has the slope 0.2 of Courbariaux et al. 2015, not 1/6')

/** `hardSigmoid` and `HardSigmoid` are `hard_sigmoid`. */
const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replace(/^_/, '')

/** Constructors of the activations without options, with their arguments. */
const activations: Readonly<Record<string, readonly [string, ...unknown[]]>> = {
  linear: ['Identity'],
  identity: ['Identity'],
  relu: ['Relu'],
  sigmoid: ['Sigmoid'],
  tanh: ['Tanh'],
  elu: ['Elu'],
  selu: ['Selu'],
  softplus: ['Softplus'],
  softsign: ['Softsign'],
  swish: ['Swish'],
  silu: ['Swish'],
  gelu: ['Gelu'],
  gelu_new: ['Gelu', { approximate: true }],
  exponential: ['Exponential'],
  exp: ['Exponential'],
  mish: ['Mish'],
  relu6: ['Relu6'],
  softmax: ['Softmax'],
  log_softmax: ['LogSoftmax'],
  hard_silu: ['HardSwish'],
  hard_swish: ['HardSwish'],
  leaky_relu: ['Relu', { alpha: 0.2 }],
}

/** The name of an activation that stands as a text, an object, or not at all. */
const nameOf = (activation: unknown): string => {
  if (activation === null || activation === undefined) return 'linear'
  if (typeof activation === 'string') return snakeCase(activation)
  const { className, class: kind } = activation as { className?: string; class?: string }
  return snakeCase(className ?? kind ?? cannot('an activation of the case’s own'))
}

/** An activation as a layer. */
export const activation = (given: unknown, side: Side): Part => {
  const name = nameOf(given)
  if (name === 'hard_sigmoid') return plain(side === 'tfjs' ? make('HardSigmoid') : hardSigmoidDiffers())
  const [maker, ...args] = activations[name] ?? cannot(`activation ${name}`)
  return plain(make(maker, ...args))
}

/** The activation that a layer has built in: none for a linear one. */
export const after = (given: unknown, side: Side): Part =>
  ['linear', 'identity'].includes(nameOf(given)) ? plain() : activation(given, side)

/** An activation as a gate of a recurrent layer. */
export const gate = (given: unknown, side: Side): unknown => {
  const name = nameOf(given)
  if (name === 'sigmoid' || name === 'tanh' || name === 'relu' || name === 'softsign') return name
  if (name === 'hard_sigmoid') return side === 'tfjs' ? 'hardSigmoid' : hardSigmoidDiffers()
  if (name === 'linear') return 'linear'
  return cannot(`gate ${name}`)
}

/** A function over the last axis, over others: they are put last, and several become one. */
export const alongAxes = (maker: string, axes: readonly number[], shape: readonly number[]): Part => {
  const rank = shape.length
  const over = axes.map(axis => axisFrom(axis, rank)).sort((a, b) => a - b)
  const others = range(rank).filter(axis => !over.includes(axis))
  const order = [...others, ...over]
  const isInOrder = order.every((axis, i) => axis === i)
  const moved = isInOrder ? [] : [make('Transpose', order)]
  const back = isInOrder ? [] : [make('Transpose', inverse(order))]
  if (over.length === 1) return plain(...moved, make(maker), ...back)
  if (others[0] !== 0) return cannot(`${maker} over several axes, the batch among them`)
  const sizes = order.slice(1).map(axis => shape[axis] as number)
  const merged = [...sizes.slice(0, others.length - 1), size(over.map(axis => shape[axis] as number))]
  return plain(...moved, make('Reshape', merged), make(maker), make('Reshape', sizes), ...back)
}

/** The linear unit with its peers' three options. */
export const relu = (slope: number, max: number | null, threshold: number): Part => {
  if (threshold !== 0) cannot('relu with a threshold')
  if (max === null) return plain(make('Relu', { alpha: slope }))
  return max === 6 && slope === 0 ? plain(make('Relu6')) : cannot('relu with a largest value')
}

/** The exponential unit. */
export const elu = (alpha: number): Part => (alpha === 1 ? plain(make('Elu')) : cannot('elu with an alpha'))

/** The arguments after the first, in their order. */
const names = {
  relu: ['negativeSlope', 'maxValue', 'threshold'],
  leaky_relu: ['negativeSlope'],
  elu: ['alpha'],
  celu: ['alpha'],
  gelu: ['approximate'],
  softmax: ['axis'],
  log_softmax: ['axis'],
  sparsemax: ['axis'],
} as const

/** A case of one function: its arguments after the first stand by name or in order. */
export const checkActivation = async (one: Case, side: Side, engine: Engine): Promise<void> => {
  const { args, kwargs, view } = one as never as {
    args: readonly unknown[]
    kwargs?: object
    view?: { index: readonly number[] }
  }
  const name = snakeCase(one.function as string)
  const ordered = (names as Readonly<Record<string, readonly string[]>>)[name] ?? []
  if (args.length - 1 > ordered.length) cannot(`${name} with ${args.length} arguments`)
  const options = optionsOf(name, {
    ...Object.fromEntries(args.slice(1).map((arg, i) => [ordered[i], arg])),
    ...kwargs,
  })
  const given = arr(args[0])
  // A network has a batch.
  const input: Arr = given.shape.length < 2 ? reshaped(given, [1, given.data.length]) : given
  const part = ((): Part => {
    switch (name) {
      case 'softmax':
      case 'log_softmax': {
        const axis = options.read<number | readonly number[]>('axis', -1)
        const axes = given.shape.length < 2 ? [-1] : typeof axis === 'number' ? [axis] : axis
        return alongAxes(name === 'softmax' ? 'Softmax' : 'LogSoftmax', axes, input.shape)
      }
      case 'relu':
        return relu(
          options.read('negativeSlope', 0),
          options.read<number | null>('maxValue', null),
          options.read('threshold', 0),
        )
      case 'leaky_relu':
        return plain(make('Relu', { alpha: options.read('negativeSlope', 0.2) }))
      case 'elu':
        return elu(options.read('alpha', 1))
      case 'gelu':
        return plain(make('Gelu', { approximate: options.read('approximate', false) }))
      default:
        return activation(name, side)
    }
  })()
  options.done()
  const whole = inShape(given.shape)
  const place = view ? placeOf(view.index) : (output: Arr) => output
  await checkPlan(
    { inputs: [input], ...part, view: output => place(whole(output)) },
    { output: arr(one.expected), tolerance: toleranceOf(one) },
    engine,
  )
}
