import * as layers from '../layers/index.ts'
import type * as L from './layer-types.ts'
import type { Bias, Name, Option, Row, With, WrongArguments } from './row.ts'

// Dense layers and activations in the table of layers.

type Dense<Kind extends string, Named extends string, P, O, Allowed> = P extends readonly [infer Units extends number]
  ? With<O, Allowed, L.Dense<Kind, Units, Bias<O>, Named>>
  : P extends readonly [] | readonly [null]
    ? With<O, Allowed, L.Activation<Kind, Named>>
    : WrongArguments

/** The layer of each name, for positional arguments `P` and options `O`, or why there is none. */
export interface DenseRows<P extends readonly unknown[], O> {
  readonly Linear: Dense<'Linear', Name<O, 'linear-{}'>, P, O, L.DenseOptions>
  readonly Sigmoid: Dense<'Sigmoid', Name<O, 'sigmoid-{}'>, P, O, L.DenseOptions>
  readonly HardSigmoid: Dense<'HardSigmoid', Name<O, 'hard-sigmoid-{}'>, P, O, L.DenseOptions>
  readonly Tanh: Dense<'Tanh', Name<O, 'tanh-{}'>, P, O, L.DenseOptions>
  readonly Relu: Dense<'Relu', Name<O, 'relu-{}'>, P, O, L.DenseOptions & L.ReluOptions>
  readonly LeakyRelu: Dense<'LeakyRelu', Name<O, 'leaky-relu-{}'>, P, O, L.DenseOptions>
  readonly Softplus: Dense<'Softplus', Name<O, 'softplus-{}'>, P, O, L.DenseOptions>
  readonly Softmax: Dense<'Softmax', Name<O, 'softmax-{}'>, P, O, L.DenseOptions>
  readonly Elu: Dense<'Elu', Name<O, 'elu-{}'>, P, O, L.DenseOptions>
  readonly Selu: Dense<'Selu', Name<O, 'selu-{}'>, P, O, L.DenseOptions>
  readonly Swish: Dense<'Swish', Name<O, 'swish-{}'>, P, O, L.DenseOptions>
  readonly Mish: Dense<'Mish', Name<O, 'mish-{}'>, P, O, L.DenseOptions>
  readonly Softsign: Dense<'Softsign', Name<O, 'softsign-{}'>, P, O, L.DenseOptions>
  readonly HardSwish: Dense<'HardSwish', Name<O, 'hard-swish-{}'>, P, O, L.DenseOptions>
  readonly Relu6: Dense<'Relu6', Name<O, 'relu6-{}'>, P, O, L.DenseOptions>
  readonly Exponential: Dense<'Exponential', Name<O, 'exponential-{}'>, P, O, L.DenseOptions>
  readonly LogSoftmax: Dense<'LogSoftmax', Name<O, 'log-softmax-{}'>, P, O, L.DenseOptions>
  readonly Silu: Dense<'Swish', Name<O, 'swish-{}'>, P, O, L.DenseOptions>
  readonly Gelu: Dense<'Gelu', Name<O, 'gelu-{}'>, P, O, L.DenseOptions & L.GeluOptions>
  readonly PRelu: P extends readonly [infer Units extends number]
    ? With<O, L.PReluOptions, L.PRelu<Units, Option<O, 'alphaAxes', -1>, Bias<O>, Name<O, 'p-relu-{}'>>>
    : P extends readonly [] | readonly [null]
      ? With<O, L.PReluOptions, L.PRelu<null, Option<O, 'alphaAxes', -1>, Bias<O>, Name<O, 'p-relu-{}'>>>
      : WrongArguments
}

/** The same at run time. */
export const denseRows: { readonly [_ in keyof DenseRows<[], {}>]: Row } = {
  Linear: { make: layers.Linear, reads: 'each' },
  Sigmoid: { make: layers.Sigmoid, reads: 'each' },
  HardSigmoid: { make: layers.HardSigmoid, reads: 'each' },
  Tanh: { make: layers.Tanh, reads: 'each' },
  Relu: { make: layers.Relu, reads: 'each' },
  LeakyRelu: { make: layers.LeakyRelu, reads: 'each' },
  Softplus: { make: layers.Softplus, reads: 'each' },
  Softmax: { make: layers.Softmax, reads: 'each' },
  Elu: { make: layers.Elu, reads: 'each' },
  Selu: { make: layers.Selu, reads: 'each' },
  Swish: { make: layers.Swish, reads: 'each' },
  Mish: { make: layers.Mish, reads: 'each' },
  Softsign: { make: layers.Softsign, reads: 'each' },
  HardSwish: { make: layers.HardSwish, reads: 'each' },
  Relu6: { make: layers.Relu6, reads: 'each' },
  Exponential: { make: layers.Exponential, reads: 'each' },
  LogSoftmax: { make: layers.LogSoftmax, reads: 'each' },
  Silu: { make: layers.Silu, reads: 'each' },
  Gelu: { make: layers.Gelu, reads: 'each' },
  PRelu: { make: layers.PRelu, reads: 'each' },
}
