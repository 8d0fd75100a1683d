import fc from 'fast-check'
import { evaluate, value } from './hostile.ts'
import { isTyped, longest, type Part, polluted, thrown, timed } from './part.ts'

// Calls that take data, variables and settings, of which some are not what they should be: a value, or an error of joinery.

const network = 'j.join(j.Input(2), j.Relu(3, { name: "fc" }), j.Softmax(2))'
const variables = `j.init(${network}, j.key(1))`
const x = '[[1, 2], [3, 4], [5, 6]]'
const y = '[[1, 0], [0, 1], [1, 0]]'
const flat = '{ data: new Float32Array(6), shape: [3, 2] }'

/** Data that may fit: arrays of some form, typed arrays, flat data, tensors. */
const numbers = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1', '0', '-1', '0.5', 'NaN', 'Infinity', '-0', '1e40', '1e-50') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1n', '"1"', 'null', 'undefined', 'true', '[]', '[1]', '{}', 'new Number(1)'),
  },
)
const list = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(element, { maxLength: 4 }).map(parts => `[${parts.join(', ')}]`)
const kinds = [
  'Float32Array',
  'Float64Array',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
]
const typed = fc.tuple(
  fc.constantFrom(...kinds, 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array', 'DataView'),
  fc.nat(8),
)
const flatData = fc.oneof(
  list(numbers),
  list(list(numbers)),
  typed.map(([kind, size]) =>
    kind === 'DataView' ? `new DataView(new ArrayBuffer(${size}))` : `new ${kind}(${size})`,
  ),
)
const shape = fc.oneof(list(fc.constantFrom('1', '2', '3', '0', '-1', '2.5', 'null', '1e9', '"2"', 'NaN')), value)
const given: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(x, flat, '[[1, 2]]', `j.tensor(${x})`, 'new Float32Array(2)') },
  { weight: 3, arbitrary: flatData },
  { weight: 3, arbitrary: fc.tuple(flatData, shape).map(([own, s]) => `{ data: ${own}, shape: ${s} }`) },
  { weight: 1, arbitrary: fc.tuple(flatData, shape).map(([own, s]) => `j.tensor(${own}, ${s})`) },
  { weight: 2, arbitrary: value },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `(() => { const t = j.tensor(${x}); t.dispose(); return t })()`,
      `(() => { const a = ${x}; Object.defineProperty(a, 1, { get() { throw new Error('of the user') } }); return a })()`,
      `Object.assign(${x}, { extra: 1 })`,
      '[new Float32Array(2), new Float32Array(2)]',
      `[${x}, ${x}]`,
      'structuredClone(new Float32Array(6), { transfer: [] })',
    ),
  },
)
const targets = fc.oneof({ weight: 3, arbitrary: fc.constant(y) }, { weight: 2, arbitrary: given })
const trees: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(variables) },
  {
    weight: 2,
    arbitrary: value.map(other => `{ params: { ...${variables}.params, fc: ${other} }, state: {} }`),
  },
  {
    weight: 2,
    arbitrary: given.map(
      other => `{ params: { ...${variables}.params, fc: { weight: ${other}, bias: [1, 2, 3] } }, state: {} }`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `JSON.parse(JSON.stringify(${variables}))`,
      `structuredClone({ params: {}, state: {} })`,
    ),
  },
  { weight: 1, arbitrary: value },
)
const settings = fc.oneof(
  { weight: 2, arbitrary: fc.constant('{}') },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          ...[
            'loss',
            'optimizer',
            'metrics',
            'epochs',
            'batchSize',
            'validation',
            'onProgress',
            'key',
            'shuffle',
            'seed',
          ],
          ...['backend', 'regularizer', 'training', 'ops', 'unknown'],
        ),
        value,
      )
      .map(([name, own]) => `{ epochs: 1, ${name}: ${own} }`),
  },
  { weight: 1, arbitrary: value },
)

const calls: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(flatData, fc.option(shape, { nil: 'undefined' })).map(([own, s]) => `j.tensor(${own}, ${s})`),
  given.map(own => `j.tensor(${own})`),
  fc.tuple(trees, given, settings).map(parts => `j.apply(${network}, ${parts.join(', ')})`),
  fc.tuple(trees, given).map(parts => `j.apply(${network}, ${parts.join(', ')})`),
  fc.tuple(trees, given, targets).map(parts => `j.gradients(${network}, ${parts.join(', ')})`),
  fc.tuple(trees, given, settings).map(parts => `j.predict(${network}, ${parts.join(', ')})`),
  fc
    .tuple(trees, given, targets, settings)
    .map(([v, a, b, own]) => `j.evaluate(${network}, ${v}, { x: ${a}, y: ${b} }, ${own})`),
  fc
    .tuple(trees, given, targets, settings)
    .map(([v, a, b, own]) => `j.fit(${network}, ${v}, { x: ${a}, y: ${b} }, ${own})`),
  fc.tuple(trees, value, settings).map(([v, a, own]) => `j.fit(${network}, ${v}, ${a}, ${own})`),
  fc
    .tuple(trees, given, targets, settings)
    .map(
      ([v, a, b, own]) =>
        `(async s => s(await s.init(${v}, j.key(1)), { x: ${a}, y: ${b} }))(j.trainStep(${network}, ${own}))`,
    ),
  fc
    .tuple(trees, given, targets, settings)
    .map(
      ([v, a, b, own]) =>
        `(async s => s(await s.init(${v}, j.key(1)), { x: ${a}, y: ${b} }))(j.compileTraining(${network}, ${own}))`,
    ),
  fc.tuple(trees, given, settings).map(([v, a, own]) => `j.compile(${network}, ${v}, ${own})(${a})`),
  fc
    .tuple(fc.constantFrom('tfjs', 'wasm', 'onnxruntime'), given)
    .map(([backend, a]) => `j.compile(${network}, ${variables}, { backend: '${backend}' })(${a})`),
  fc.tuple(given, given).map(parts => `j.mse(${parts.join(', ')})`),
  fc.tuple(given, given).map(parts => `j.categoricalCrossentropy(${parts.join(', ')})`),
  fc.tuple(given, given).map(parts => `j.accuracy(${parts.join(', ')})`),
  value.map(own => `j.init(${network}, ${own})`),
  value.map(own => `j.key(${own})`),
  value.map(own => `j.outputShape(${network}, ${own})`),
)

export const data: Part<string> = {
  name: 'data',
  few: 600,
  cases: calls,
  show: text => text,
  check: async text => {
    const [fault, time] = await timed(async () => {
      try {
        await evaluate(text)
        return null
      } catch (error) {
        return isTyped(error) ? null : thrown(error)
      }
    })
    if (fault !== null) return fault
    if (time > longest) return `took ${time.toFixed(0)} ms`
    return polluted()
  },
}
