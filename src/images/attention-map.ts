import type { BackendOption } from '../backends/choose.ts'
import { codec, integer, type Options, orNull, parseOptions } from '../base/options.ts'
import { digits } from '../base/shown.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { InputOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { NameGiven } from '../network-types/names.ts'
import { type Drawing, fittedText, type Shape } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { sizes } from '../pictures/theme.ts'
import type { TensorInputs } from '../state/data.ts'
import { optionalBackend } from '../training/options.ts'
import { weightsOf } from './attention-weights.ts'
import { extentOf, notFinite, scaled } from './bitmap.ts'
import { checkExample, faultOf, titleOption } from './options.ts'
import { captioned, gap, headed, lineHeight, margin, named, nothing, roomFor, scaleKey, widest } from './sheet.ts'

/** The tokens of a sequence: of both, or of queries and keys. */
type Tokens = readonly string[] | { readonly queries: readonly string[]; readonly keys: readonly string[] }

/** The options of {@link attentionMap}. */
export interface AttentionMapOptions {
  /** Which head is shown. Default, or `null`: all, beside one another. */
  readonly head?: number | null
  /** Which example of the batch is shown. Default: 0, the first. */
  readonly example?: number
  /** What stands beside queries and above keys: an array for both, or `{ queries, keys }`. Default, or `null`: numbers. */
  readonly tokens?: Tokens | null
  /** Default: the layer and what is shown of it. */
  readonly title?: string | null
  /** What computes: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
}
interface Normal {
  readonly head: number | null
  readonly example: number
  readonly tokens: { readonly queries: readonly string[]; readonly keys: readonly string[] } | null
  readonly title: string | null
  readonly backend: BackendOption | null
}
const areTexts = (value: unknown): value is readonly string[] =>
  isList(value) && value.every(text => typeof text === 'string')
const options: Options<Normal> = {
  head: { codec: orNull(integer(0), 'all'), default: null },
  example: { codec: integer(0), default: 0 },
  tokens: {
    codec: codec<Normal['tokens']>('an array of texts, { queries, keys } of two, or null for numbers', value => {
      if (value === null) return null
      if (areTexts(value)) return { queries: [...value], keys: [...value] }
      const { queries, keys } = isRecord(value) ? value : {}
      return areTexts(queries) && areTexts(keys) ? { queries: [...queries], keys: [...keys] } : undefined
    }),
    default: null,
  },
  title: { codec: titleOption, default: null },
  backend: { codec: optionalBackend, default: null },
}

/** The weights of a head, [queries, keys]. */
interface Head {
  readonly name: string
  readonly weights: Float32Array
}

/**
 * The attention weights of a layer `MultiHeadAttention` for an example: a map for each head, whose rows are queries and whose columns
 * are keys. All have one scale, from 0 to 1.
 *
 * @param x the input, as `apply` takes it; a tuple for several inputs
 * @param name of the layer; of a shared one, its first occurrence is seen
 * @throws InvalidOption if there is no such layer, head or example, or an option is invalid
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @see {@link attentionWeights} for the numbers
 * @example
 * ```ts
 * const network = join(Input([4, 8]), MultiHeadAttention(2))
 * const x = { data: normals(key(1), 32), shape: [1, 4, 8] }
 * const map = await attentionMap(network, init(network, key(2)), x, 'multi-head-attention-1', {
 *   tokens: ['the', 'cat', 'sat', 'down'],
 * })
 * ```
 */
export const attentionMap = async <
  N extends AnyLayer,
  const Name extends string,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  name: NameGiven<'attentionMap', N, Name>,
  given: AttentionMapOptions = {},
): Promise<Picture<Drawing>> => {
  const owner = 'attentionMap'
  const { head, example, tokens, title, backend } = parseOptions<Normal>(
    owner,
    "attentionMap(network, variables, x, 'multi-head-attention-1', { head: 0 })",
    options,
    given,
  )
  const { data, shape } = await weightsOf(owner, network, variables, x, name, backend === null ? {} : { backend })
  const [batch, heads, queries, keys] = shape
  const fault = faultOf(owner)
  if (head !== null && head >= heads)
    throw fault('head', `one of ${heads} heads, from 0 on`, String(head), `The last one is ${heads - 1}.`)
  checkExample(owner, example, batch)
  for (const [side, count] of [
    ['queries', queries],
    ['keys', keys],
  ] as const)
    if (tokens !== null && tokens[side].length !== count)
      throw fault(
        'tokens',
        `${count} ${side}`,
        String(tokens[side].length),
        'Give a text for each, or { queries, keys }.',
      )
  const size = queries * keys
  const chosen = head === null ? Array.from({ length: heads }, (_, h) => h) : [head]
  const all =
    batch === 0 || size === 0
      ? []
      : chosen.map(
          (h): Head => ({
            name: `head ${h}`,
            weights: data.subarray((example * heads + h) * size, (example * heads + h + 1) * size),
          }),
        )
  const heading =
    title ??
    `${name as string}: ${head === null ? `${heads} head${heads === 1 ? '' : 's'}` : `head ${head}`}, example ${example}`
  const captions = [
    'rows are queries, columns the keys that they attend to',
    ...notFinite(all.reduce((sum, { weights }) => sum + extentOf(weights).others, 0)),
  ]
  const drawing = all.length === 0 ? nothing(heading) : laidOut(heading, captions, all, [queries, keys], tokens)
  return drawn({ drawing, title: [heading, ...captions].join('\n') })
}

const laidOut = (
  heading: string,
  captions: readonly string[],
  heads: readonly Head[],
  [queries, keys]: readonly [number, number],
  tokens: Normal['tokens'],
): Drawing => {
  const style = { size: sizes.small, colour: 'muted' } as const
  const room = heads.length === 1 ? 420 : 200
  const cell = Math.max(
    room / Math.max(queries, keys) > 2
      ? Math.floor(Math.min(24, room / Math.max(queries, keys)))
      : room / Math.max(queries, keys),
    0.5,
  )
  const [down, across] = [
    named(tokens?.queries, queries, cell, lineHeight - 3),
    named(tokens?.keys, keys, cell, lineHeight - 3),
  ]
  const [beside, above] = [down, across].map(names => roomFor(names, 72, style)) as [number, number]
  const [mapWidth, mapHeight] = [keys * cell, queries * cell]
  const tileWidth = Math.max(beside + mapWidth, 60)
  const tileHeight = above + mapHeight + (heads.length > 1 ? lineHeight + 2 : 0)
  const columns = Math.min(heads.length, Math.max(1, Math.floor((widest - 2 * margin + gap) / (tileWidth + gap))))
  const width = Math.max(320, 2 * margin + columns * (tileWidth + gap) - gap)
  const top = margin + sizes.title + 10
  const tiles = heads.flatMap(({ name, weights }, i): readonly Shape[] => {
    const x = margin + (i % columns) * (tileWidth + gap) + beside
    const y = top + Math.floor(i / columns) * (tileHeight + gap) + above
    const { low, high } = extentOf(weights)
    const at = { x, y, width: mapWidth, height: mapHeight }
    const { href } = scaled(weights, [queries, keys], [0, 1], 'sequential')
    return [
      { kind: 'image', ...at, href, title: `${name}: weights from ${digits(low)} to ${digits(high)}` },
      { kind: 'rect', ...at, stroke: 'border', strokeWidth: 0.5 },
      ...down.map(([row, text]) =>
        fittedText({ text, x: x - 5, y: y + (row + 0.5) * cell + 3.5, anchor: 'end', ...style }, beside - 5),
      ),
      ...across.map(([column, text]) =>
        fittedText({ text, x: x + (column + 0.5) * cell + 3.5, y: y - 5, rotate: -90, ...style }, above - 5),
      ),
      ...(heads.length > 1
        ? [
            fittedText(
              { text: name, x: x + mapWidth / 2, y: y + mapHeight + 13, anchor: 'middle', ...style },
              mapWidth + gap,
            ),
          ]
        : []),
    ]
  })
  const bottom = top + Math.ceil(heads.length / columns) * (tileHeight + gap)
  const below = captioned(captions, bottom + 20, width)
  return {
    width,
    height: bottom + 20 + lineHeight * below.length + margin - 4,
    shapes: [
      headed(heading, width),
      ...tiles,
      ...scaleKey({ scale: 'sequential', ends: [0, 1], label: 'attention weight' }, margin, bottom + 2, width),
      ...below,
    ],
  }
}
