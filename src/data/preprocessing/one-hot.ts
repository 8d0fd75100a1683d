import { DataError, InvalidOption, show } from '../../base/errors.ts'
import { codec, type Options, oneOf, parseOptions } from '../../base/options.ts'
import type { NestedNumbers } from '../../base/parameters.ts'
import { isList } from '../../base/trees.ts'
import type { FlatData, TypedNumbers } from '../../state/data.ts'
import type { Dataset } from '../dataset.ts'
import { argument } from '../given.ts'
import type { Stacked } from '../stack.ts'
import { asDataset, type FieldOption, field, fromKept, shownPreprocessor, withField } from './given.ts'
import { changeField, flatOf } from './numbers.ts'
import { valuesOf } from './values.ts'

/** A label: a text, or a number. */
export type Label = number | string

/** How labels are encoded. */
export interface OneHotOptions extends FieldOption {
  /** How to encode a label that is not a class: an error (the default), or zeros. */
  readonly unknown?: 'error' | 'zeros'
}

/** What is kept of {@link OneHot}. */
export interface OneHotJson {
  readonly kind: 'oneHot'
  readonly field: string | null
  readonly classes: readonly Label[]
  readonly unknown: 'error' | 'zeros'
}

/** What labels become: one gets an axis of classes, several get one more. */
export type Encoded<V> = V extends Label
  ? Float32Array
  : V extends readonly Label[] | TypedNumbers | FlatData | NestedNumbers
    ? Stacked
    : V extends object
      ? { readonly [K in keyof V]: V[K] | Float32Array | Stacked }
      : never

/** Labels as vectors with a 1 in the place of the class, and 0 elsewhere. */
export interface OneHot extends OneHotJson {
  /**
   * Encodes a label, several labels, or the field of an example: a function for `map`.
   *
   * @throws DataError if a label is not a class, unless `unknown` allows it
   */
  readonly apply: <V>(value: V) => Encoded<V>
  /**
   * The class of the largest number of a vector, such as probabilities; of several vectors, `[..., classes]`, an array.
   *
   * @throws InvalidOption if the last axis has another length
   */
  readonly invert: (value: ArrayLike<number> | FlatData | NestedNumbers) => Label | readonly Label[]
  readonly toJSON: () => OneHotJson
}

const isLabel = (value: unknown): value is Label => typeof value === 'string' || Number.isFinite(value)
const most = 2 ** 20

/** Classes by their labels; a number of classes means the labels from 0. */
const classList = codec<readonly Label[]>('a positive number of classes, or an array of different labels', value => {
  if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most)
    return Object.freeze(Array.from({ length: value as number }, (_, i) => i))
  return isList(value) && value.length > 0 && value.every(isLabel) && new Set(value).size === value.length
    ? // JSON has no negative zero.
      Object.freeze(value.map(label => (typeof label === 'number' ? label + 0 : label) as Label))
    : undefined
})
const given = { field, unknown: { codec: oneOf(['error', 'zeros']), default: 'error' } }
const kept: Options<Omit<OneHotJson, 'kind'>> = { ...given, classes: { codec: classList } }

const make = ({ field, classes, unknown }: Omit<OneHotJson, 'kind'>): OneHot => {
  const json: OneHotJson = Object.freeze({ kind: 'oneHot', field, classes, unknown })
  const places = new Map(classes.map((label, i) => [label, i]))
  const width = classes.length
  const write = (label: unknown, into: Float32Array, at: number): void => {
    const place = places.get((typeof label === 'boolean' ? Number(label) : label) as Label)
    if (place !== undefined) into[at + place] = 1
    else if (unknown === 'error')
      throw new DataError({
        owner: 'oneHot',
        ...(field === null ? {} : { column: field }),
        expected: `one of ${width} classes: ${classes.slice(0, 8).map(show).join(', ')}${width > 8 ? ', …' : ''}`,
        got: show(label),
        remedy: "Add the class, or encode others as zeros: { unknown: 'zeros' }.",
      })
  }
  const encode = (value: unknown): unknown => {
    const isOne = isLabel(value) || typeof value === 'boolean'
    const labels = isOne ? [value] : isList(value) && value.every(isLabel) ? value : undefined
    const flat = labels === undefined ? flatOf(value) : { data: labels, shape: [labels.length] }
    if (flat === undefined) {
      write(value, new Float32Array(width), 0)
      throw new InvalidOption({
        layer: 'oneHot.apply',
        option: 'value',
        expected: 'labels',
        got: show(value),
        remedy: 'Give a label, an array of labels, or { data, shape } of numbers.',
      })
    }
    const data = new Float32Array(flat.data.length * width)
    for (let i = 0; i < flat.data.length; i++) write(flat.data[i], data, i * width)
    return isOne ? data : Object.freeze({ data, shape: Object.freeze([...flat.shape, width]) })
  }
  const invert = (value: unknown): Label | readonly Label[] => {
    const flat = flatOf(value)
    if (flat === undefined || flat.shape.at(-1) !== width)
      throw new InvalidOption({
        layer: 'oneHot.invert',
        option: 'value',
        expected: `numbers whose last axis has ${width} classes`,
        got: flat === undefined ? show(value) : `shape [${flat.shape.join(', ')}]`,
        remedy: 'Give a vector of classes, or several.',
      })
    const { data, shape } = flat
    const labels = Array.from({ length: data.length / width }, (_, row) => {
      let best = 0
      for (let i = 1; i < width; i++)
        if ((data[row * width + i] as number) > (data[row * width + best] as number)) best = i
      return classes[best] as Label
    })
    return shape.length === 1 ? (labels[0] as Label) : Object.freeze(labels)
  }
  const encoding: OneHot = {
    ...json,
    apply: <V>(value: V) => changeField('oneHot.apply', field, value, encode) as Encoded<V>,
    invert,
    toJSON: () => json,
  }
  const some = classes.slice(0, 8).map(show).join(', ')
  return shownPreprocessor(
    encoding,
    `oneHot${field === null ? '' : ` ${field}`}: ${width} classes, ${some}${width > 8 ? ', …' : ''}`,
  )
}

const ofClasses = (classes: number | readonly Label[], options?: OneHotOptions): OneHot => {
  const own = argument('oneHot', 'classes', classList, classes, "oneHot(10), or oneHot(['cat', 'dog'])")
  return make({ classes: own, ...parseOptions('oneHot', "oneHot(10, { unknown: 'zeros' })", given, options) })
}

const ofDataset = async (
  dataset: Dataset<unknown>,
  field?: string,
  options?: Omit<OneHotOptions, 'field'>,
): Promise<OneHot> => {
  const items = asDataset('oneHot.of', dataset)
  const example = "oneHot.of(dataset, 'y')"
  const rule = parseOptions('oneHot.of', example, given, withField('oneHot.of', example, options, field))
  const found = new Set<Label>()
  for await (const { value, row, column } of valuesOf('oneHot', items, rule.field)) {
    const labels = isLabel(value)
      ? [value]
      : isList(value)
        ? value
        : Array.from(flatOf(value)?.data ?? ([value] as never))
    for (const label of labels as readonly unknown[]) {
      if (!isLabel(label))
        throw new DataError({
          owner: 'oneHot',
          row,
          ...(column === '' ? {} : { column }),
          expected: 'a label: a text or a number',
          got: show(label),
          remedy: 'Make labels with map.',
        })
      found.add(label)
    }
  }
  // Numbers by their size, then texts: the same order on every machine.
  const classes = [...found].sort((a, b) => (typeof a === typeof b ? (a < b ? -1 : 1) : typeof a === 'number' ? -1 : 1))
  return make({ classes: Object.freeze(classes), ...rule })
}

/**
 * Encodes labels as one-hot vectors: `oneHot(10)` for the labels 0 to 9, `oneHot(['cat', 'dog'])` for others,
 * `oneHot.of(dataset, field)` for all labels in a field, sorted. It can be saved as JSON and restored with
 * `oneHot.fromJSON`.
 *
 * @throws InvalidOption if an argument is invalid
 * @example
 * ```ts
 * const animals = oneHot(['cat', 'dog', 'owl'])
 * animals.apply('dog') // [0, 1, 0]
 * animals.apply(['owl', 'cat']).shape // [2, 3]
 * animals.invert([0.1, 0.2, 0.7]) // owl
 * ```
 */
export const oneHot: typeof ofClasses & {
  readonly of: typeof ofDataset
  readonly fromJSON: (json: unknown) => OneHot
} = Object.freeze(
  Object.assign(ofClasses.bind(null), {
    of: ofDataset,
    fromJSON: (json: unknown) => make(fromKept('oneHot', kept, json)),
  }),
)
