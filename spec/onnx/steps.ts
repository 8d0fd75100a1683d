import * as tf from '@tensorflow/tfjs-core'
import * as runtime from 'onnxruntime-node'
import { readOnnx } from '../../src/command/onnx.ts'
import { foldIn, init, type Key, key, type Layer, normals, trainStep, uniforms } from '../../src/index.ts'
import { joinedName, pathOf } from '../../src/storage/tree-names.ts'
import { type OnnxTraining, toOnnx } from '../../src/storage.ts'

// Training with a file beside trainStep.

/** Sessions that say nothing, and whose threads do not keep others from running while they wait. */
export const quiet: runtime.InferenceSession.SessionOptions = {
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
}

/** Examples of one batch. */
export interface Rows {
  readonly x: tf.Tensor | readonly tf.Tensor[]
  readonly y?: tf.Tensor | readonly tf.Tensor[]
  readonly weights?: tf.Tensor
  readonly mask?: tf.Tensor
}

export interface Numbers {
  readonly shape: readonly number[]
  readonly data: Float32Array
}
type Named = ReadonlyMap<string, Numbers>

export const convert = toOnnx as (network: Layer, variables: unknown, options: object) => Uint8Array<ArrayBuffer>

const numbersOf = (tensor: tf.Tensor): Numbers => ({ shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) })

interface Tree {
  readonly [name: string]: Tree | tf.Tensor
}
const leaves = (tree: Tree, ...path: readonly string[]): readonly (readonly [string, Numbers])[] =>
  Object.entries(tree).flatMap(([name, value]): readonly (readonly [string, Numbers])[] =>
    value instanceof tf.Tensor ? [[joinedName([...path, name]), numbersOf(value)]] : leaves(value, ...path, name),
  )
/** The tensors of a state of training, by the names that files have for them. */
const namedIn = (state: {
  readonly variables: { readonly params: object; readonly state: object }
  readonly optimizer: { readonly slots: unknown }
}): Named =>
  new Map([
    ...leaves(state.variables.params as Tree, 'params'),
    ...leaves(state.variables.state as Tree, 'state'),
    ...leaves(state.optimizer.slots as Tree, 'optimizer'),
  ])

/** The numbers of a draw that a file has an input for, as layers draw them. */
const drawn = (name: string, shape: readonly number[], root: Key): Numbers => {
  const [, distribution, ...path] = pathOf(name.replace(/'+$/, '')) as readonly string[]
  const own = path.reduce((from, part) => foldIn(from, /^\d+$/.test(part) ? Number(part) : part), root)
  const size = shape.reduce((all, d) => all * d, 1)
  return { shape, data: (distribution === 'uniform' ? uniforms : normals)(own, size) }
}

/** What a file is given beside the state: examples, and draws. */
const givenTo = (bytes: Uint8Array, { x, y, weights, mask }: Rows, root: Key): Named => {
  const { inputs } = readOnnx(bytes, 'step.onnx')
  const examples = [x, y, weights, mask].flat().filter(own => own !== undefined) as readonly tf.Tensor[]
  const size = examples[0]?.shape[0] as number
  return new Map([
    ...examples.map((tensor, i) => [inputs[i]?.name as string, numbersOf(tensor)] as const),
    ...inputs.flatMap(({ name, shape }) => {
      const known = shape.map(d => (typeof d === 'number' ? d : size))
      return name.startsWith('draws/') ? [[name, drawn(name, known, root)] as const] : []
    }),
  ])
}

/** The largest distance of numbers from others, relative to the largest of these. */
const distance = (found: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  const scale = Array.from(wanted).reduce((most, one) => Math.max(most, Math.abs(one)), 1e-3)
  return Array.from(found).reduce((most, one, i) => {
    const off = Math.abs(one - (wanted[i] as number)) / scale
    return Object.is(one, wanted[i]) ? most : Math.max(most, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off)
  }, 0)
}

/** Training by `trainStep`: what each step is given, and what comes of it. */
const walk = async (network: Layer, rule: OnnxTraining, batches: readonly Rows[]) => {
  const { batchSize, updates, examples, defaults, ...own } = rule
  const step = trainStep(network, own as never)
  const first = step.init(init(network, key(1)) as never, key(2))
  let state = first
  const steps: {
    readonly rows: Rows
    readonly root: Key
    readonly report: Record<string, unknown>
    readonly after: Named
  }[] = []
  for (const [update, rows] of batches.entries()) {
    const [after, report] = await step(state, rows as never)
    steps.push({ rows, root: foldIn(key(2), update), report, after: namedIn(after as never) })
    state = after
  }
  return { before: namedIn(first as never), steps }
}

/** A file that holds the state at the start, what its steps are given, and what the last one gives. */
export const stepsOf = async (
  network: Layer,
  rule: OnnxTraining,
  batches: readonly Rows[],
  opset: number,
): Promise<{ readonly bytes: Uint8Array; readonly steps: readonly object[]; readonly last: Named }> => {
  const bytes = convert(network, init(network, key(1)), { opset, training: rule })
  const { steps } = await walk(network, rule, batches)
  const { report, after } = steps.at(-1) as (typeof steps)[number]
  const outputs = new Set(readOnnx(bytes, 'step.onnx').outputs.map(({ name }) => name))
  return {
    bytes,
    steps: steps.map(({ rows, root }) =>
      Object.fromEntries([...givenTo(bytes, rows, root)].map(([name, { shape, data }]) => [name, [shape, [...data]]])),
    ),
    last: new Map([
      ['loss', { shape: [], data: Float32Array.of(report.loss as number) }],
      ...[...after].flatMap(([name, value]) => (outputs.has(`next/${name}`) ? [[`next/${name}`, value] as const] : [])),
    ]),
  }
}

/**
 * Trains with a file in ONNX Runtime beside `trainStep`.
 *
 * @returns the file; and how far the state, the loss and what else reports say was off at most after any update, and where
 */
export const compareSteps = async (
  network: Layer,
  rule: OnnxTraining,
  batches: readonly Rows[],
  opset = 17,
): Promise<{ readonly bytes: Uint8Array; readonly off: number; readonly where: string }> => {
  const bytes = convert(network, init(network, key(1)), { opset, training: { ...rule, defaults: false } })
  const session = await runtime.InferenceSession.create(bytes, quiet)
  try {
    const { before, steps } = await walk(network, rule, batches)
    const tensors = (named: Named) =>
      Object.fromEntries(
        [...named].map(([name, { shape, data }]) => [name, new runtime.Tensor('float32', data, shape)]),
      )
    let state: Record<string, runtime.Tensor> = {
      ...tensors(before),
      update: new runtime.Tensor('int64', BigInt64Array.of(0n), []),
    }
    let [off, where] = [0, 'nowhere']
    const look = (found: runtime.Tensor | undefined, wanted: ArrayLike<number>, what: string): void => {
      const own = distance(found === undefined ? [Number.NaN] : (found.data as Float32Array), wanted)
      if (own > off) [off, where] = [own, what]
    }
    for (const [update, { rows, root, report, after }] of steps.entries()) {
      const found = await session.run({ ...state, ...tensors(givenTo(bytes, rows, root)) })
      for (const [name, value] of Object.entries(report))
        if (typeof value === 'number' && (name in found || name === 'loss'))
          look(found[name], [value], `${name} of update ${update}`)
      for (const [name, { data }] of after)
        look(found[`next/${name}`] ?? state[name], data, `${name} after update ${update}`)
      const next = Object.entries(found).filter(([name]) => name.startsWith('next/'))
      state = { ...state, ...Object.fromEntries(next.map(([name, value]) => [name.slice('next/'.length), value])) }
    }
    return { bytes, off, where }
  } finally {
    await session.release()
  }
}
