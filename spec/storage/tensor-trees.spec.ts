import { expect } from 'chai'
import { DocumentError, Input, InvalidOption, init, join, key, Relu, shared } from '../../src/index.ts'
import { decodeSafetensors, encodeSafetensors, flattenTensors, nestTensors } from '../../src/storage.ts'

describe('Variables in files', () => {
  it('come back by layer and name', () => {
    const network = join(Input(2), Relu(3), shared('a/b%', Relu(3)), Relu(1, { name: '__proto__' }))
    const { params } = init(network, key(1)) as unknown as {
      readonly params: Readonly<Record<string, Readonly<Record<string, { dataSync(): Float32Array }>>>>
    }
    const flat = flattenTensors({ params, state: {} })
    expect(Object.keys(flat)).to.include('params/__proto__/weight')
    const tree = nestTensors(decodeSafetensors(encodeSafetensors(flat)).tensors) as unknown as {
      readonly params: Readonly<Record<string, Readonly<Record<string, { readonly data: Float32Array }>>>>
    }
    expect(Object.keys(tree)).to.deep.equal(['params'])
    expect(Object.keys(tree.params)).to.have.members(Object.keys(params))
    for (const [layer, variables] of Object.entries(params))
      for (const [name, tensor] of Object.entries(variables))
        expect(tree.params[layer]?.[name]?.data).to.deep.equal(tensor.dataSync())
  })

  it('are refused where they are none', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const throwing = {
      get a() {
        throw new TypeError('no entry')
      },
    }
    for (const [tree, got] of [
      [undefined, 'undefined'],
      [[], '[]'],
      [{ a: 1 }, '1'],
      [{ data: [1], shape: [1] }, 'a tensor alone'],
      [circle, 'a record that holds itself, or is there twice'],
      [throwing, 'an object that throws when it is read'],
    ] as const)
      expect(() => flattenTensors(tree as object))
        .to.throw(InvalidOption)
        .with.property('got', got)
    expect(() => nestTensors(3 as never)).to.throw(
      InvalidOption,
      'nestTensors, tensors: expected tensors by name, got 3',
    )
    const stored = { data: new Float32Array(1), shape: [1], dtype: 'F32' }
    for (const names of [['%'], ['a', 'a/b']])
      expect(() => nestTensors(Object.fromEntries(names.map(name => [name, stored])))).to.throw(
        DocumentError,
        `expected names of tensors in a tree, got '${names.at(-1)}'`,
      )
  })
})
