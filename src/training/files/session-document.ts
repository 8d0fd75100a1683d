import { Tensor } from '@tensorflow/tfjs-core'
import { DocumentError, InvalidOption, show } from '../../base/errors.ts'
import { fromWords, isKey } from '../../base/random.ts'
import { type Form, flatten, showPath, type Tree } from '../../base/tree.ts'
import { byName, isList, isRecord, mapRecord, own, type VariableTree } from '../../base/trees.ts'
import { asShown } from '../../state/variables.ts'
import type { Plain } from '../../storage/json.ts'
import type { StoredTensor } from '../../storage/safetensors.ts'
import { joinedName } from '../../storage/tree-names.ts'
import { handOver, tensorOf } from '../../tfjs/index.ts'
import type { Session } from '../loops/session.ts'
import type { Sums } from '../report.ts'
import type { Saved } from './checkpoint-format.ts'

// All of training as tensors by name and a document: what `fit` goes on from.

/** A tree without its leaves, as JSON: null in the place of a tensor. */
const formOf = (form: Form): Plain => {
  if (form.kind === 'leaf') return null
  if (form.kind === 'list') return form.parts.map(formOf)
  return byName(form.parts.map(([name, part]) => [name, formOf(part)] as const))
}

/** Sums with several numbers are arrays in JSON. */
const toSums = (sums: Sums): Plain =>
  sums.map(group => group.map(sum => (sum === null || typeof sum === 'number' ? sum : [...sum])))
const ofSums = (sums: readonly (readonly (null | number | readonly number[])[])[]): Sums =>
  Object.freeze(
    sums.map(group =>
      Object.freeze(group.map(sum => (isList(sum) ? Float64Array.from(sum as readonly number[]) : sum))),
    ),
  ) as Sums

/** Variables of one network, or of several by name. */
type SomeVariables = Session['trainState']['variables']

/** The variables as they are saved: no network of several is called as what one has. */
const treesOf = (variables: SomeVariables): object => {
  const { params, state } = variables
  return params !== undefined && state !== undefined ? { params, state } : { networks: { ...variables } }
}
/** The variables that were saved. */
const ofTrees = (saved: Readonly<Record<string, unknown>>): SomeVariables => {
  const shown = ({ params, state }: Readonly<Record<string, VariableTree<Tensor>>>) =>
    asShown(params ?? {}, state ?? {})
  const networks = own(saved, 'networks')
  // Which networks they are of is checked where training goes on.
  const variables: unknown = isRecord(networks)
    ? mapRecord(networks, one => shown(one as never))
    : shown(saved as never)
  return variables as SomeVariables
}

/** What is saved of a session. */
export const toSaved = (session: Session): Saved<Tensor> => {
  const { trainState, epoch, batch, rows, sums, earlyStopping, plateau, best } = session
  const { variables, optimizer, key } = trainState
  const { form, leaves, paths } = flatten<Tensor>(
    { ...treesOf(variables), optimizer: optimizer.slots, ...(best && { best: treesOf(best) }) },
    leaf => leaf instanceof Tensor,
    (path, value) =>
      new InvalidOption({
        layer: 'checkpoint',
        option: showPath(path),
        expected: 'a tensor',
        got: show(value),
        remedy: 'Remember tensors, in arrays and records.',
      }),
  )
  return {
    tensors: byName(leaves.map((leaf, i) => [joinedName(paths[i] ?? []), leaf] as const)),
    content: byName<Plain>([
      ['update', optimizer.update],
      ['epoch', epoch],
      ['batch', batch],
      ['key', [...key.words]],
      ['earlyStopping', earlyStopping as unknown as Plain],
      ['plateau', plateau as unknown as Plain],
      ['sums', sums && toSums(sums)],
      ['rows', rows as unknown as Plain],
      ['form', formOf(form)],
    ]),
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isRecordOrNull = (value: unknown): boolean => value === null || isRecord(value)
const isSum = (value: unknown): boolean =>
  value === null || typeof value === 'number' || (isList(value) && value.every(one => typeof one === 'number'))
const isSums = (value: unknown): boolean =>
  value === null || (isList(value) && value.every(group => isList(group) && group.every(isSum)))
const isRow = (value: unknown): boolean =>
  isRecord(value) && isRecord(value.training) && isRecordOrNull(value.validation)
const isTree = (value: unknown): boolean => isRecord(value) || isList(value)
const isForm = (value: unknown): boolean =>
  isRecord(value) &&
  isTree(own(value, 'optimizer')) &&
  (isRecord(own(value, 'networks')) || ['params', 'state'].every(name => isRecord(own(value, name))))

/** What the document has to say. */
const wanted: readonly (readonly [name: string, expected: string, test: (value: unknown) => boolean])[] = [
  ['update', 'a number of updates', isCount],
  ['epoch', 'a number of epochs', isCount],
  ['batch', 'a number of batches', isCount],
  ['key', 'four integers', words => isKey({ kind: 'Key', words })],
  ['earlyStopping', 'a record or null', isRecordOrNull],
  ['plateau', 'a record or null', isRecordOrNull],
  ['sums', 'sums by loss and metric, or null', isSums],
  ['rows', 'the reports of epochs', value => isList(value) && value.every(isRow)],
  ['form', '{ params, state, optimizer }', isForm],
]

/**
 * The session that was saved.
 *
 * @param file for errors
 * @throws DocumentError if something is missing
 */
export const ofSaved = (file: string, { tensors, content }: Saved): Session => {
  const fault = (expected: string, got: string) =>
    new DocumentError({ file, expected, got, remedy: 'Take another checkpoint.' })
  for (const [name, expected, test] of wanted)
    if (!test(own(content, name))) throw fault(`${name}, ${expected}`, show(own(content, name)))
  const of = <V>(name: string): V => content[name] as V
  const treeOf = (form: Plain, path: readonly string[]): Tree<Tensor> => {
    if (form === null) {
      const name = joinedName(path)
      const stored: StoredTensor | undefined = own(tensors, name)
      if (stored === undefined) throw fault(`a tensor ${show(name)}`, 'none')
      return handOver(tensorOf(stored.data, stored.shape))
    }
    if (isList(form))
      return Object.freeze((form as readonly Plain[]).map((part, i) => treeOf(part, [...path, String(i)])))
    if (!isRecord(form)) throw fault(`the form of a tree at ${showPath(path)}`, show(form))
    return byName(
      (Object.entries(form) as [string, Plain][]).map(([name, part]) => [name, treeOf(part, [...path, name])] as const),
    )
  }
  const trees = treeOf(of('form'), []) as Readonly<Record<string, VariableTree<Tensor>>>
  const best = own(trees, 'best')
  const sums = of<Parameters<typeof ofSums>[0] | null>('sums')
  return Object.freeze({
    trainState: Object.freeze({
      variables: ofTrees(trees),
      optimizer: Object.freeze({ update: of<number>('update'), slots: trees.optimizer as Tree<Tensor> }),
      key: fromWords(of('key')),
    }),
    epoch: of<number>('epoch'),
    batch: of<number>('batch'),
    rows: of<Session['rows']>('rows'),
    sums: sums && ofSums(sums),
    earlyStopping: of<Session['earlyStopping']>('earlyStopping'),
    plateau: of<Session['plateau']>('plateau'),
    best: best === undefined ? null : ofTrees(best),
  })
}
