import { isLeft } from 'fp-ts/lib/Either.js'
import { DocumentError, InvalidOption, JoineryError, show, wrongArgument } from '../base/errors.ts'
import { isTensorLike } from '../base/nested.ts'
import { byName, isRecord } from '../base/trees.ts'
import type { Storable, StoredTensor } from './safetensors.ts'
import { flattened, nested, type Tree } from './tree-names.ts'

const isStorable = (value: object): boolean => isTensorLike(value) || ('data' in value && 'shape' in value)

/**
 * The tensors of a tree, such as variables by layer and name, in one record, as files hold them. The name of each is its
 * path, such as `params/relu-1/weight`; special characters in the name of a layer are written as `%` and their code, as in
 * `params/b1%002Frelu-1/weight`. Levels without tensors are left out.
 *
 * @throws InvalidOption if a value is neither a tensor nor a record of them
 * @example
 * ```ts
 * const network = join(Input(2), Relu(3))
 * const bytes = encodeSafetensors(flattenTensors(init(network, key(1))))
 * Object.keys(decodeSafetensors(bytes).tensors) // ['params/relu-1/bias', 'params/relu-1/weight']
 * ```
 */
export const flattenTensors = (tree: object): Readonly<Record<string, Storable>> => {
  const fault = (got: string, cause?: unknown) =>
    new InvalidOption(
      {
        layer: 'flattenTensors',
        option: 'tree',
        expected: 'tensors, or { data, shape }, in records by name',
        got,
        remedy: 'For example: flattenTensors(init(network, key(1))).',
      },
      cause === undefined ? {} : { cause },
    )
  const seen = new Set<unknown>()
  const isLevel = (value: unknown): value is Tree<Storable> => {
    if (!isRecord(value)) throw fault(show(value))
    if (isStorable(value)) return false
    // A record that holds itself would never end.
    if (seen.has(value)) throw fault('a record that holds itself, or is there twice')
    seen.add(value)
    return true
  }
  try {
    if (!isLevel(tree)) throw fault('a tensor alone')
    return byName(flattened<Storable>(tree, isLevel))
  } catch (error) {
    throw error instanceof JoineryError ? error : fault('an object that throws when it is read', error)
  }
}

/**
 * The tree of tensors that are named by their paths: the inverse of {@link flattenTensors}.
 *
 * @throws DocumentError if a name is not a path, or names both a level and a tensor
 * @throws InvalidOption if `tensors` is not a record
 * @example
 * ```ts
 * const { tensors } = decodeSafetensors(encodeSafetensors({ 'params/relu-1/bias': { data: [1, 2], shape: [2] } }))
 * Object.keys(nestTensors(tensors).params ?? {}) // ['relu-1']
 * ```
 */
export const nestTensors = (tensors: Readonly<Record<string, StoredTensor>>): Tree<StoredTensor> => {
  if (!isRecord(tensors))
    throw wrongArgument(
      'nestTensors',
      'tensors',
      'tensors by name',
      show(tensors),
      'nestTensors(decodeSafetensors(bytes).tensors)',
    )
  const made = nested(Object.entries(tensors))
  if (isLeft(made))
    throw new DocumentError({
      file: 'safetensors',
      expected: 'names of tensors in a tree',
      got: show(made.left),
      remedy: 'Read the tensors by their names.',
    })
  return made.right
}
