import { boolean } from '../base/options.ts'
import { heNormal } from '../initializers/index.ts'
import type { Ops } from '../ops/ops.ts'
import { type DenseConstructor, dense } from './dense.ts'

// More activations of dense layers: with units of `x W + b`, without units of the input. Options, variables and errors
// are those of `Linear`.

const scaled = <T>(ops: Ops<T>, x: T, factor: number): T => ops.multiply(x, ops.constant(factor))
const shifted = <T>(ops: Ops<T>, x: T, by: number): T => ops.add(x, ops.constant(by))

/** The options of {@link Gelu} beside those of dense layers. */
export interface GeluOptions {
  /** Whether the error function is approximated by tanh, as in GPT-2 and BERT's first code. Default: false. */
  readonly approximate?: boolean
}

/** `x Φ(x)`, with Φ the normal distribution's cumulative function. */
const gelu = <T>(ops: Ops<T>, x: T): T => {
  const twicePhi = shifted(ops, ops.erf(scaled(ops, x, Math.SQRT1_2)), 1)
  return scaled(ops, ops.multiply(x, twicePhi), 0.5)
}

/** The same with `tanh(sqrt(2/π) (x + 0.044715 x³))` for the error function. */
const geluByTanh = <T>(ops: Ops<T>, x: T): T => {
  const cubic = ops.multiply(x, shifted(ops, scaled(ops, ops.square(x), 0.044715), 1))
  const twicePhi = shifted(ops, ops.tanh(scaled(ops, cubic, Math.sqrt(2 / Math.PI))), 1)
  return scaled(ops, ops.multiply(x, twicePhi), 0.5)
}

/**
 * The Gaussian error linear unit (Hendrycks and Gimpel 2016), `x Φ(x) = x (1 + erf(x / sqrt(2))) / 2`, of `Linear`; with
 * `approximate`, `x (1 + tanh(sqrt(2/π) (x + 0.044715 x³))) / 2`. Its initial weight is that of `Relu`.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options whether to approximate, the initial weight and bias, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if there are units and the input is not 2-dimensional
 * @throws WeightInitializationError, from `init`, if the number of input features is unknown
 * @see `gelu` in Keras; `GELU` in PyTorch
 * @example
 * ```ts
 * String(Gelu(5, { approximate: true })) // Gelu(5, { approximate: true })
 * ```
 */
export const Gelu: DenseConstructor<'Gelu', 'gelu', GeluOptions> = dense(
  'Gelu',
  heNormal({ gain: 2 }),
  (ops, x, { approximate }) => (approximate ? geluByTanh(ops, x) : gelu(ops, x)),
  { approximate: { codec: boolean, default: false } },
)

/** The constants of {@link Selu}, which make mean 0 and variance 1 a fixed point. */
const selu: { readonly scale: number; readonly alpha: number } = Object.freeze({
  scale: 1.0507009873554805,
  alpha: 1.6732632423543772,
})

/**
 * `scale (x > 0 ? x : alpha (exp(x) - 1))` of `Linear`, with scale 1.0507 and alpha 1.6733: activations keep mean 0 and
 * variance 1 across layers (Klambauer et al. 2017).
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `selu` in Keras; `SELU` in PyTorch
 * @example
 * ```ts
 * const network = join(Input(20), Selu(64), Selu(64), Softmax(3))
 * ```
 */
export const Selu: DenseConstructor<'Selu', 'selu'> = dense('Selu', heNormal(), (ops, x) => {
  const { scale, alpha } = selu
  const falling = ops.elu(ops.minimum(x, ops.constant(0)))
  return ops.add(scaled(ops, ops.relu(x), scale), scaled(ops, falling, scale * alpha))
})

/**
 * `x sigmoid(x)` of `Linear`, also known as SiLU (Ramachandran et al. 2017; Elfwing et al. 2018). Its initial weight is
 * that of `Relu`.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `silu` in Keras; `SiLU` in PyTorch
 * @example
 * ```ts
 * String(join(Input(4), Swish(3))) // (?, 4) -> [... 2 layers ...] -> (?, 3)
 * ```
 */
export const Swish: DenseConstructor<'Swish', 'swish'> = dense('Swish', heNormal({ gain: 2 }), (ops, x) =>
  ops.multiply(x, ops.sigmoid(x)),
)

/**
 * `x tanh(softplus(x))` of `Linear` (Misra 2019). Its initial weight is that of `Relu`.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `mish` in Keras; `Mish` in PyTorch
 * @example
 * ```ts
 * String(join(Input(10), Mish(5), Linear(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Mish: DenseConstructor<'Mish', 'mish'> = dense('Mish', heNormal({ gain: 2 }), (ops, x) =>
  ops.multiply(x, ops.tanh(ops.softplus(x))),
)

/** `x / (1 + |x|)` */
export const softsign = <T>(ops: Ops<T>, x: T): T => ops.divide(x, shifted(ops, ops.abs(x), 1))

/**
 * `x / (1 + |x|)` of `Linear` (Turian et al. 2009).
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `softsign` in Keras; `Softsign` in PyTorch
 * @example
 * ```ts
 * String(join(Input(10), Softsign(5), Linear(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Softsign: DenseConstructor<'Softsign', 'softsign'> = dense('Softsign', heNormal(), softsign)

/**
 * `x clip(x + 3, 0, 6) / 6` of `Linear`: a piecewise linear swish (Howard et al. 2019). Its initial weight is that of
 * `Relu`. Its slope is 1/6; that of `HardSigmoid` is 0.2.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `hard_silu` in Keras; `Hardswish` in PyTorch
 * @example
 * ```ts
 * String(join(Input(10), HardSwish(5), Linear(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const HardSwish: DenseConstructor<'HardSwish', 'hard-swish'> = dense(
  'HardSwish',
  heNormal({ gain: 2 }),
  (ops, x) => {
    const gate = ops.minimum(ops.relu(shifted(ops, x, 3)), ops.constant(6))
    return scaled(ops, ops.multiply(x, gate), 1 / 6)
  },
)

/**
 * `clip(x, 0, 6)` of `Linear`: a rectifier for low-precision arithmetic (Krizhevsky 2010; Howard et al. 2017). Its
 * initial weight is that of `Relu`.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `relu6` in Keras; `ReLU6` in PyTorch
 * @example
 * ```ts
 * String(join(Input([8, 8, 3]), Convolution([3, 3, 4]), Relu6())) // (?, 8, 8, 3) -> [... 3 layers ...] -> (?, 6, 6, 4)
 * ```
 */
export const Relu6: DenseConstructor<'Relu6', 'relu6'> = dense('Relu6', heNormal({ gain: 2 }), (ops, x) =>
  ops.minimum(ops.relu(x), ops.constant(6)),
)

/**
 * `exp(x)` of `Linear`: positive outputs, such as the rate of a Poisson distribution.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `exponential` in Keras
 * @example
 * ```ts
 * String(join(Input(10), Relu(5), Exponential(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Exponential: DenseConstructor<'Exponential', 'exponential'> = dense('Exponential', heNormal(), (ops, x) =>
  ops.exp(x),
)

/**
 * `log(softmax(x))` over the last axis of `Linear`, finite where the logarithm of `Softmax` is not.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `log_softmax` in Keras; `LogSoftmax` in PyTorch
 * @example
 * ```ts
 * String(join(Input(10), Relu(5), LogSoftmax(3))) // (?, 10) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export const LogSoftmax: DenseConstructor<'LogSoftmax', 'log-softmax'> = dense('LogSoftmax', heNormal(), (ops, x) =>
  ops.logSoftmax(x),
)
