import { expect } from 'chai'
import {
  apply,
  gradients,
  Input,
  init,
  join,
  key,
  Lambda,
  type Ops,
  outputShape,
  parallel,
  RepeatVector,
  Select,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

describe('Lambda', () => {
  const x = draw(1, [2, 3])

  it('is the function of one input', () => {
    close(
      run(
        Lambda((ops, x) => ops.square(x)),
        x,
      ).output,
      build([2, 3], index => at(x, ...index) ** 2),
    )
  })

  it('is a function of several inputs, of the first one of which it keeps the shape', () => {
    const difference = Lambda((ops, ...[a, b, c]) => ops.subtract(ops.multiply(a as never, b as never), c as never))
    const [y, z] = [draw(2, [2, 3]), draw(3, [2, 3])]
    const expected = build([2, 3], index => at(x, ...index) * at(y, ...index) - at(z, ...index))
    close(run(difference, [x, y, z]).output, expected)
    const network = join(parallel(Input(3), Input(3), Input(3)), difference)
    expect(outputShape(network)).to.deep.equal([null, 3])
  })

  it('has the shape that it is told, or that a rule says', () => {
    const total = <T>(ops: Ops<T>, x: T): T => ops.sum(x, [1], true)
    expect(outputShape(Lambda(total, [1]), [null, 5])).to.deep.equal([null, 1])
    const network = join(
      Input(5),
      Lambda(total, ([batch = null]) => [batch, 1]),
    )
    expect(outputShape(network)).to.deep.equal([null, 1])
    expect(apply(network, init(network, key(0)), [[1, 2, 3, 4, 5]]).output.shape).to.deep.equal([1, 1])
    expect(outputShape(Lambda(total, [null]), [null, 5])).to.deep.equal([null, null])
  })

  it('lets gradients through', () => {
    const dy = draw(2, [2, 3])
    close(
      back(
        Lambda((ops, x) => ops.exp(x)),
        x,
        dy,
      ).input,
      build([2, 3], index => Math.exp(at(x, ...index)) * at(dy, ...index)),
    )
    const network = join(
      Input(2),
      Lambda((ops, x) => ops.stopGradient(x)),
    )
    const found = gradients(network, init(network, key(0)), [[1, 2]], [[1, 1]])
    expect([...found.input.dataSync()]).to.deep.equal([0, 0])
  })

  it('reads back and prints its function', () => {
    const f = <T>(ops: Ops<T>, x: T): T => ops.abs(x)
    expect(Lambda(f).function).to.equal(f)
    expect(String(Lambda(f, [3]))).to.equal('Lambda(a function f, [3])')
  })

  refuses([
    [() => untyped.Lambda(), 'InvalidOption of Lambda, function: expected a function of (ops, x), got undefined.'],
    [
      () => untyped.Lambda((_: unknown, x: unknown) => x, 'same'),
      'InvalidOption of Lambda, shape: expected an array of positive integers (or null), a function of shapes, or null',
    ],
    [
      () =>
        run(
          untyped.Lambda((ops: Ops<unknown>, x: unknown) => ops.sum(x, [1])),
          x,
        ),
      'LayerConnectionError of Lambda: expected an output of shape (2, 3), as declared, got (2,).',
    ],
  ])
})

describe('Select', () => {
  it('hands on one of several inputs', () => {
    const inputs = [draw(1, [2, 3]), draw(2, [2, 4]), draw(3, [2, 1, 2])]
    for (const [i, input] of inputs.entries()) close(run(untyped.Select(i), inputs).output, input, 0)
    expect(outputShape(Select(1), [[null, 3], null])).to.equal(null)
    expect(String(Select(1))).to.equal('Select(1)')
  })

  refuses([
    [() => untyped.Select(-1), 'InvalidOption of Select, index: expected an integer >= 0, got -1.'],
    [
      () => untyped.join(untyped.parallel(Input(3), Input(4)), untyped.Select(2)),
      'LayerConnectionError of select-1: expected at least 3 inputs, got [(?, 3), (?, 4)].',
    ],
    [() => untyped.join(Input(3), untyped.Select(0)), 'LayerConnectionError of select-1: expected several inputs'],
  ])
})

describe('RepeatVector', () => {
  it('repeats a vector, and sums the gradients of its copies', () => {
    const x = draw(1, [2, 3])
    const dy = draw(2, [2, 4, 3])
    close(
      run(RepeatVector(4), x).output,
      build([2, 4, 3], ([b = 0, , f = 0]) => at(x, b, f)),
      0,
    )
    const summed = build([2, 3], ([b = 0, f = 0]) => [0, 1, 2, 3].reduce((sum, t) => sum + at(dy, b, t, f), 0))
    close(back(RepeatVector(4), x, dy).input, summed)
    expect(outputShape(RepeatVector(4), null)).to.deep.equal([null, 4, null])
    expect(String(RepeatVector(4))).to.equal('RepeatVector(4)')
  })

  refuses([
    [() => untyped.RepeatVector(0), 'InvalidOption of RepeatVector, n: expected a positive integer, got 0.'],
    [
      () => untyped.join(Input([4, 4]), untyped.RepeatVector(2)),
      'LayerConnectionError of repeat-vector-1: expected a 2-dimensional input [batch, features], got (?, 4, 4).',
    ],
  ])
})
