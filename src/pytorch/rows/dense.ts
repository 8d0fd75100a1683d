import { fromStart, sizeOf } from '../../base/shape.ts'
import { asIs, call, knownInput, type ModuleTensor, type Row, type Site, tensor, tuple } from '../row.ts'

// Dense layers: a module for `x W + b`, and a function for the activation.

/** The tensors of `nn.Linear` for a weight [in, out] and a bias. */
export const linearTensors = (site: Site, weight: string, bias: string, name = ''): readonly ModuleTensor[] => [
  tensor(`${name}weight`, [...site.shapeOf(weight)].reverse(), weight, [1, 0]),
  ...(site.has(bias) ? [asIs(site, bias, `${name}bias`)] : []),
]

const linear = (site: Site): string => {
  const [features, units] = site.shapeOf('weight')
  return call('nn.Linear', `${features}`, `${units}`, site.has('bias') ? null : 'bias=False')
}

/** An activation, by the expression of its argument. */
const dense =
  (activation: (x: string, site: Site) => string, channels: 'any' | 'last' = 'any'): Row =>
  site =>
    site.options.units === null
      ? { channels, call: ([x = '']) => activation(x, site) }
      : {
          make: linear(site),
          tensors: linearTensors(site, 'weight', 'bias'),
          call: ([x = '']) => activation(`${site.self}(${x})`, site),
        }
const by = (f: string, ...given: readonly string[]): Row => dense(x => call(f, x, ...given))

/** The row of PRelu, whose slopes are a module of their own. */
const prelu: Row = site => {
  const isDense = site.options.units !== null
  const shape = site.output ?? knownInput(site)
  const axes = (site.options.alphaAxes as readonly number[]).map(axis => fromStart(axis, shape.length))
  const last = shape.length - 1
  const slopes = site.shapeOf('alpha')
  const isByChannel = axes.length === 1 && axes[0] === last && !site.isAdapted
  const broadcast = shape
    .slice(1)
    .map((_, i) => (axes.includes(i + 1) ? (slopes[[...axes].sort((a, b) => a - b).indexOf(i + 1)] as number) : 1))
  const make = isByChannel ? `nn.PReLU(${sizeOf(slopes)})` : `PReLU${tuple(broadcast).replace(',)', ')')}`
  const alpha = tensor(isDense ? '1.weight' : 'weight', isByChannel ? slopes : broadcast, 'alpha')
  return {
    make: isDense ? `nn.Sequential(${linear(site)}, ${make})` : make,
    tensors: [...(isDense ? linearTensors(site, 'weight', 'bias', '0.') : []), alpha],
    channels: isByChannel && !isDense && last > 1 ? 'first' : 'last',
    ...(isByChannel ? {} : { helpers: ['PReLU' as const] }),
    call: ([x = '']) => `${site.self}(${x})`,
  }
}

export const denseRows: Readonly<Record<string, Row>> = {
  Linear: dense(x => x),
  Sigmoid: by('torch.sigmoid'),
  HardSigmoid: dense(x => `(0.2 * ${x} + 0.5).clamp(0, 1)`),
  Tanh: by('torch.tanh'),
  Relu: dense((x, { options }) =>
    options.alpha === 0 ? `F.relu(${x})` : `F.leaky_relu(${x}, ${String(options.alpha)})`,
  ),
  LeakyRelu: by('F.leaky_relu', '0.01'),
  Elu: by('F.elu'),
  Softplus: by('F.softplus'),
  Softmax: dense(x => `F.softmax(${x}, dim=-1)`, 'last'),
  LogSoftmax: dense(x => `F.log_softmax(${x}, dim=-1)`, 'last'),
  Gelu: dense((x, { options }) => call('F.gelu', x, options.approximate === true ? "approximate='tanh'" : null)),
  Selu: by('F.selu'),
  Swish: by('F.silu'),
  Mish: by('F.mish'),
  Softsign: by('F.softsign'),
  HardSwish: by('F.hardswish'),
  Relu6: by('F.relu6'),
  Exponential: by('torch.exp'),
  PRelu: prelu,
  Embedding: site => {
    const [count, size] = site.shapeOf('weight')
    return {
      make: `nn.Embedding(${count}, ${size})`,
      tensors: [asIs(site, 'weight', 'weight')],
      call: ([x = '']) => `${site.self}(${x}.long())`,
    }
  },
}
