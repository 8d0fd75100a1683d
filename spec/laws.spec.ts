import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  apply,
  Concatenate,
  Elementwise,
  foldIn,
  graphOps,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  names,
  normals,
  outputShape,
  parallel,
  placeholder,
  Reshape,
  type Shape,
  shared,
  Tanh,
  type Variables,
  type VariableTree,
} from '../src/index.ts'
import { stack } from './arbitraries.ts'
import { untyped } from './running.ts'

// The laws that hold for every layer and network, as properties of random ones.

type Trees = { readonly params: VariableTree<TfTensor>; readonly state: VariableTree<TfTensor> }
const joined = (...layers: readonly Layer[]): Layer => join(...(layers as never[]))
const made = (network: Layer, seed = 1): Trees => init(network, key(seed)) as unknown as Trees
const batch = (shape: readonly number[], rows = 2) => {
  const size = rows * shape.reduce((n, d) => n * d, 1)
  return { data: normals(key(5), size), shape: [rows, ...shape] }
}
const outputOf = (network: Layer, variables: Trees, input: unknown, training = false): TfTensor =>
  apply(network, variables as never, input as never, { training, key: key(9) }).output as TfTensor
const flatten = (tree: VariableTree<TfTensor>): readonly TfTensor[] =>
  Object.values(tree).flatMap(own => Object.values(own))
const bits = (tensors: readonly TfTensor[]): readonly (readonly number[])[] =>
  tensors.map(tensor => [...tensor.shape, Number.NaN, ...Array.from(tensor.dataSync())])

describe('Law 1, composition', () => {
  it('is associative, by join and by to: shapes, parameters and outputs are the same', () => {
    fc.assert(
      fc.property(stack, fc.nat(), ({ shape, layers }, at) => {
        const all = [Input([...shape]) as Layer, ...layers]
        const cut = 1 + (at % (all.length - 1))
        const right = joined(joined(...all.slice(0, cut)), joined(...all.slice(cut)))
        const left = all.slice(1).reduce((a, b) => (a as unknown as { to: (b: Layer) => Layer }).to(b), all[0] as Layer)
        const flat = joined(...all)
        const variables = made(flat)
        for (const other of [right, left]) {
          expect(names(other as never)).to.deep.equal(names(flat as never))
          expect(outputShape(other)).to.deep.equal(outputShape(flat))
          expect(bits(flatten(made(other).params))).to.deep.equal(bits(flatten(variables.params)))
          expect(bits([outputOf(other, variables, batch(shape))])).to.deep.equal(
            bits([outputOf(flat, variables, batch(shape))]),
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  it('has Identity as its unit', () => {
    fc.assert(
      fc.property(stack, ({ shape, layers }) => {
        const plain = joined(Input([...shape]) as Layer, ...layers)
        const padded = joined(Input([...shape]) as Layer, Identity() as Layer, ...layers, Identity() as Layer)
        const variables = made(plain)
        expect(bits(flatten(made(padded).params))).to.deep.equal(bits(flatten(variables.params)))
        const [a, b] = [plain, padded].map(network => outputOf(network, variables, batch(shape)))
        expect(bits([b as TfTensor])).to.deep.equal(bits([a as TfTensor]))
      }),
      { numRuns: 30 },
    )
  })
})

describe('Combinators', () => {
  const same = (a: Layer, b: Layer, shape: readonly number[], rename = (name: string) => name): void => {
    const variables = made(a)
    const renamed = (tree: VariableTree<TfTensor>) =>
      Object.fromEntries(Object.entries(tree).map(([name, own]) => [rename(name), own]))
    const given = { params: renamed(variables.params), state: renamed(variables.state) }
    expect(names(b as never)).to.deep.equal(names(a as never).map(rename))
    expect(bits([outputOf(b, given, batch(shape))])).to.deep.equal(bits([outputOf(a, variables, batch(shape))]))
  }
  const starting = (shape: readonly number[], ...layers: readonly Layer[]) => joined(Input([...shape]), ...layers)

  it('a residual block is a sum of two branches', () => {
    fc.assert(
      fc.property(stack, ({ shape, layers }) => {
        const block = joined(...layers)
        const flat = [Reshape(), untyped.Linear(3)]
        const [inner, shortcut] = [joined(block, ...flat), joined(...flat)]
        same(
          starting(shape, untyped.parallel(shortcut, inner), Elementwise('add')),
          starting(shape, untyped.residual(inner, { shortcut })),
          shape,
        )
      }),
      { numRuns: 20 },
    )
  })

  it('branch is parallel where one tensor comes in', () => {
    fc.assert(
      fc.property(stack, ({ shape, layers }) => {
        const branches = [layers, layers.slice(0, 1)].map(some => joined(...some, Reshape()))
        same(
          starting(shape, untyped.parallel(...branches), Concatenate()),
          starting(shape, untyped.branch(...branches), Concatenate()),
          shape,
        )
      }),
      { numRuns: 20 },
    )
  })

  it('a block changes names only, and when() nothing', () => {
    fc.assert(
      fc.property(stack, ({ shape, layers }) => {
        const plain = starting(shape, ...layers)
        same(plain, untyped.block('b{}', plain), shape, name => `b1/${name}`)
        same(plain, starting(shape, untyped.when(true, joined(...layers))), shape)
        same(starting(shape, Identity()), starting(shape, untyped.when(false, joined(...layers))), shape)
      }),
      { numRuns: 20 },
    )
  })
})

describe('Law 2, shapes', () => {
  it('are one: that of the rule, of the tensor that comes out and of the graph that is traced', () => {
    fc.assert(
      fc.property(stack, fc.boolean(), ({ shape, layers }, training) => {
        const network = joined(Input([...shape]) as Layer, ...layers)
        const variables = made(network)
        const expected = outputShape(network, [2, ...shape])
        expect(outputOf(network, variables, batch(shape), training).shape).to.deep.equal(expected)
        const traced = (tree: VariableTree<TfTensor>) =>
          Object.fromEntries(
            Object.entries(tree).map(([layer, own]) => [
              layer,
              Object.fromEntries(Object.entries(own).map(([name, tensor]) => [name, placeholder(name, tensor.shape)])),
            ]),
          )
        const given = { params: traced(variables.params), state: traced(variables.state) }
        // What is averaged over a batch in training asks for its size.
        for (const rows of training ? [2] : [2, null]) {
          const input = placeholder('x', [rows, ...shape])
          const { output } = apply(network, given, input, { ops: graphOps, training, key: key(9) })
          const [, ...rest] = expected as readonly number[]
          expect((output as { shape: Shape }).shape).to.deep.equal([rows, ...rest])
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('Law 3, purity', () => {
  it('no function changes its arguments, and the same arguments give the same bits', () => {
    fc.assert(
      fc.property(stack, fc.boolean(), fc.integer(), ({ shape, layers }, training, seed) => {
        const network = joined(Input([...shape]) as Layer, ...layers)
        const [variables, again] = [made(network, seed), made(network, seed)]
        const before = bits([...flatten(variables.params), ...flatten(variables.state)])
        expect(bits([...flatten(again.params), ...flatten(again.state)])).to.deep.equal(before)
        const input = batch(shape)
        const copy = { data: input.data.slice(), shape: [...input.shape] }
        const outputs = [1, 2].map(() => {
          const { output, state } = apply(network, variables as unknown as Variables, input, {
            training,
            key: key(seed),
          })
          return bits([output as unknown as TfTensor, ...flatten(state as VariableTree<TfTensor>)])
        })
        expect(outputs[1]).to.deep.equal(outputs[0])
        expect(bits([...flatten(variables.params), ...flatten(variables.state)])).to.deep.equal(before)
        expect(input).to.deep.equal(copy)
      }),
      { numRuns: 40 },
    )
  })

  it('everything that is made is frozen', () => {
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      ArrayBuffer.isView(value) ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen))
    fc.assert(
      fc.property(stack, ({ shape, layers }) => {
        expect(isFrozen(joined(Input([...shape]) as Layer, ...layers))).to.equal(true)
      }),
      { numRuns: 20 },
    )
    expect(isFrozen(foldIn(key(1), 'a'))).to.equal(true)
  })
})

describe('Law 4, identity', () => {
  it('a layer used twice is two layers', () => {
    const layer = Tanh(3)
    const network = join(Input(3), layer, layer)
    expect(names(network)).to.deep.equal(['input-1', 'tanh-1', 'tanh-2'])
    const { params } = init(network, key(1))
    expect(params['tanh-1'].weight.dataSync()).not.to.deep.equal(params['tanh-2'].weight.dataSync())
  })

  it('only shared shares parameters', () => {
    const twin = shared('twin', Tanh(3))
    const network = join(parallel(join(Input(3), twin), join(Input(3), twin)))
    const variables = init(network, key(1))
    expect(Object.keys(variables.params)).to.deep.equal(['twin'])
    const x = { data: [1, 2, 3], shape: [1, 3] }
    const [a, b] = apply(network, variables, [x, x]).output as unknown as readonly TfTensor[]
    expect(Array.from((a as TfTensor).dataSync())).to.deep.equal(Array.from((b as TfTensor).dataSync()))
  })
})
