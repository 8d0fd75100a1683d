import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { integer, type Options, orNull, parseOptions } from '../base/options.ts'
import { showShape } from '../base/shape.ts'
import { digits } from '../base/shown.ts'
import type { AnyLayer } from '../core/layer.ts'
import { activations } from '../introspection/activations.ts'
import { asPart } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { InputOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { NameGiven } from '../network-types/names.ts'
import type { Drawing } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import type { TensorInputs } from '../state/data.ts'
import { optionalBackend } from '../training/options.ts'
import { extentOf, notFinite, scaled } from './bitmap.ts'
import { checkExample, faultOf, titleOption } from './options.ts'
import { sheetOf, type Tile } from './sheet.ts'
import { placeOf, taken } from './watched.ts'

/** The options of {@link activationMaps}. */
export interface ActivationMapsOptions {
  /** Which example of the batch is shown. Default: 0, the first. */
  readonly example?: number
  /** Maps in a row. Default, or `null`: as many as fit. */
  readonly columns?: number | null
  /** Default: the layer and the shape of its output. */
  readonly title?: string | null
  /** What computes: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
}
interface Normal {
  readonly example: number
  readonly columns: number | null
  readonly title: string | null
  readonly backend: BackendOption | null
}
const options: Options<Normal> = {
  example: { codec: integer(0), default: 0 },
  columns: { codec: orNull(integer(1), 'as many as fit'), default: null },
  title: { codec: titleOption, default: null },
  backend: { codec: optionalBackend, default: null },
}

/** `activations`, whose types follow from those of the network: the caller of `activationMaps` has been asked for the same. */
const untyped = activations as unknown as (
  network: unknown,
  variables: unknown,
  x: unknown,
  names: readonly string[],
  options: object,
) => Promise<Readonly<Record<string, tf.Tensor>>>

/** The most maps on a sheet. */
const most = 256

/** The maps of one example: one for each channel of an image; steps by features; features in rows. */
const mapsOf = (
  data: Float32Array,
  shape: readonly number[],
): readonly (readonly [map: Float32Array, rows: number, cols: number])[] => {
  const [a = 1, b = 1, channels = 1] = shape
  if (shape.length === 3)
    return Array.from({ length: channels }, (_, c) => [
      Float32Array.from({ length: a * b }, (_, place) => data[place * channels + c] as number),
      a,
      b,
    ])
  return [shape.length === 2 ? [data, a, b] : [data, 1, a]]
}

/**
 * What a layer gives for an example: of [batch, rows, cols, channels] a map for each channel, the first 256; of [batch, steps,
 * features] one map, steps by features; of [batch, features] a row. All have one scale, which is shown.
 *
 * @param x the input, as `apply` takes it; a tuple for several inputs
 * @param name of the layer; of a shared one, its first occurrence is seen
 * @throws InvalidOption if there is no such layer or example, its output has another number of axes, or an option is invalid
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @example
 * ```ts
 * const network = join(Input([6, 4, 1]), Convolution([3, 3, 8]), Relu())
 * const x = { data: digits().x.data, shape: [10, 6, 4, 1] }
 * const maps = await activationMaps(network, init(network, key(1)), x, 'relu-1', { example: 3 })
 * ```
 */
export const activationMaps = async <
  N extends AnyLayer,
  const Name extends string,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  name: NameGiven<'activationMaps', N, Name>,
  given: ActivationMapsOptions = {},
): Promise<Picture<Drawing>> => {
  const owner = 'activationMaps'
  const { example, columns, title, backend } = parseOptions<Normal>(
    owner,
    "activationMaps(network, variables, x, 'relu-1')",
    options,
    given,
  )
  const wanted = name as string
  placeOf(owner, wiringOf(asPart(owner, network)), wanted, ['a layer', () => true])
  const found = await untyped(network, variables, x, [wanted], backend === null ? {} : { backend })
  const { data, shape } = await taken(found[wanted] as tf.Tensor)
  const [batch = 0, ...own] = shape
  if (own.length < 1 || own.length > 3)
    throw faultOf(owner)(
      'name',
      'a layer whose output is [batch, rows, cols, channels], [batch, steps, features] or [batch, features]',
      `${wanted}, of ${showShape(shape)}`,
      'Take its numbers by activations.',
    )
  checkExample(owner, example, batch)
  const size = batch === 0 ? 0 : data.length / batch
  const numbers = data.subarray(example * size, (example + 1) * size)
  const maps = numbers.length === 0 ? [] : mapsOf(numbers, own)
  const { low, high, others } = extentOf(numbers)
  const tiles = maps.slice(0, most).map(([map, rows, cols], i): Tile => {
    const { low: least, high: largest } = extentOf(map)
    const bitmap = scaled(map, [rows, cols], [low, high], 'sequential')
    const range = `from ${digits(least)} to ${digits(largest)}`
    return maps.length === 1 ? { bitmap, title: range } : { bitmap, label: String(i), title: `channel ${i}: ${range}` }
  })
  const heading = title ?? `${wanted} of example ${example}: ${own.join(' x ')}`
  const captions = [
    ...(own.length === 2 ? [`rows are ${own[0]} steps, columns ${own[1]} features`] : []),
    ...(maps.length > most ? [`the first ${most} of ${maps.length} channels`] : []),
    ...notFinite(others),
  ]
  const scale = { scale: 'sequential', ends: [low, high], label: 'activation' } as const
  return drawn({
    drawing: sheetOf({ heading, tiles, columns, captions, scale }),
    title: [heading, `from ${digits(low)} to ${digits(high)}`, ...captions].join('\n'),
  })
}
