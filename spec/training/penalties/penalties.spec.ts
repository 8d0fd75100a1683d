import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  type Constraint,
  defineConstraint,
  defineRegularizer,
  elastic,
  GRU,
  Input,
  InvalidOption,
  init,
  join,
  key,
  LayerNorm,
  Linear,
  l1,
  l2,
  limitNorm,
  maxNorm,
  nonNegative,
  orthogonalPenalty,
  PRelu,
  type Regularizer,
  Reshape,
  tensor,
  unitNorm,
} from '../../../src/index.ts'
import { tape } from '../../../src/ops/tape.ts'
import { tfjsOps } from '../../../src/tfjs/index.ts'
import { constraintOption } from '../../../src/training/penalties/constraint.ts'
import { regularizerOption } from '../../../src/training/penalties/regularizer.ts'
import { isWeight } from '../../../src/training/penalties/roles.ts'

const params = {
  'linear-1': {
    weight: tensor([
      [1, -2, 3],
      [-4, 5, -6],
    ]),
    bias: tensor([7, 8, 9]),
  },
  'norm-1': { gamma: tensor([10, 11]), beta: tensor([12, 13]) },
  'lstm-1': { hiddenWeights: tensor([[2], [2]]), biases: tensor([14]), cellInit: tensor([[15]]) },
}
const of = (regularizer: Regularizer, given: object = params): number =>
  regularizer(given as never).dataSync()[0] as number
const refused = (make: () => unknown, subject: string, text: string): void => {
  expect(make).throws(InvalidOption, subject).with.property('message').that.includes(text)
}

describe('regularizers', () => {
  it('adds up weights, and leaves out biases, scales and initial states by their role', () => {
    expect(of(l1(0.5))).equal(0.5 * (21 + 4))
    expect(of(l2(0.5))).equal(0.5 * (91 + 8))
    expect(of(maxNorm(0.5))).equal(0.5 * (6 + 2))
    expect(of(elastic({ l1: 2, l2: 0.5 }))).equal(2 * 25 + 0.5 * 99)
    expect(of(l1())).closeTo(0.25, 1e-6)
  })

  it('leaves out what patterns name, or nothing', () => {
    expect(of(l1({ rate: 1, exclude: [] }))).equal(21 + 24 + 21 + 25 + 4 + 14 + 15)
    expect(of(l1({ rate: 1, exclude: ['*.bias'] }))).equal(21 + 21 + 25 + 4 + 14 + 15)
    expect(of(l1({ rate: 1, exclude: ['*-1.*'] }))).equal(0)
    expect(of(l2({ rate: 1, exclude: ['linear*', 'norm-1', 'lstm-1.cellInit', 'lstm-1.biases'] }))).equal(8)
  })

  it('knows the roles of the variables of layers', () => {
    const network = join(Input([4, 3]), GRU(2, { learnInit: true }), Reshape(), LayerNorm(), PRelu(3), Linear(2))
    const weights = Object.values(init(network, key(1)).params).flatMap(own => Object.keys(own).filter(isWeight))
    expect(weights).deep.equal(['inputWeights', 'hiddenWeights', 'weight', 'weight'])
    expect(['forward/biases', 'queryBias', 'weightGain', 'forward/hiddenInit'].some(isWeight)).equal(false)
    expect(isWeight('forward/inputWeights')).equal(true)
  })

  it('measures how far rows, or columns, are from being orthogonal', () => {
    const weight = tensor([
      [1, 0],
      [1, 1],
      [0, 3],
    ])
    // Cosines of the three pairs of rows: 1/√2, 0, 1/√2; of the pair of columns: 1 / (√2 · √10).
    expect(of(orthogonalPenalty(0.3), { a: { weight } })).closeTo((0.3 * Math.SQRT2) / 3, 1e-6)
    expect(of(orthogonalPenalty({ rate: 0.3, mode: 'columns' }), { a: { weight } })).closeTo(0.3 / Math.sqrt(20), 1e-6)
    const filters = { data: weight.dataSync(), shape: [1, 3, 1, 2] }
    const four = { a: { weight: tensor(filters.data, filters.shape) }, b: { weight: tensor([1, 2]) } }
    expect(of(orthogonalPenalty(0.3), four)).closeTo((0.3 * Math.SQRT2) / 3, 1e-6)
    expect(of(orthogonalPenalty(1), { a: { weight: tensor([[1, 2]]) } })).equal(0)
    expect(
      of(orthogonalPenalty(1), {
        a: {
          weight: tensor([
            [0, 0],
            [0, 0],
          ]),
        },
      }),
    ).equal(0)
  })

  it('has the gradients of its formula', () => {
    const { ops, variable, gradients } = tape(tfjsOps)
    const gradientOf = (regularizer: Regularizer, values: number[][]): number[] =>
      tf.tidy(() => {
        const weight = variable(tensor(values))
        const [gradient] = gradients(
          [[regularizer.penalty(ops, { a: { weight } }), tf.scalar(1)]],
          [weight],
        ) as tf.Tensor[]
        return Array.from((gradient as tf.Tensor).dataSync(), value => Math.round(value * 1e6) / 1e6)
      })
    expect(gradientOf(l1(0.5), [[1, -2]])).deep.equal([0.5, -0.5])
    expect(gradientOf(l2(0.5), [[1, -2]])).deep.equal([1, -2])
    expect(gradientOf(maxNorm(0.5), [[1, -2]])).deep.equal([0, -0.5])
    expect(gradientOf(elastic({ l1: 1, l2: 1 }), [[1, -2]])).deep.equal([3, -5])
    expect(
      gradientOf(orthogonalPenalty(1), [
        [1, 0],
        [3, 4],
      ]),
    ).deep.equal([0, 0.8, 0.128, -0.096])
  })

  it('is a frozen value that prints itself', () => {
    expect([l2(0.5), l1({ exclude: ['*.bias'] }), elastic(), maxNorm(), orthogonalPenalty()].map(String)).deep.equal([
      'l2({ rate: 0.5 })',
      "l1({ rate: 0.01, exclude: ['*.bias'] })",
      'elastic({ l1: 0.01, l2: 0.01 })',
      'maxNorm({ rate: 0.01 })',
      "orthogonalPenalty({ rate: 0.01, mode: 'rows' })",
    ])
    expect(l2(0.5)).frozen
    expect(l2(0.5).name).equal('l2')
    expect(l2(0.5).options).deep.equal({ rate: 0.5, exclude: null })
  })

  it('acts by patterns of names', () => {
    const read = regularizerOption.decode({ 'linear*': l1(1), '*.hiddenWeights': l2(1) })
    if (read._tag === 'Left' || read.right === null) throw new Error('unread')
    expect(of(read.right)).equal(21 + 8)
    expect(String(read.right)).equal("{ 'linear*': l1({ rate: 1 }), '*.hiddenWeights': l2({ rate: 1 }) }")
    const none = regularizerOption.decode({ linaer: l1(1) })
    if (none._tag === 'Left' || none.right === null) throw new Error('unread')
    refused(() => of(none.right as Regularizer), 'regularizer', "'linaer'")
    for (const value of [0.5, {}.toString, { conv: 0.1 }, [l1()], undefined])
      expect(regularizerOption.is(value)).equal(false)
    expect(regularizerOption.is(null)).equal(true)
  })

  it('leaves nothing but its result behind, and its arguments alone', () => {
    const before = tf.memory().numTensors
    const results = [l1(), elastic(), orthogonalPenalty(), l2({ exclude: [] })].map(regularizer => regularizer(params))
    expect(tf.memory().numTensors).equal(before + results.length)
    const scalars = { a: { weight: tensor([3], []) } }
    const itself = defineRegularizer('itself', {}, (_, w) => w)(scalars)
    itself.dispose()
    expect(scalars.a.weight.dataSync()[0]).equal(3)
  })

  it('refuses what is none', () => {
    refused(() => l2(-1 as number), 'l2, rate', 'a number >= 0, got -1')
    refused(() => l1({ rate: Number.NaN }), 'l1, rate', 'got NaN')
    refused(() => elastic({ l1: -1 as number }), 'elastic, l1', 'got -1')
    refused(() => orthogonalPenalty({ mode: 'cols' as never }), 'orthogonalPenalty, mode', "'rows' or 'columns'")
    refused(() => l1({ exclude: [3] as never }), 'l1, exclude', 'a pattern of names')
    refused(() => of(l1({ exclude: ['bias'] })), 'l1, exclude', "got 'bias'")
    refused(() => l1('0.1' as never), 'l1, options', 'rate, exclude')
    refused(() => l1()(3 as never), 'l1, params', 'tensors by layer and name')
    refused(() => defineRegularizer('', {}, (_, w) => w), 'defineRegularizer, name', 'a name')
    refused(
      () => of(defineRegularizer('own', {}, (_, w) => w)),
      'defineRegularizer, each',
      'a scalar for linear-1, weight',
    )
  })
})

describe('constraints', () => {
  const changed = (constraint: Constraint, values: number[][] | number[]): unknown => {
    const result = (constraint({ a: { weight: tensor(values as number[][]) } }).a.weight as tf.Tensor).arraySync()
    return JSON.parse(JSON.stringify(result), (_, value) =>
      typeof value === 'number' ? Math.round(value * 1e5) / 1e5 : value,
    )
  }

  it('keeps weights from being negative', () => {
    expect(changed(nonNegative(), [[-1, 2]])).deep.equal([[0, 2]])
  })

  it('gives them a length, along all axes but the last, or along those that are said', () => {
    expect(
      changed(unitNorm(), [
        [3, 0],
        [4, 2],
      ]),
    ).deep.equal([
      [0.6, 0],
      [0.8, 1],
    ])
    expect(
      changed(unitNorm({ axis: 1 }), [
        [3, 4],
        [0, 2],
      ]),
    ).deep.equal([
      [0.6, 0.8],
      [0, 1],
    ])
    expect(
      changed(unitNorm({ axis: [0, -1] }), [
        [1, 1],
        [1, 1],
      ]),
    ).deep.equal([
      [0.5, 0.5],
      [0.5, 0.5],
    ])
    expect(changed(unitNorm(), [3, 4])).deep.equal([0.6, 0.8])
    expect(changed(unitNorm(), [[0, 1]])).deep.equal([[0, 1]])
  })

  it('keeps their length within limits', () => {
    expect(
      changed(limitNorm(2), [
        [0, 1, 3, 3],
        [0, 0, 0, 3],
        [0, 0, 0, 3],
      ]),
    ).deep.equal([
      [0, 1, 2, 1.1547],
      [0, 0, 0, 1.1547],
      [0, 0, 0, 1.1547],
    ])
    expect(changed(limitNorm({ min: 2, max: 4 }), [[1, 3, 8]])).deep.equal([[2, 3, 4]])
    expect(changed(limitNorm({ min: 2, max: 4, rate: 0.5 }), [[1, 3, 8]])).deep.equal([[1.5, 3, 6]])
  })

  it('leaves out biases and scales, or what patterns name', () => {
    const after = nonNegative()({ a: { weight: tensor([-1]), bias: tensor([-1]), gamma: tensor([-1]) } }).a
    expect([after.weight, after.bias, after.gamma].map(each => each.dataSync()[0])).deep.equal([0, -1, -1])
    const other = nonNegative({ exclude: ['a.weight'] })({ a: { weight: tensor([-1]), bias: tensor([-1]) } }).a
    expect([other.weight, other.bias].map(each => each.dataSync()[0])).deep.equal([-1, 0])
  })

  it('acts by patterns of names', () => {
    const read = constraintOption.decode({ 'linear*': nonNegative(), '*.weight': limitNorm(3) })
    if (read._tag === 'Left' || read.right === null) throw new Error('unread')
    const { weight } = read.right(params)['linear-1']
    expect(Array.from(weight.dataSync(), value => Math.round(value * 1e5) / 1e5)).deep.equal([1, 0, 3, 0, 3, 0])
    expect(String(read.right)).equal("{ 'linear*': nonNegative(), '*.weight': limitNorm({ max: 3, min: 0, rate: 1 }) }")
    const none = constraintOption.decode({ linaer: nonNegative() })
    if (none._tag === 'Left' || none.right === null) throw new Error('unread')
    refused(() => none.right?.(params), 'constraint', "'linaer'")
    for (const value of [0.5, { conv: 0.1 }, [unitNorm()], undefined, l1()])
      expect(constraintOption.is(value)).equal(false)
  })

  it('gives tensors of its own, and leaves its arguments alone', () => {
    const before = tf.memory().numTensors
    const after = nonNegative()(params)
    expect(tf.memory().numTensors).equal(before + 7)
    for (const own of Object.values(after)) for (const each of Object.values(own) as tf.Tensor[]) each.dispose()
    expect(params['linear-1'].bias.dataSync()[0]).equal(7)
    expect(params['linear-1'].weight.dataSync()[1]).equal(-2)
  })

  it('refuses what is none', () => {
    refused(() => limitNorm({ max: 0 as number }), 'limitNorm, max', 'a positive number')
    refused(() => limitNorm({ min: 3 as number }), 'limitNorm, min', 'at most max, 2')
    refused(() => limitNorm({ rate: 0 as number }), 'limitNorm, rate', '<= 1')
    refused(() => unitNorm({ axis: 'rows' as never }), 'unitNorm, axis', 'an axis')
    refused(() => unitNorm({ axis: 2 })(params), 'unitNorm, axis', 'axes of a parameter of 2 axes')
    refused(() => nonNegative({ exclude: ['nothing'] })(params), 'nonNegative, exclude', "'nothing'")
    const shrinks = defineConstraint('shrinks', {}, (ops, w) => ops.sum(w, [0]))
    refused(() => shrinks(params), 'defineConstraint, each', 'a tensor of shape (2, 3) for linear-1, weight')
  })
})
