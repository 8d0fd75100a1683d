import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  apply,
  compile,
  gradients,
  graphOps,
  Input,
  InvalidOption,
  init,
  join,
  key,
  Lambda,
  type Ops,
  placeholder,
  tape,
  tensor,
  tfjsOps,
} from '../../src/index.ts'

type Call = <T>(ops: Ops<T>, x: T) => T
const numbers = (output: unknown): readonly number[] => Array.from((output as tf.Tensor).dataSync())

/** Operations of [2, 2, 3], the same with axes from 0 on. */
const counted: Readonly<Record<string, readonly [fromTheEnd: Call, fromTheStart: Call]>> = {
  sum: [(ops, x) => ops.sum(x, [-1], true), (ops, x) => ops.sum(x, [2], true)],
  'sum of two axes': [(ops, x) => ops.sum(x, [1, -1], true), (ops, x) => ops.sum(x, [1, 2], true)],
  mean: [(ops, x) => ops.mean(x, [-2], true), (ops, x) => ops.mean(x, [1], true)],
  max: [(ops, x) => ops.max(x, [-1], true), (ops, x) => ops.max(x, [2], true)],
  concatenate: [
    (ops, x) => ops.concatenate([x, ops.square(x)], -1),
    (ops, x) => ops.concatenate([x, ops.square(x)], 2),
  ],
  reverse: [(ops, x) => ops.reverse(x, [-1]), (ops, x) => ops.reverse(x, [2])],
  transpose: [(ops, x) => ops.transpose(x, [0, -1, 1]), (ops, x) => ops.transpose(x, [0, 2, 1])],
  slice: [(ops, x) => ops.slice(x, [0, 0, -2], [null, 1, 2]), (ops, x) => ops.slice(x, [0, 0, 1], [null, 1, 2])],
  reshape: [(ops, x) => ops.reshape(x, [2, -1]), (ops, x) => ops.reshape(x, [2, null])],
}

/** What does not exist, and what the error says of it. */
const refused: Readonly<Record<string, readonly [Call, string]>> = {
  'sum over an axis too far': [
    (ops, x) => ops.sum(x, [3]),
    'sum, axis: expected an axis of (2, 2, 3), from -3 to 2, got 3.',
  ],
  'sum over an axis twice': [
    (ops, x) => ops.sum(x, [2, -1]),
    'sum, axes: expected axes of (2, 2, 3), each once, got [2, -1].',
  ],
  'mean over half an axis': [
    (ops, x) => ops.mean(x, [0.5]),
    'mean, axis: expected an axis of (2, 2, 3), from -3 to 2, got 0.5.',
  ],
  'max over an axis too far': [
    (ops, x) => ops.max(x, [-4]),
    'max, axis: expected an axis of (2, 2, 3), from -3 to 2, got -4.',
  ],
  'pad by less than nothing': [
    (ops, x) =>
      ops.pad(x, [
        [0, 0],
        [-1, 0],
        [0, 0],
      ]),
    'pad, margins: expected whole numbers of zeros, 0 or more, got [[0, 0], [-1, 0], [0, 0]].',
  ],
  'concatenate along no axis': [
    (ops, x) => ops.concatenate([x, x], 3),
    'concatenate, axis: expected an axis of (2, 2, 3), from -3 to 2, got 3.',
  ],
  'concatenate nothing': [
    ops => ops.concatenate([], 0),
    'concatenate, operands: expected at least one tensor, got none.',
  ],
  'reverse no axis': [
    (ops, x) => ops.reverse(x, [7]),
    'reverse, axis: expected an axis of (2, 2, 3), from -3 to 2, got 7.',
  ],
  'transpose of some axes': [
    (ops, x) => ops.transpose(x, [0, 1]),
    'transpose, permutation: expected every axis of (2, 2, 3) once, got [0, 1].',
  ],
  'slice from beyond the end': [
    (ops, x) => ops.slice(x, [0, 0, 4], [null, null, null]),
    'slice, begin: expected a place on axis 2 of (2, 2, 3), got 4.',
  ],
  'slice beyond the end': [
    (ops, x) => ops.slice(x, [0, 0, 1], [2, 2, 3]),
    'slice, size: expected at most 2 elements from 1 on, on axis 2 of (2, 2, 3), got 3.',
  ],
  'an operand that is no tensor': [
    (ops, x) => ops.add(x, 2 as never),
    'add, operands: expected tensors of these operations, got 2.',
  ],
}
const misfits: Readonly<Record<string, readonly [Call, string]>> = {
  'shapes that do not broadcast': [
    (ops, x) => ops.add(x, ops.constant(0, [2])),
    'add: expected shapes that broadcast, got [(2, 2, 3), (2,)].',
  ],
  'a shape of other elements': [
    (ops, x) => ops.reshape(x, [5]),
    'reshape: expected as many elements as (5,), got (2, 2, 3).',
  ],
  'a concatenation of other shapes': [
    (ops, x) => ops.concatenate([x, ops.sum(x, [1], true)], 2),
    'concatenate: expected shapes that differ in axis 2 only, got [(2, 2, 3), (2, 1, 3)].',
  ],
}

const x = { data: Float32Array.from({ length: 12 }, (_, i) => i * i - 7 * i), shape: [2, 2, 3] }
describe('Axes from the end give other numbers than tfjs', () => {
  for (const [name, [fromTheEnd, fromTheStart]] of Object.entries(counted))
    it(`${name}: the same on every engine`, async () => {
      const shape = graphOps.shape(fromTheStart(graphOps, placeholder('x', x.shape))) as readonly number[]
      const networks = [fromTheEnd, fromTheStart].map(call => join(Input([2, 3]), Lambda(call, shape.slice(1))))
      const [network, other] = networks as [(typeof networks)[0], (typeof networks)[0]]
      const variables = init(network, key(0))
      const dy = { data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i - 2), shape }
      const expected = numbers(apply(other, init(other, key(0)), x).output)
      const back = numbers(gradients(other, init(other, key(0)), x, dy).input)
      const given = tensor(x)
      expect(numbers(fromTheEnd(tfjsOps, given as tf.Tensor))).to.deep.equal(expected)
      expect(numbers(apply(network, variables, x).output)).to.deep.equal(expected)
      expect(numbers(apply(network, variables, x, { training: true, key: key(0) }).output)).to.deep.equal(expected)
      expect(numbers(gradients(network, variables, x, dy).input)).to.deep.equal(back)
      for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const) {
        const compiled = compile(network, variables, { backend })
        expect(numbers(await compiled(x)), backend).to.deep.equal(expected)
        expect(numbers((await compiled.gradients(x, dy)).input), backend).to.deep.equal(back)
      }
    })
})

describe('What does not exist is read past the end', () => {
  const interpretations: Readonly<Record<string, (call: Call) => unknown>> = {
    eager: call => call(tfjsOps, tensor(x) as tf.Tensor),
    traced: call => call(graphOps, placeholder('x', x.shape)),
    'on a tape': call => {
      const { ops, variable } = tape(tfjsOps)
      return call(ops, variable(tensor(x) as tf.Tensor))
    },
    applied: call => {
      const network = join(Input([2, 3]), Lambda(call))
      return apply(network, init(network, key(0)), x)
    },
    'with gradients': call => {
      const network = join(Input([2, 3]), Lambda(call))
      return gradients(network, init(network, key(0)), x, x)
    },
  }
  for (const [how, run] of Object.entries(interpretations)) {
    for (const [name, [call, message]] of Object.entries(refused))
      it(`${name}, ${how}, is refused alike`, () => expect(() => run(call)).to.throw(InvalidOption, message))
    for (const [name, [call, message]] of Object.entries(misfits))
      it(`${name}, ${how}, is refused alike`, () => expect(() => run(call)).to.throw(message))
  }
})
