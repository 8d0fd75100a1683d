import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../base/errors.ts'
import { codec, type Option, type Options, ownOptions, parseOptions } from '../../base/options.ts'
import { shownAs } from '../../base/shown.ts'
import { isList, isRecord } from '../../base/trees.ts'
import { madeBy } from '../../plain/making.ts'
import { type Dataset, isDataset } from '../dataset.ts'

/** The field of examples that a preprocessor is of. */
export interface FieldOption {
  /** The field to change when applied to examples. */
  readonly field?: string
}

export const field: Option<string | null> = {
  codec: codec<string | null>('the name of a field', value =>
    typeof value === 'string' || value === null ? value : undefined,
  ),
  default: null,
}

/** Options with the field that was named beside them. */
export const withField = (
  owner: string,
  example: string,
  options: unknown,
  name: string | undefined,
): Readonly<Record<string, unknown>> => ({
  ...ownOptions(owner, example, options),
  ...(name === undefined ? {} : { field: name }),
})

/** Finite numbers, at least one. */
export const numbers: t.Type<readonly number[], unknown, unknown> = codec('an array of finite numbers', value =>
  isList(value) && value.length > 0 && value.every(part => Number.isFinite(part))
    ? Object.freeze([...(value as readonly number[])])
    : undefined,
)

/** @throws InvalidOption if it is not a dataset */
export const asDataset = (owner: string, value: unknown): Dataset<unknown> => {
  if (isDataset(value)) return value
  throw new InvalidOption({
    layer: owner,
    option: 'dataset',
    expected: 'a dataset',
    got: show(value),
    remedy: 'Make one with dataset, fromCsv or another reader.',
  })
}

/**
 * What was kept of a preprocessor, as JSON gives it back.
 *
 * @throws InvalidOption if it is of another kind, or has been changed
 */
export const fromKept = <Normal extends object>(kind: string, options: Options<Normal>, value: unknown): Normal => {
  if (!isRecord(value) || value.kind !== kind)
    throw new InvalidOption({
      layer: `${kind}.fromJSON`,
      option: 'json',
      expected: `what JSON.stringify gave of ${kind}`,
      got: isRecord(value) && value.kind !== undefined ? `the kind ${show(value.kind)}` : show(value),
      remedy: `Give JSON.parse of it.`,
    })
  const { kind: _, ...rest } = value
  return parseOptions(`${kind}.fromJSON`, `${kind}.fromJSON(JSON.parse(text))`, options, rest)
}

/** @throws InvalidOption if two lists with a number for each feature are of another length */
export const checkFeatures = (
  kind: string,
  option: string,
  list: readonly number[],
  other: string,
  { length }: readonly number[],
): void => {
  if (list.length === length) return
  throw new InvalidOption({
    layer: `${kind}.fromJSON`,
    option,
    expected: `${length} numbers, as many as ${other} has`,
    got: String(list.length),
    remedy: 'It has been changed: give what JSON.stringify gave.',
  })
}

/** A preprocessor of the library, which shows itself as its kind, its field and its numbers. */
export const shownPreprocessor = <P extends { readonly kind: string }>(preprocessor: P, text: string): P =>
  madeBy(
    { word: 'kind', name: preprocessor.kind, options: {}, form: 'json' },
    Object.freeze(
      Object.defineProperties(preprocessor, {
        ...shownAs(() => text),
        toString: { value: () => text },
      }),
    ),
  )
