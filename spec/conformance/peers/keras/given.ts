import type { Side } from '../activations.ts'
import { type Arr, arr, toFirst, toLast } from '../array.ts'
import type { Config, Options } from '../options.ts'
import { make, type Part } from '../plan.ts'
import { cannot } from '../verdict.ts'

// What a mapping of a Keras layer is given.

/** A layer's weights in its order, by their last names. */
export interface Weights {
  readonly all: readonly Arr[]
  readonly named: (name: string) => Arr | undefined
  readonly slice: (begin: number, end: number) => Weights
}

/** A layer of Keras or of tfjs-layers, about to become layers of this library. */
export interface Given {
  readonly kind: string
  readonly options: Options
  readonly weights: Weights
  /** The shape of the first input, with the batch. */
  readonly shape: readonly number[]
  readonly side: Side
  /** The name that the layer with variables takes. */
  readonly name: string
  readonly hasMask: boolean
  readonly isTraining: boolean
  /** What a recurrent layer starts with. */
  readonly initial: readonly Arr[] | undefined
  /** Maps a layer within. */
  readonly within: (layer: LayerConfig, more: Partial<Given>) => Part
}
export type Mapping = (given: Given) => Part
/** How a layer stands within another's options. */
export interface LayerConfig {
  readonly className?: string
  readonly class?: string
  readonly config: Config
}

/** The class of a layer within another's options. */
export const classOf = ({ className, class: kind }: LayerConfig): string =>
  className ?? kind ?? cannot('a layer without a class')

interface Written {
  readonly name?: string
  readonly path?: string
}

/** The weights of a case. */
export const weightsOf = (written: readonly unknown[]): Weights => {
  const list = written.map(one => {
    const { name, path } = one as Written
    const last = (name ?? path ?? '').replace(/.*\//, '').replace(/_\d+$/, '')
    return { name: last, value: arr(one) }
  })
  const from = (some: typeof list): Weights => ({
    all: some.map(({ value }) => value),
    named: name => some.find(one => one.name === name)?.value,
    slice: (begin, end) => from(some.slice(begin, end)),
  })
  return from(list)
}

/** A weight that a layer cannot be without. */
export const weight = ({ weights, kind }: Given, name: string): Arr =>
  weights.named(name) ?? cannot(`${kind} without the weight ${name}`)

/** Whether channels are axis 1. */
export const isChannelsFirst = ({ options }: Given): boolean =>
  ['channels_first', 'channelsFirst'].includes(options.read('dataFormat', 'channels_last'))

/** A part that wants its channels last, for an input whose channels may come first. */
export const channelsLast = (part: Part, rank: number, isFirst: boolean, outRank: number = rank): Part =>
  isFirst
    ? {
        layers: [
          make('Transpose', toLast(rank)),
          ...part.layers,
          ...(outRank > 2 ? [make('Transpose', toFirst(outRank))] : []),
        ],
        values: part.values ?? {},
      }
    : part

/** The shape of an input with its channels last. */
export const shapeLast = ({ shape }: Given, isFirst: boolean): readonly number[] =>
  isFirst ? toLast(shape.length).map(axis => shape[axis] as number) : shape
