import { expect } from 'chai'
import {
  apply,
  BatchNorm,
  block,
  branch,
  Concatenate,
  Convolution,
  Dropout,
  Elementwise,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  layerOf,
  type Merge,
  names,
  outputShape,
  parallel,
  Relu,
  repeat,
  residual,
  Softmax,
  shared,
  start,
  Tanh,
  when,
} from '../../src/index.ts'
import { faultOf, refuses } from '../faults.ts'
import { untyped } from '../running.ts'

const numbers = (value: unknown): readonly number[] =>
  Array.from((value as { dataSync: () => Float32Array }).dataSync())

describe('residual', () => {
  const ones = { weight: 1, bias: 0 }

  it('adds what a block makes to what comes in', () => {
    const network = join(Input(2), residual(Linear(2, ones)))
    expect(names(network)).to.deep.equal(['input-1', 'identity-1', 'linear-1', 'elementwise-1'])
    expect(numbers(apply(network, init(network, key(0)), [[1, 2]]).output)).to.deep.equal([4, 5])
  })

  it('merges by another function, by a function of the user, or by a layer', () => {
    const merged = (merge: unknown) => {
      const network = untyped.join(Input(2), untyped.residual(Linear(2, ones), { merge }))
      return numbers(apply(network, init(network, key(0)), [[1, 2]]).output)
    }
    const difference: Merge = (ops, a, b) => ops.subtract(a, b)
    expect(merged('multiply')).to.deep.equal([3, 6])
    expect(merged(difference)).to.deep.equal([-2, -1])
    expect(merged(Concatenate())).to.deep.equal([1, 2, 3, 3])
  })

  it('takes a layer for the way around', () => {
    const network = join(Input([4, 4, 3]), residual(Convolution([2, 2, 8]), { shortcut: Convolution([2, 2, 8]) }))
    expect(outputShape(network)).to.deep.equal([null, 3, 3, 8])
    expect(names(network).slice(1)).to.deep.equal(['convolution-1', 'convolution-2', 'elementwise-1'])
  })

  it('has a name, or one for each of its copies', () => {
    const one = join(Input(2), residual(Linear(2), { name: 'res' }), Relu())
    expect(names(one)).to.deep.equal(['input-1', 'res/identity-1', 'res/linear-1', 'res/elementwise-1', 'relu-1'])
    const three = join(Input(2), repeat(residual(Linear(2), { name: 'res{}' }), 3))
    expect(Object.keys(init(three, key(0)).params)).to.deep.equal(['res1/linear-1', 'res2/linear-1', 'res3/linear-1'])
  })

  refuses([
    [() => untyped.residual(3), 'InvalidOption of residual, layer: expected a layer, got 3. '],
    [
      () => untyped.residual(Relu),
      'InvalidOption of residual, layer: expected a layer, got a function Relu. Call it: ',
    ],
    [
      () => untyped.residual(Relu(2), { shortcut: 'none' }),
      "InvalidOption of residual, shortcut: expected a layer, got 'none'. For example: residual(",
    ],
    [() => untyped.residual(Relu(2), { merge: 'maximise' }), "InvalidOption of residual, merge: expected 'add'"],
    [
      () => untyped.residual(Relu(2), { name: 3 }),
      'InvalidOption of residual, name: expected a name or pattern, got 3. ',
    ],
    [
      () => untyped.residual(Relu(2), { name: 'a{}{}' }),
      'InvalidOption of block, name: expected a name with at most one',
    ],
    [() => untyped.residual(Relu(2), { skip: 1 }), 'InvalidOption of residual, skip: expected an option of shortcut, '],
    [
      () => untyped.join(Input(3), untyped.residual(Relu(2))),
      'LayerConnectionError of elementwise-1: expected inputs of one shape, got [(?, 3), (?, 2)]. Bring the branches to one shape; in a residual block give the shortcut',
    ],
  ])
})

describe('branch', () => {
  const sides = parallel(Input(2), Input(2))

  it('gives every branch the one input, as parallel does', () => {
    const network = join(Input(4), branch(Relu(2), [Tanh(3), Tanh(5)]))
    expect(outputShape(network)).to.deep.equal([
      [null, 2],
      [null, 5],
    ])
    expect(names(network)).to.deep.equal(names(join(Input(4), parallel(Relu(2), [Tanh(3), Tanh(5)]))))
  })

  it('gives every branch all inputs, which parallel deals out', () => {
    const network = join(sides, branch(Elementwise('add'), Elementwise('multiply'), Concatenate()), Concatenate())
    const { output } = apply(network, init(network, key(0)), [
      { data: [1, 2], shape: [1, 2] },
      { data: [3, 4], shape: [1, 2] },
    ])
    expect(numbers(output)).to.deep.equal([4, 6, 3, 8, 1, 2, 3, 4])
  })

  it('is a network of several inputs when every branch starts with its own', () => {
    const network = branch(join(Input(4), Relu(2)), join(Input(3), Relu(1)))
    expect(String(network)).to.equal('[(?, 4), (?, 3)] -> [... 4 layers ...] -> [(?, 2), (?, 1)]')
  })

  refuses([
    [() => untyped.branch(), 'InvalidOption of branch, branches: expected at least one branch, got none. '],
    [() => untyped.branch(Relu(), 3), 'InvalidOption of branch, layer: expected a layer, got 3. '],
    [
      () => untyped.join(sides, untyped.parallel(Relu(), Relu(), Relu())),
      'LayerConnectionError of parallel: expected one input, or one for each of the 3 branches, got [(?, 2), (?, 2)]. Merge the inputs first, give each a branch, or give all of them to every branch with branch(...)',
    ],
  ])
})

describe('when', () => {
  it('is the layer, or Identity', () => {
    const dropout = Dropout(0.5)
    expect(when(true, dropout)).to.equal(dropout)
    expect(String(when(false, dropout))).to.equal(String(Identity()))
  })

  it('takes a condition that only the run time knows', () => {
    const model = (deep: boolean) => join(Input(3), when(deep, Relu(3)), Softmax(2))
    expect(Object.keys(init(model(true), key(0)).params)).to.deep.equal(['relu-1', 'softmax-1'])
    expect(Object.keys(init(model(false), key(0)).params)).to.deep.equal(['softmax-1'])
  })

  refuses([
    [() => untyped.when('yes', Relu()), "InvalidOption of when, condition: expected true or false, got 'yes'. "],
    [() => untyped.when(false, 3), 'InvalidOption of when, layer: expected a layer, got 3. '],
  ])
})

describe('block', () => {
  const nested = (inner: Layer) => untyped.block('resnet50', untyped.join(Relu(), untyped.block('res3a', inner)))

  it('puts its name before those of its layers, whose numbers begin anew', () => {
    const network = join(
      Input(4),
      Relu(3),
      block('a', join(Relu(2), block('b{}', Relu(2)), block('b{}', Relu(2)))),
      Relu(),
    )
    expect(names(network)).to.deep.equal(['input-1', 'relu-1', 'a/relu-1', 'a/b1/relu-1', 'a/b2/relu-1', 'relu-2'])
    expect(String(layerOf(network, 'a/b2/relu-1'))).to.equal('Relu(2)')
  })

  it('leaves shared layers their names, as they belong to the whole network', () => {
    const encoder = shared('encoder', Relu(4))
    const tower = shared('tower', join(Tanh(4), BatchNorm()))
    const network = join(Input(4), block('a', join(encoder, tower)), block('b', join(encoder, block('c', tower))))
    const { params } = init(network, key(0))
    expect(Object.keys(params)).to.deep.equal(['encoder', 'tower/tanh-1', 'tower/batch-norm-1'])
  })

  it('is left by slices, in which shared layers stay shared', () => {
    const network = join(Input(4), block('a', join(Relu(4), repeat(shared('s', Relu(4)), 2))))
    expect(names(join(start(network, 'a/relu-1'), Softmax(2)))).to.deep.equal(['a/relu-1', 's', 'softmax-1'])
  })

  it('is a network when what it names is one', () => {
    const network = block('model', join(Input(4), Relu(3)))
    expect(String(network)).to.equal('(?, 4) -> [... 2 layers ...] -> (?, 3)')
    expect(Object.keys(init(network, key(0)).params)).to.deep.equal(['model/relu-1'])
  })

  it('names the path of what does not fit in it, or cannot be initialised', () => {
    const deep = nested(untyped.join(Convolution([3, 3, 4]), Convolution([3, 3, 4])))
    expect(faultOf(() => untyped.join(Input([4, 4, 1]), deep)).slice(0, 53)).to.equal(
      'LayerConnectionError of resnet50 > res3a > convolutio',
    )
    expect(faultOf(() => untyped.join(Input([4, 4, 1]), deep))).to.contain(
      'res3a > convolution-2: expected an input of',
    )
    const waiting = untyped.join(Input(null), nested(Relu(3)))
    expect(faultOf(() => init(waiting, key(0)))).to.contain('of resnet50 > res3a > relu-1: expected a known number')
    const wrong = untyped.join(Input(2), nested(Relu(3, { weight: [[1]] })))
    expect(faultOf(() => init(wrong, key(0)))).to.contain('of resnet50 > res3a > relu-1: expected weight of shape')
    const sides = untyped.parallel(Input(1), Input(1))
    expect(faultOf(() => untyped.join(sides, nested(untyped.parallel(Relu(), Relu(), Relu()))))).to.contain(
      'of resnet50 > relu-1: expected one input',
    )
  })

  refuses([
    [() => untyped.block('', Relu()), "InvalidOption of block, name: expected a name, got ''. "],
    [() => untyped.block(3, Relu()), 'InvalidOption of block, name: expected a string, got 3. '],
    [() => untyped.block('a', 3), 'InvalidOption of block, layer: expected a layer, got 3. '],
    [
      () => untyped.join(untyped.block('a', Relu()), untyped.block('a', Relu())),
      "InvalidOption of a, name: expected a name that no other layer of the network has, got 'a' twice. ",
    ],
    [
      () => untyped.join(Relu(2, { name: 'a' }), untyped.block('a', Relu())),
      "InvalidOption of a, name: expected a name that no other layer of the network has, got 'a' twice. ",
    ],
    [
      () => untyped.join(nested(Relu(2, { name: 'x' })), Relu(2, { name: 'resnet50/res3a/x' })),
      "InvalidOption of resnet50/res3a/x, name: expected a name that no other layer of the network has, got 'resnet50/res3a/x' twice. ",
    ],
    [
      () => untyped.join(shared('a', Relu()), untyped.block('a', Relu())),
      "InvalidOption of a, name: expected a name that no other layer of the network has, got 'a' twice. ",
    ],
  ])
})
