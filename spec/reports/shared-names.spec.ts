import { expect } from 'chai'
import {
  Input,
  join,
  LayerConnectionError,
  Linear,
  names,
  net,
  PRelu,
  Relu,
  Silu,
  shared,
  Tanh,
} from '../../src/index.ts'
import { faultOf } from '../faults.ts'
import { untyped } from '../running.ts'

// A name that is shared stands for one layer: of two, variables would be mixed, or missing.

describe('Two different layers under one shared name use each other’s weights', () => {
  const fault = "InvalidOption of twin, name: expected one layer that is shared as 'twin', got two that differ."
  const twice = (one: unknown, other: unknown) =>
    untyped.join(untyped.Input(4), untyped.shared('twin', one), untyped.shared('twin', other))

  for (const [one, other] of [
    [Relu(4), Tanh(4)],
    [Relu(4), Relu(4, { alpha: 0.1 })],
    [Relu(4), Relu(4, { weight: 1 })],
    [Relu(4, { weight: 1 }), Relu(4, { weight: 2 })],
    [join(Silu(4, { name: 'a' }), Linear(4)), join(PRelu({ name: 'a' }), Linear(4))],
    [join(Relu(4), Relu(4)), Relu(4)],
  ])
    it(`${one} and ${other} are refused`, () => {
      expect(faultOf(() => twice(one, other)).slice(0, fault.length)).to.equal(fault)
    })

  it('the same layer, and an equal one, are shared', () => {
    const twin = Relu(4, {
      weight: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
    })
    const equal = Relu(4, {
      weight: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
    })
    for (const other of [twin, equal]) expect(names(twice(twin, other) as never)).to.deep.equal(['input-1', 'twin'])
    const nested = () => join(Tanh(4), Relu(4, { name: 'a' }))
    expect(() => twice(nested(), nested())).not.to.throw(LayerConnectionError)
  })

  it('a text may say what is shared at each place', () => {
    const text = net("Input(4) >> shared('twin', Relu(4)) >> shared('twin', Relu(4))")
    const calls = join(Input(4), shared('twin', Relu(4)), shared('twin', Relu(4)))
    expect(names(text)).to.deep.equal(names(calls))
  })
})
