import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import { type Preprocessing, readPreprocessing } from '../data/preprocessing/json.ts'
import { at, type Fields } from '../plain/faults.ts'
import type { Registry } from '../plain/registry.ts'
import { readTraining, type Training } from './training.ts'

/** What a document may hold beside the network. */
export interface Beside {
  /** How it is trained, as options of `fit`; `undefined` where the document does not say. */
  readonly training: Training | undefined
  /** What prepares its data; `undefined` where the document does not say. */
  readonly preprocessing: Preprocessing | undefined
}

/** Reads what a document holds beside the network. */
export const readBeside = async (
  { training, preprocessing }: Fields,
  registry: Registry,
): Promise<t.Validation<Beside>> => {
  const rule = training === undefined ? t.success(undefined) : readTraining(training, at([], 'training'), registry)
  const preparing =
    preprocessing === undefined
      ? t.success(undefined)
      : await readPreprocessing(preprocessing, at([], 'preprocessing'), registry)
  if (isLeft(rule) || isLeft(preparing)) return left([rule, preparing].flatMap(part => (isLeft(part) ? part.left : [])))
  return right({ training: rule.right, preprocessing: preparing.right })
}
