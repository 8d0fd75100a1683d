import { fromStart, sizeOf } from '../../base/shape.ts'
import { asIs, call, knownAt, knownInput, type ModuleTensor, type Row, type Site, tensor, tuple } from '../row.ts'

// Normalizations: PyTorch's where it has the same one, else one over any axes.

const through = (site: Site) => (inputs: readonly string[]) => call(site.self, ...inputs)

/** Factor and shift, each if there is one, in a shape. */
const affine = (site: Site, shape: readonly number[]): readonly ModuleTensor[] =>
  [['gamma', 'weight'] as const, ['beta', 'bias'] as const].flatMap(([variable, name]) =>
    site.has(variable) ? [tensor(name, shape, variable)] : [],
  )

const batchNorm: Row = site => {
  const { axes, alpha, epsilon, running } = site.options as {
    readonly axes: readonly number[] | null
    readonly alpha: number
    readonly epsilon: number
    readonly running: string
  }
  const rank = knownInput(site).length
  const shape = site.shapeOf('gamma')
  const channels = sizeOf(shape)
  const over = axes === null ? Array.from({ length: rank - 1 }, (_, i) => i) : axes.map(axis => fromStart(axis, rank))
  const isPlain = running === 'variance' && rank <= 5 && over.length === rank - 1 && !over.includes(rank - 1)
  if (!isPlain)
    return {
      make: call(
        'BatchNorm',
        tuple(over),
        tuple(shape),
        String(epsilon),
        String(alpha),
        running === 'variance' ? null : 'inverse=True',
      ),
      helpers: ['BatchNorm'],
      tensors: [
        ...affine(site, shape),
        asIs(site, 'runningMean', 'running_mean'),
        asIs(site, running === 'variance' ? 'runningVariance' : 'runningInvStd', 'running_scale'),
      ],
      call: through(site),
    }
  return {
    make: call(
      `nn.BatchNorm${Math.max(rank - 2, 1)}d`,
      String(channels),
      epsilon === 1e-5 ? null : `eps=${epsilon}`,
      alpha === 0.1 ? null : `momentum=${alpha}`,
    ),
    channels: rank > 2 ? 'first' : 'last',
    tensors: [
      ...affine(site, [channels]),
      tensor('running_mean', [channels], 'runningMean'),
      tensor('running_var', [channels], 'runningVariance'),
    ],
    call: through(site),
  }
}

/** Normalization of each example over some axes, written out. */
const normalization = (site: Site, axes: readonly number[], shape: readonly number[], isCentred = true) => ({
  make: call(
    'Normalization',
    tuple(axes),
    tuple(shape),
    String(site.options.epsilon),
    site.has('gamma') ? null : 'scale=False',
    site.has('beta') || !isCentred ? null : 'shift=False',
    isCentred ? null : 'shift=False, centred=False',
  ),
  helpers: ['Normalization'] as const,
  tensors: affine(site, shape),
  call: through(site),
})

/** The axes of features, and the shape of what broadcasts over the others. */
const features = (site: Site): readonly [axes: readonly number[], shape: readonly number[]] => {
  const input = knownInput(site)
  const axes = (site.options.axes as readonly number[]).map(axis => fromStart(axis, input.length)).sort((a, b) => a - b)
  const sizes = knownAt(site, axes)
  return [axes, input.map((_, axis) => (axes.includes(axis) ? (sizes[axes.indexOf(axis)] as number) : 1))]
}

export const normalizationRows: Readonly<Record<string, Row>> = {
  BatchNorm: batchNorm,
  LayerNorm: site => {
    const [axes, shape] = features(site)
    const rank = shape.length
    const isLast = axes.every((axis, i) => axis === rank - axes.length + i)
    if (!isLast || site.has('gamma') !== site.has('beta')) return normalization(site, axes, shape)
    const sizes = shape.slice(rank - axes.length)
    const { epsilon } = site.options
    return {
      make: call(
        'nn.LayerNorm',
        sizes.length === 1 ? String(sizes[0]) : tuple(sizes),
        epsilon === 1e-5 ? null : `eps=${String(epsilon)}`,
        site.has('gamma') ? null : 'elementwise_affine=False',
      ),
      tensors: affine(site, sizes),
      call: through(site),
    }
  },
  RMSNorm: site => normalization(site, ...features(site), false),
  InstanceNorm: site => {
    const input = knownInput(site)
    const [channels = 0] = knownAt(site, [-1])
    const over = input.map((_, axis) => axis).slice(1, -1)
    return normalization(
      site,
      over,
      input.map((_, axis) => (axis === input.length - 1 ? channels : 1)),
    )
  },
  GroupNorm: site => {
    const [channels = 0] = knownAt(site, [-1])
    const { nGroups, epsilon } = site.options
    return {
      make: call('nn.GroupNorm', String(nGroups), `${channels}`, epsilon === 1e-5 ? null : `eps=${String(epsilon)}`),
      channels: 'first',
      tensors: affine(site, [channels]),
      call: through(site),
    }
  },
  LocalResponseNorm: site => {
    const { alpha, beta, k, depthRadius } = site.options as Readonly<Record<string, number>>
    const size = 2 * (depthRadius as number) + 1
    return {
      // PyTorch divides alpha by the size of the window.
      make: `nn.LocalResponseNorm(${size}, alpha=${(alpha as number) * size}, beta=${beta}, k=${k})`,
      channels: 'first',
      call: through(site),
    }
  },
}
