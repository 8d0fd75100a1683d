import { alongAxes, elu, hardSigmoidDiffers } from '../activations.ts'
import { type Arr, reshaped } from '../array.ts'
import { make } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { type Given, type Mapped, type Mapping, same, variable } from './given.ts'

// Activations of PyTorch, element by element or along an axis.

/** A network has a batch: numbers without axes, or with one, get one. */
const batched = (input: Arr): Pick<Mapped, 'input' | 'view'> =>
  input.shape.length > 1
    ? { input }
    : { input: reshaped(input, [1, input.data.length]), view: output => reshaped(output, input.shape) }

const activation =
  (maker: string, ...args: readonly unknown[]): Mapping =>
  ({ input, options }) => {
    options.ignore('inplace')
    return { layers: [make(maker, ...args)], ...batched(input) }
  }

const softmax =
  (maker: string, fixed?: number): Mapping =>
  ({ input, options, kind }) => {
    const dim = fixed ?? options.read<number | null>('dim', null) ?? cannot(`${kind} without an axis`)
    const whole = batched(input)
    const shape = (whole.input as Arr).shape
    // Of an image without a batch, channels are the first of three axes.
    const axis = fixed !== undefined && input.shape.length === 3 ? 0 : dim
    return { ...alongAxes(maker, [input.shape.length < 2 ? -1 : axis], shape), ...whole }
  }

/** One slope for each channel, axis 1, or one for all: on elements that have one feature. */
const prelu: Mapping = given => {
  const { input, options } = given
  options.ignore('numParameters')
  const alpha = variable(given, 'weight')
  const whole = batched(input)
  const shape = (whole.input as Arr).shape
  const isOne = alpha.data.length === 1
  const layer = make('PRelu', { name: 'layer', alphaAxes: isOne ? 2 : 1 })
  return {
    layers: isOne ? [make('Reshape', [-1, 1]), layer, make('Reshape', shape.slice(1))] : [layer],
    values: { layer: { alpha } },
    gradients: { alpha: ['weight', same] },
    ...whole,
  }
}

const checked = (given: Given, isKnown: boolean, what: string, mapping: Mapping): Mapped =>
  isKnown ? mapping(given) : cannot(`${given.kind} with ${what}`)

/** By module. */
export const activations: Readonly<Record<string, Mapping>> = {
  Identity: activation('Identity'),
  ReLU: activation('Relu'),
  ReLU6: given => {
    given.options.ignore('minVal', 'maxVal')
    return activation('Relu6')(given)
  },
  Sigmoid: activation('Sigmoid'),
  Tanh: activation('Tanh'),
  SiLU: activation('Swish'),
  Mish: activation('Mish'),
  Softsign: activation('Softsign'),
  SELU: activation('Selu'),
  Hardswish: activation('HardSwish'),
  Hardsigmoid: () => hardSigmoidDiffers(),
  Hardtanh: given =>
    checked(
      given,
      given.options.read('minVal', -1) === 0 && given.options.read('maxVal', 1) === 6,
      'limits other than 0 and 6',
      activation('Relu6'),
    ),
  GELU: given => activation('Gelu', { approximate: given.options.read('approximate', 'none') === 'tanh' })(given),
  ELU: given => {
    elu(given.options.read('alpha', 1))
    return activation('Elu')(given)
  },
  LeakyReLU: given => activation('Relu', { alpha: given.options.read('negativeSlope', 0.01) })(given),
  RReLU: given => {
    const [lower, upper] = [given.options.read('lower', 1 / 8), given.options.read('upper', 1 / 3)]
    if (given.isTraining && lower !== upper) cannot('RReLU in training: the peer’s own draws')
    return activation('Relu', { alpha: (lower + upper) / 2 })(given)
  },
  // Beyond the threshold PyTorch takes x for log(1 + exp(x)), which from 20 on is it in 32 bits.
  Softplus: given =>
    checked(
      given,
      given.options.read('beta', 1) === 1 && given.options.read('threshold', 20) >= 20,
      'a beta or a low threshold',
      activation('Softplus'),
    ),
  PReLU: prelu,
  Softmax: softmax('Softmax'),
  Softmax2d: softmax('Softmax', 1),
  LogSoftmax: softmax('LogSoftmax'),
  Dropout: ({ isTraining, input, options }) => {
    options.ignore('p', 'inplace')
    if (isTraining) cannot('Dropout in training: the peer’s own draws')
    return { layers: [make('Identity')], ...batched(input) }
  },
}
