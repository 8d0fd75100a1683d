import { InvalidOption, show } from '../base/errors.ts'
import { isTensorLike, isTyped } from '../base/nested.ts'
import { sizeOf } from '../base/shape.ts'
import { isRecord, own } from '../base/trees.ts'
import { batchCount, grouped } from './batch.ts'
import type { Source } from './source.ts'
import {
  type Batched,
  faultOfRow,
  isFlat,
  type Numeric,
  type Place,
  type Stacked,
  shapeOfNumbers,
  stack,
} from './stack.ts'

/** How sequences are padded. */
export interface PadRule {
  readonly size: number
  readonly dropLast: boolean
  readonly allowNaN: boolean
  /** What is put behind a sequence: of all fields, or of each. */
  readonly values: number | Readonly<Record<string, number>>
  readonly lengthTo: 'longest' | number | Readonly<Record<string, number>>
  /** The field whose lengths the mask says: `true` for the usual one, `false` for no mask. */
  readonly mask: string | boolean
}

const isSequence = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(part => typeof part !== 'string')
    : isTyped(value) || isFlat(value) || isTensorLike(value)

/** Sequences of one field as one array, the shorter ones with values behind them. */
const paddedField = (
  values: readonly unknown[],
  column: string,
  { length, value }: { readonly length: number; readonly value: number },
  place: Place,
): Stacked => {
  const rest = shapeOfNumbers(values.find(sequence => (shapeOfNumbers(sequence)[0] ?? 0) > 0) ?? values[0]).slice(1)
  const width = sizeOf(rest)
  const data = new Float32Array(values.length * length * width).fill(value)
  for (const [row, sequence] of values.entries()) {
    const shape = shapeOfNumbers(sequence)
    const own = shape[0] ?? 0
    if (own > length)
      throw faultOfRow(place, row, column, {
        expected: `at most ${length} steps`,
        got: `${own}`,
        remedy: 'Cut longer sequences with map, or raise lengthTo.',
      })
    // Nothing says the shape of the steps of a sequence of none.
    if (own === 0) continue
    if (shape.slice(1).join() !== rest.join())
      throw faultOfRow(place, row, column, {
        expected: `steps of shape [${rest.join(', ')}], as before it`,
        got: `[${shape.slice(1).join(', ')}]`,
        remedy: 'Only the first axis is padded: use steps of one shape.',
      })
    const { [column]: numbers } = stack([{ [column]: sequence }], {
      ...place,
      rowOf: () => place.rowOf(row),
    }) as Readonly<Record<string, Stacked>>
    data.set((numbers as Stacked).data, row * length * width)
  }
  return Object.freeze({ data, shape: Object.freeze([values.length, length, ...rest]) })
}

const maskOf = (lengths: readonly number[], length: number): Stacked => {
  const data = new Float32Array(lengths.length * length)
  for (const [row, own] of lengths.entries()) data.fill(1, row * length, row * length + own)
  return Object.freeze({ data, shape: Object.freeze([lengths.length, length]) })
}

/** Sequences alone are the field `x`. */
const asRecord = (example: unknown): unknown => (isSequence(example) ? { x: example } : example)

type Fields = Readonly<Record<string, unknown>>

/** The examples as records, all with the fields of the first. */
const recordsOf = (examples: readonly unknown[], place: Place): readonly [Fields, ...Fields[]] => {
  const records = examples.map(asRecord)
  const [first] = records
  const names = isRecord(first) ? Object.keys(first) : []
  for (const [row, record] of records.entries()) {
    const fields = isRecord(record) ? Object.keys(record) : []
    if (names.length === 0 || fields.length !== names.length || names.some(name => !fields.includes(name)))
      throw faultOfRow(place, row, '', {
        expected: row === 0 ? 'a sequence, or a record with sequences' : `the fields of the first: ${names.join(', ')}`,
        got: fields.join(', ') || show(record),
        remedy: 'Give every example the same fields.',
      })
  }
  return records as [Fields, ...Fields[]]
}

/** The field whose lengths the mask says. */
const maskedField = (mask: string | boolean, sequences: readonly string[]): string | undefined => {
  if (mask === false) return undefined
  const name = mask !== true ? mask : sequences.includes('x') ? 'x' : sequences[0]
  if (name !== undefined && sequences.includes(name)) return name
  throw new InvalidOption({
    layer: 'padBatch',
    option: 'mask',
    expected: sequences.length > 0 ? `a field with sequences: ${sequences.join(', ')}` : 'examples with sequences',
    got: name ?? 'none',
    remedy: 'Name the field that the mask is for, or use false for no mask.',
  })
}

const paddedBatch = (examples: readonly unknown[], rule: PadRule, place: Place): unknown => {
  const { values, lengthTo } = rule
  const records = recordsOf(examples, place)
  const sequences = Object.keys(records[0]).filter(name => records.every(record => isSequence(record[name])))
  const masked = maskedField(rule.mask, sequences)
  const lengthsOf = (name: string) => records.map(record => shapeOfNumbers(record[name])[0] ?? 0)
  const step = (masked ?? (sequences.includes('x') ? 'x' : sequences[0])) as string
  const lengthOf = (name: string): number => {
    const lengths = lengthsOf(name)
    const longest = Math.max(...lengths)
    if (lengthTo === 'longest') return longest
    if (typeof lengthTo !== 'number') return own(lengthTo, name) ?? longest
    // A field of other lengths, such as a target of one-hot numbers, has nothing to do with the steps.
    return name === step || lengths.join() === lengthsOf(step).join() ? lengthTo : longest
  }
  const batch = Object.keys(records[0]).map(name => {
    const field = records.map(record => record[name])
    if (!sequences.includes(name))
      return [
        name,
        (
          stack(
            field.map(value => ({ [name]: value })),
            place,
          ) as Fields
        )[name],
      ] as const
    const value = (typeof values === 'number' ? values : own(values, name)) ?? 0
    return [name, paddedField(field, name, { length: lengthOf(name), value }, place)] as const
  })
  const mask = masked === undefined ? [] : [['mask', maskOf(lengthsOf(masked), lengthOf(masked))] as const]
  return Object.freeze(Object.fromEntries([...batch, ...mask]))
}

/** A batch of sequences: those that are alone are the field `x`. */
export type Padded<E> = (E extends Numeric ? { readonly x: PaddedField<E> } : PaddedFields<E>) & {
  /** 1 where a step is, 0 where padding is: `[batch, steps]`. */
  readonly mask?: Stacked
}

type PaddedFields<E> = E extends object ? { readonly [K in keyof E]: PaddedField<E[K]> } : Batched<E>
/** A field, whose first axis after the batch is as long as the longest sequence. */
type PaddedField<V> =
  Batched<V> extends Stacked<readonly [infer Batch extends number, number, ...infer Step extends readonly number[]]>
    ? Stacked<[batch: Batch, steps: number, ...Step]>
    : Batched<V>

/** The same where the mask is not left out. */
export type PaddedWithMask<E> = Padded<E> & { readonly mask: Stacked }

/** Batches of consecutive examples whose sequences are as long as the longest one. */
export const padded = <E>(source: Source<E>, rule: PadRule): Source<Padded<E>> => ({
  text: `${source.text} > padBatch(${rule.size})`,
  size: batchCount(source.size, rule),
  batchSize: rule.size,
  async *read(pass) {
    // The fields of an example are those of the type; the code finds out which are sequences by looking.
    for await (const [first, items] of grouped(source, rule, pass))
      yield paddedBatch(items, rule, {
        owner: 'padBatch',
        rowOf: i => first + i,
        allowNaN: rule.allowNaN,
      }) as Padded<E>
  },
})
