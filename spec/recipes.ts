import fc from 'fast-check'
import {
  gpt,
  Identity,
  Input,
  init,
  JoineryError,
  join,
  key,
  type Layer,
  mixtureOfExperts,
  mobilenetV2,
  orthogonal,
  parallel,
  Relu,
  resnet50,
  Softmax,
  squeezenet,
  Tanh,
  TransformerDecoder,
  TransformerEncoder,
  unet,
  vgg16,
  vgg19,
} from '../src/index.ts'
import { type Drawn, drawnWith, initial, layerOf } from './drawn.ts'
import { untyped } from './running.ts'

// Random networks of all layers and combinators, and every architecture, for what holds of all networks alike.

/** A composition of a layer alone, as functions of networks make it. */
export const whole = (network: Layer): Layer => ('nodes' in network ? network : untyped.join(network))

/** Values of every kind that has a text. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  initial,
  fc.constant(orthogonal({ scale: 2 })),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 5 }),
  fc.constantFrom(
    [
      [1, 2],
      [-3.5, 1e-7],
    ],
    [[[0.1]]],
    new Float32Array([0.1, 1e10, -0]),
    new Float64Array([3]),
  ),
)
const layer: fc.Arbitrary<Drawn> = fc.oneof(...Object.values(drawnWith(value)))

const text = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom("it's", '"', '\\', 'a >> b', '# a', '// b', ' c\n', '\uE000a', 'null', '3', '😀'),
)
/** Names that are no patterns. */
export const nameable: fc.Arbitrary<string> = text.filter(name => !name.includes('{') && !name.includes('}'))

interface Leaf {
  readonly form: 'layer'
  readonly drawn: Drawn
}
interface Composed {
  readonly form: 'join' | 'parallel' | 'branch' | 'repeat' | 'shared' | 'block' | 'start' | 'end'
  readonly parts: readonly Recipe[]
  readonly name: string
  readonly times: number
}
/** How a random network is made. */
export type Recipe = Leaf | Composed
const recipes = fc.letrec<{ recipe: Recipe }>(tie => ({
  recipe: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    layer.map((drawn): Recipe => ({ form: 'layer', drawn })),
    fc.record({
      form: fc.constantFrom<Composed['form']>(
        'join',
        'join',
        'parallel',
        'branch',
        'repeat',
        'shared',
        'block',
        'start',
        'end',
      ),
      parts: fc.array(tie('recipe'), { minLength: 1, maxLength: 4 }),
      name: nameable,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  ),
}))

/** Any recipe. */
export const recipe: fc.Arbitrary<Recipe> = recipes.recipe

const attempt = (make: () => Layer, otherwise: Layer): Layer => {
  try {
    return make()
  } catch {
    return otherwise
  }
}
/** The network of a recipe; what does not fit is left out. */
export const build = (given: Recipe): Layer => {
  if (given.form === 'layer') return layerOf(given.drawn)
  const { form, name, times } = given
  const parts = given.parts.map(build)
  const first = parts[0] as Layer
  const together = parts
    .slice(1)
    .reduce((before, part) => attempt(() => untyped.join(before, part), before), untyped.join(first))
  switch (form) {
    case 'join':
      return together
    case 'parallel':
      return attempt(() => untyped.parallel(...parts), first)
    case 'branch':
      return attempt(() => untyped.branch(...parts), first)
    case 'repeat':
      return attempt(() => untyped.repeat(first, times), first)
    case 'shared':
      return attempt(() => untyped.shared(name, first), first)
    case 'block':
      return attempt(() => untyped.block(name, together), together)
    default: {
      const { nodes } = whole(together) as unknown as { nodes: readonly { name: string }[] }
      return attempt(() => untyped[form](together, (nodes[times % nodes.length] as { name: string }).name), together)
    }
  }
}

const experts = [join(Input(10), Relu(5)), join(Input(10), Tanh(5))] as const
const small = [32, 32, 3] as const
/** Every architecture and block, with options. */
export const architectures: Readonly<Record<string, readonly (() => Layer)[]>> = {
  vgg16: [() => vgg16()],
  vgg19: [() => vgg19()],
  squeezenet: [() => squeezenet()],
  resnet50: [
    () => resnet50(),
    () => resnet50({ inputShape: [64, 96, 1], includeGlobalPool: false, inOutRatio: 8 }),
    ...([4, 16] as const).map(inOutRatio => () => resnet50({ inputShape: [64, 64, 3], inOutRatio })),
  ],
  mobilenetV2: [
    () => mobilenetV2(),
    () => mobilenetV2({ inputShape: small, width: 0.35, classes: 7 }),
    () => mobilenetV2({ inputShape: small, width: 1.4, classes: 7 }),
  ],
  unet: [() => unet(), ...[1, 2, 3].map(depth => () => unet({ inputShape: small, depth, channels: 8, classes: 5 }))],
  gpt: [
    () => gpt(),
    () => gpt({ vocabulary: 50, length: 12, width: 24, heads: 3, layers: 2, dropout: 0 }),
    () => gpt({ vocabulary: 7, length: 5, width: 8, heads: 1, layers: 1, dropout: 0.5 }),
  ],
  mixtureOfExperts: [
    () => mixtureOfExperts(experts),
    () => mixtureOfExperts([...experts, join(Input(10), Relu(6), Relu(5))]),
    () => mixtureOfExperts(experts, { gatingLayer: join(Relu(7), Softmax(2)) }),
  ],
  TransformerEncoder: [
    () => join(Input([6, 8]), TransformerEncoder(8, 2)),
    () =>
      untyped.TransformerEncoder(8, 4, {
        hidden: 10,
        dropout: 0.2,
        activation: 'gelu',
        norm: 'pre',
        causal: true,
        mask: true,
        name: 'e{}',
      }),
  ],
  TransformerDecoder: [
    () => join(parallel(Input([6, 8]), Input([5, 8])), TransformerDecoder(8, 2)),
    () => untyped.TransformerDecoder(8, 2, { hidden: 3, dropout: 0, norm: 'pre', causal: false, mask: true }),
  ],
}

/** A network of a drawn layer; `undefined` where the layer does not take the inputs. */
export const networkOf = (one: Drawn): Layer | undefined => {
  try {
    const inputs = one.inputs.map(shape => Input(shape as never))
    return untyped.join(inputs.length === 1 ? inputs[0] : untyped.parallel(...inputs), layerOf(one))
  } catch (error) {
    if (error instanceof JoineryError) return undefined
    throw error
  }
}

/** Whether a network can run without being told its inputs. */
export const knowsInputs = (network: Layer): boolean =>
  'inputs' in network && (network.inputs as readonly unknown[]).every(shape => shape !== null)

/** A random network behind an Input that fits it; `undefined` if none of a few does. */
export const begun = (inner: Layer): Layer | undefined => {
  for (const shape of [[3], [4, 3], [5, 5, 2], []])
    try {
      const network = shape.length === 0 ? untyped.join(inner, Identity()) : untyped.join(Input(shape as never), inner)
      // Some layers have weights of another shape.
      if (knowsInputs(network) && init(network, key(1)) !== undefined) return network
    } catch (error) {
      if (!(error instanceof JoineryError)) throw error
    }
  return undefined
}
