import { type AxisWindow, marginOf, type WindowValues, windowsOf } from '../../layers/window.ts'
import type { Margin } from '../../ops/ops.ts'
import {
  asIs,
  call,
  knownAt,
  knownInput,
  type ModuleTensor,
  type Row,
  type Site,
  short,
  tensor,
  tuple,
} from '../row.ts'

// Convolutions and poolings. PyTorch pads both sides of an axis alike; other margins are padded before.

type Rank = 1 | 2 | 3

/** The windows of an axis each, with the zeros around it. */
interface Placed {
  readonly windows: readonly AxisWindow[]
  readonly margins: readonly Margin[]
}
const placed = (site: Site, rank: Rank, values: WindowValues): Placed => {
  const windows = windowsOf(rank, values)
  return {
    windows,
    margins: windows.map((window, axis) => {
      // With a stride of 1, what 'same' adds does not depend on the size.
      const isNeeded = window.padding === 'same' && window.stride > 1
      return marginOf(isNeeded ? (knownAt(site, [axis + 1])[0] as number) : 1, window)
    }),
  }
}
const isEven = (margins: readonly Margin[]): boolean => margins.every(([before, after]) => before === after)
const isNone = (margins: readonly Margin[]): boolean => margins.every(([before, after]) => before + after === 0)
/** The margins as `F.pad` takes them: the last axis first. */
const padding = (margins: readonly Margin[]): string => tuple([...margins].reverse().flat())
const padded = (x: string, margins: readonly Margin[], ...more: readonly string[]): string =>
  isNone(margins) ? x : call('F.pad', x, padding(margins), ...more)

const part = (name: string, windows: readonly AxisWindow[], key: 'stride' | 'dilation'): string | null =>
  windows.every(window => window[key] === 1) ? null : `${name}=${short(windows.map(window => window[key]))}`

/** The arguments of a convolution after its channels. */
const windowArguments = ({ windows, margins }: Placed): readonly (string | null)[] => [
  short(windows.map(({ size }) => size)),
  part('stride', windows, 'stride'),
  isEven(margins) && !isNone(margins) ? `padding=${short(margins.map(([before]) => before))}` : null,
  part('dilation', windows, 'dilation'),
]
/** The input, padded if the convolution cannot do it. */
const around = (x: string, { margins }: Placed): string => (isEven(margins) ? x : padded(x, margins))

/** From [..., in, out] to [out, in, ...]. */
const filterOrder = (rank: number): readonly number[] => [rank + 1, rank, ...Array.from({ length: rank }, (_, i) => i)]
const filter = (site: Site, rank: number, variable = 'weight', name = 'weight'): ModuleTensor => {
  const shape = site.shapeOf(variable)
  const order = filterOrder(rank)
  return tensor(
    name,
    order.map(axis => shape[axis] as number),
    variable,
    order,
  )
}
const bias = (site: Site, name = 'bias'): readonly ModuleTensor[] =>
  site.has('bias') ? [asIs(site, 'bias', name)] : []
const withoutBias = (site: Site): string | null => (site.has('bias') ? null : 'bias=False')

const convolution =
  (rank: Rank): Row =>
  site => {
    // The row is that of a layer with such options.
    const at = placed(site, rank, site.options as unknown as WindowValues)
    const [channels] = knownAt(site, [-1])
    const groups = site.options.groups as number
    const size = site.options.size as readonly number[]
    return {
      make: call(
        `nn.Conv${rank}d`,
        String(channels),
        String(size[rank]),
        ...windowArguments(at),
        groups === 1 ? null : `groups=${groups}`,
        withoutBias(site),
      ),
      channels: 'first',
      tensors: [filter(site, rank), ...bias(site)],
      call: ([x = '']) => `${site.self}(${around(x, at)})`,
    }
  }

/** A filter [rows, cols, channels, multiplier] as a group for each channel. */
const depthwiseFilter = (site: Site, variable: string, name: string): ModuleTensor => {
  const [rows = 0, cols = 0, channels = 0, multiplier = 0] = site.shapeOf(variable)
  return tensor(name, [channels * multiplier, 1, rows, cols], variable, [2, 3, 0, 1])
}
const depthwise = (site: Site, at: Placed, biased: string | null): string => {
  const [channels = 0] = knownAt(site, [-1])
  const made = channels * (site.options.multiplier as number)
  return call('nn.Conv2d', String(channels), String(made), ...windowArguments(at), `groups=${channels}`, biased)
}
const withSize = (site: Site): WindowValues => {
  // The row is that of a layer with such options.
  const values = site.options as unknown as WindowValues
  return { ...values, size: (values.size as readonly number[]).slice(0, 2) }
}

const marginsOf = (site: Site): readonly Margin[] => {
  const { margins } = site.options as { readonly margins: number | readonly Margin[] }
  if (typeof margins !== 'number') return margins
  return knownInput(site)
    .slice(2)
    .map((): Margin => [margins, margins])
}
/** Zeros around the axes between batch and channels, or elements cut from them. */
const margined =
  (sign: 1 | -1): Row =>
  site => {
    const margins = marginsOf(site).map(([before, after]): Margin => [sign * before, sign * after])
    return {
      channels: 'any',
      call: ([x = ''], axis) =>
        call('F.pad', x, axis(1) === 1 ? `(0, 0, ${padding(margins).slice(1)}` : padding(margins)),
    }
  }

const pooling =
  (rank: Rank, kind: 'max' | 'avg'): Row =>
  site => {
    const {
      size,
      stride,
      padding: own,
    } = site.options as {
      readonly size: number | readonly number[]
      readonly stride: number | readonly number[] | null
      readonly padding: 'valid' | 'same'
    }
    const { windows, margins } = placed(site, rank, { size, stride: stride ?? size, dilation: 1, padding: own })
    const f = `F.${kind}_pool${rank}d`
    const window = [windows.map(one => one.size), windows.map(one => one.stride)].map(short)
    const before = isEven(margins) && !isNone(margins) ? short(margins.map(([one]) => one)) : null
    if (kind === 'max')
      return {
        channels: 'first',
        call: ([x = '']) => call(f, isEven(margins) ? x : padded(x, margins, "value=float('-inf')"), ...window, before),
      }
    // In three dimensions, PyTorch refuses inputs that are smaller than the window without their padding.
    if (isEven(margins) && (rank < 3 || isNone(margins)))
      return {
        channels: 'first',
        call: ([x = '']) => call(f, x, ...window, before, before === null ? null : 'count_include_pad=False'),
      }
    return {
      channels: 'first',
      helpers: ['average_pool'],
      call: ([x = '']) => call('average_pool', f, x, padding(margins), ...window),
    }
  }

const reductions: Readonly<Record<string, string>> = { avg: 'mean', max: 'amax', sum: 'sum' }

/** What a convolution adds before and after, which its transposition cuts off; see the layer. */
const transposed = ({ size, padding: own, stride }: AxisWindow): Margin => {
  if (typeof own === 'number') return [own, own]
  const beyond = size - stride
  if (own === 'valid') return [0, Math.min(beyond, 0)]
  const before = Math.floor(Math.max(beyond, 0) / 2)
  return [before, beyond - before]
}
const deconvolution: Row = site => {
  const windows = windowsOf(2, { ...withSize(site), dilation: 1 })
  const cuts = windows.map(transposed)
  const isCutEvenly = isEven(cuts) || cuts.every(([before, after]) => before === 0 && after <= 0)
  const both = isCutEvenly ? cuts.map(([before]) => before) : [0, 0]
  const extra = isCutEvenly ? cuts.map(([before, after]) => before - after) : [0, 0]
  const [, , channels] = site.options.size as readonly number[]
  const off = cuts.map(([before, after]): Margin => [-before, -after])
  return {
    make: call(
      'nn.ConvTranspose2d',
      String(knownAt(site, [-1])[0]),
      String(channels),
      short(windows.map(({ size }) => size)),
      part('stride', windows, 'stride'),
      both.every(n => n === 0) ? null : `padding=${short(both)}`,
      extra.every(n => n === 0) ? null : `output_padding=${short(extra)}`,
      withoutBias(site),
    ),
    channels: 'first',
    // [rows, cols, out, in] → [in, out, rows, cols]
    tensors: [filter(site, 2), ...bias(site)],
    call: ([x = '']) => (isCutEvenly ? `${site.self}(${x})` : call('F.pad', `${site.self}(${x})`, padding(off))),
  }
}

export const windowRows: Readonly<Record<string, Row>> = {
  Convolution: convolution(2),
  Convolution1D: convolution(1),
  Convolution3D: convolution(3),
  DepthwiseConvolution: site => {
    const at = placed(site, 2, withSize(site))
    return {
      make: depthwise(site, at, withoutBias(site)),
      channels: 'first',
      tensors: [depthwiseFilter(site, 'weight', 'weight'), ...bias(site)],
      call: ([x = '']) => `${site.self}(${around(x, at)})`,
    }
  },
  SeparableConvolution: site => {
    const at = placed(site, 2, withSize(site))
    const [, , made = 0, channels = 0] = site.shapeOf('pointwiseWeight')
    return {
      make: `nn.Sequential(${depthwise(site, at, 'bias=False')}, ${call('nn.Conv2d', `${made}`, `${channels}`, '1', withoutBias(site))})`,
      channels: 'first',
      tensors: [
        depthwiseFilter(site, 'depthwiseWeight', '0.weight'),
        filter(site, 2, 'pointwiseWeight', '1.weight'),
        ...bias(site, '1.bias'),
      ],
      call: ([x = '']) => `${site.self}(${around(x, at)})`,
    }
  },
  Deconvolution: deconvolution,
  MaxPooling: pooling(2, 'max'),
  AveragePooling: pooling(2, 'avg'),
  MaxPooling1D: pooling(1, 'max'),
  AveragePooling1D: pooling(1, 'avg'),
  MaxPooling3D: pooling(3, 'max'),
  AveragePooling3D: pooling(3, 'avg'),
  GlobalPooling: site => {
    const { function: how } = site.options
    if (typeof how !== 'string')
      throw site.refuse("'avg', 'max' or 'sum'", 'a function of your own', 'Use one of these, or write it in Python.')
    const axes = knownInput(site)
      .map((_, axis) => axis)
      .slice(1, -1)
    return {
      channels: 'any',
      givesLast: axes.length > 0,
      call: ([x = ''], axis) => (axes.length === 0 ? x : `${x}.${reductions[how]}(dim=${tuple(axes.map(axis))})`),
    }
  },
  ZeroPadding: margined(1),
  Cropping: margined(-1),
  Upscale: ({ options }) => ({
    channels: 'first',
    call: ([x = '']) => `F.interpolate(${x}, scale_factor=${tuple(options.scale as readonly number[])})`,
  }),
}
