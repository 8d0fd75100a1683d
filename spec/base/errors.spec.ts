import { expect } from 'chai'
import { show } from '../../src/base/errors.ts'
import {
  BackendError,
  constant,
  DocumentError,
  FileError,
  InvalidOption,
  key,
  LayerConnectionError,
  NotationError,
  Relu,
  WeightInitializationError,
} from '../../src/index.ts'

const fault = { expected: 'this', got: 'that', remedy: 'Do so.' }

describe('Errors', () => {
  const made = [
    [new LayerConnectionError({ layer: 'fc', ...fault }), 'LayerConnectionError', 'fc'],
    [new WeightInitializationError({ layer: 'fc', ...fault }), 'WeightInitializationError', 'fc'],
    [new InvalidOption({ layer: 'Relu', option: 'units', ...fault }), 'InvalidOption', 'Relu, units'],
    [
      new NotationError({ line: 2, column: 7, text: '… x ⟵ y', ...fault }),
      'NotationError',
      'line 2, column 7, … x ⟵ y',
    ],
    [new DocumentError({ file: 'a.csv', ...fault }), 'DocumentError', 'a.csv'],
    [new DocumentError({ file: 'a.csv', line: 3, ...fault }), 'DocumentError', 'a.csv, line 3'],
    [new BackendError({ backend: 'wasm', ...fault }), 'BackendError', 'wasm'],
    [new BackendError({ backend: 'wasm', layer: 'fc', ...fault }), 'BackendError', 'wasm, fc'],
    [new FileError({ file: 'runs/a', code: 'ENOSPC', ...fault }), 'FileError', 'runs/a'],
  ] as const

  for (const [error, name, subject] of made)
    it(`${name} of ${subject} says where, what was expected, what came and what to do, and carries the same`, () => {
      expect(error).to.be.instanceOf(Error)
      expect(String(error)).to.equal(`${name}: ${subject}: expected this, got that. Do so.`)
      expect(error).to.include({ name, ...fault })
      expect(error.stack).to.include(name)
    })

  it('carry the place of the fault', () => {
    expect(made[0][0].layer).to.equal('fc')
    expect([made[2][0].layer, made[2][0].option]).to.deep.equal(['Relu', 'units'])
    expect([made[3][0].line, made[3][0].column, made[3][0].text]).to.deep.equal([2, 7, '… x ⟵ y'])
    expect([made[4][0].line, made[5][0].line]).to.deep.equal([undefined, 3])
    expect([made[6][0].layer, made[7][0].layer]).to.deep.equal([undefined, 'fc'])
    expect(made[8][0].code).to.equal('ENOSPC')
  })
})

describe('What a message shows', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  for (const [value, text] of [
    ["it's", `"it's"`],
    ['a "b"\n', `'a "b"\\n'`],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [undefined, 'undefined'],
    [null, 'null'],
    [10n, '10n'],
    [Symbol('s'), 'Symbol(s)'],
    [Relu, 'a function Relu'],
    [[1, [2, 'x']], "[1, [2, 'x']]"],
    [Array.from({ length: 10 }, (_, i) => i), '[0, 1, 2, 3, 4, 5, 6, 7, … 2 more]'],
    [new Float32Array(5), 'Float32Array of 5'],
    [{ a: 1, b: { c: [] } }, '{ a: 1, b: { c: [] } }'],
    [{}, '{}'],
    [Relu(3), 'Relu(3)'],
    [constant(2), 'constant(2)'],
    [Object.assign(Object.create(null), { a: 1 }), '{ a: 1 }'],
    [circle, '{ self: { self: { self: { self: … } } } }'],
  ] as const)
    it(`of a value such as ${text}`, () => {
      expect(show(value)).to.equal(text)
    })

  it('is one line, whatever the value', () => {
    for (const value of [key(1), new Date(0), /x/g, new Map(), 'a\nb\r\t']) expect(show(value)).to.match(/^.+$/)
  })
})
