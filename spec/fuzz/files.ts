import fc from 'fast-check'
import { encode } from '../../src/backends/onnxruntime/protobuf.ts'
import { readOnnx } from '../../src/command/onnx.ts'
import { fromDocument, readDocument, toDocument } from '../../src/documents/index.ts'
import {
  accuracy,
  adam,
  addLosses,
  BatchNorm,
  bucketize,
  byName,
  Convolution,
  chain,
  clipByNorm,
  freeze,
  huber,
  Input,
  init,
  join,
  key,
  type Layer,
  LSTM,
  l2,
  limitNorm,
  lookahead,
  minMax,
  oneHot,
  parallel,
  Relu,
  Reshape,
  standardize,
  stepDecay,
  warmup,
} from '../../src/index.ts'
import { decodeSafetensors, encodeSafetensors, load } from '../../src/storage.ts'
import { isTyped, longest, type Part, polluted, thrown, timed } from './part.ts'

// Files that are cut off, changed or hostile: what reads them gives a value, or an error of joinery, soon.

const network: Layer = join(Input([6, 6, 1]), Convolution([3, 3, 2]), BatchNorm(), Relu(), Reshape())
const twoWays: Layer = join(Input([3, 2]), parallel(LSTM(2), LSTM(2, { name: 'b{}' })))
const decay = warmup({ to: stepDecay({ initialValue: 0.1, reductionFreq: 100 }), warmupIter: 10 })
const training = {
  loss: { a: addLosses(['mse', 0.5], huber({ delta: 2 })), b: 'categoricalCrossentropy' },
  optimizer: chain(clipByNorm(1), byName({ '*.bias': freeze(), '*': lookahead(adam({ step: decay })) })),
  metrics: [accuracy, 'mae'],
  regularizer: { 'conv*': l2(0.1) },
  constraint: limitNorm(2),
} as const
const preprocessing = { x: standardize([1, 2, 3]), y: [oneHot(['a', 'b']), bucketize([1, 2])], z: minMax([1, 2]) }
const documents = [
  ...[network, twoWays].map(one => toDocument(one)),
  toDocument(Relu(2), { training, preprocessing }),
].map(document => JSON.stringify(document))
const weights = encodeSafetensors(init(network, key(1)), { document: toDocument(network, { training, preprocessing }) })

const onnx = encode({
  inputs: [{ name: 'x', shape: [null, 4] }],
  outputs: [{ name: 'y', shape: [null, 3] }],
  initializers: [{ name: 'weight', shape: [4, 3], values: new Float32Array(12) }],
  nodes: [
    {
      name: 'n',
      operator: 'MatMul',
      domain: '',
      inputs: ['x', 'weight'],
      outputs: ['y'],
      attributes: { a: { ints: [1, 2] } },
    },
  ],
} as never)

/** A place in bytes, and what is put there. */
interface Change {
  readonly at: number
  readonly drop: number
  readonly put: readonly number[]
}
type Form = 'safetensors' | 'document' | 'onnx'
interface Case {
  readonly form: Form
  readonly which: number
  readonly changes: readonly Change[]
  /** Bytes that are no real file's. */
  readonly raw: readonly number[] | null
}

const nasty = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  'null',
  '-1',
  '1e18',
  '9007199254740993',
  '"__proto__":',
  '"constructor":',
  '"__metadata__":',
  '"layer":"Relu"',
  '"join":[',
  '"options":{',
  '"optimizer":"adam"',
  '"loss":"mse"',
  '"kind":"minMax"',
  '"record":{',
  '"dtype":"F64"',
  '"shape":[1e9,1e9]',
  '"data_offsets":[0,0]',
  '\\ud800',
  'NaN',
].map(text => [...new TextEncoder().encode(text)])
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(4000),
  drop: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(3000)),
  put: fc.oneof(fc.constantFrom(...nasty), fc.array(fc.nat(255), { maxLength: 12 })),
})
const cases: fc.Arbitrary<Case> = fc.record({
  form: fc.constantFrom<Form>('safetensors', 'document', 'document', 'onnx'),
  which: fc.nat(documents.length - 1),
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  raw: fc.option(fc.array(fc.nat(255), { maxLength: 60 }), { freq: 10 }),
})

const changed = (bytes: Uint8Array, changes: readonly Change[]): Uint8Array<ArrayBuffer> => {
  let own = [...bytes]
  for (const { at, drop, put } of changes) {
    const from = own.length === 0 ? 0 : at % own.length
    own = [...own.slice(0, from), ...put, ...own.slice(from + drop)]
  }
  return Uint8Array.from(own)
}
const bytesOf = ({ form, which, changes, raw }: Case): Uint8Array<ArrayBuffer> => {
  if (raw !== null) return Uint8Array.from(raw)
  const real = form === 'document' ? new TextEncoder().encode(documents[which]) : form === 'onnx' ? onnx : weights
  return changed(real, changes)
}

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return { format: 'joinery', version: 1, network: new TextDecoder().decode(bytes) }
  }
}

/** All that reads such a file. */
const read = async (form: Form, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
  if (form === 'document') {
    const json = jsonOf(bytes)
    for (const result of [fromDocument(json), await readDocument(json)]) {
      const wrong = result._tag === 'Left' ? result.left.find(error => !isTyped(error)) : undefined
      if (wrong !== undefined) throw wrong
    }
  } else if (form === 'onnx') readOnnx(bytes, 'model.onnx')
  else {
    for (const work of [() => decodeSafetensors(bytes), () => decodeSafetensors(bytes, network), () => load(bytes)])
      try {
        await work()
      } catch (error) {
        if (!isTyped(error)) throw error
      }
  }
}

/** Files of weights, documents and models. */
export const files: Part<Case> = {
  name: 'files',
  few: 2000,
  cases,
  show: given => `${given.form}: ${Buffer.from(bytesOf(given)).toString('latin1').slice(0, 3000)}`,
  check: async given => {
    try {
      const [, time] = await timed(() => read(given.form, bytesOf(given)))
      if (time > longest) return `takes ${time} ms`
    } catch (error) {
      if (!isTyped(error)) return thrown(error)
    }
    return polluted()
  },
}
