import { expect } from 'chai'
import { apply, Identity, Input, init, join, key, outputShape, Relu } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { back, close, draw, run, untyped } from '../running.ts'

describe('Input', () => {
  it('stands for the shape of one example', () => {
    expect(outputShape(join(Input(10)))).to.deep.equal([null, 10])
    expect(outputShape(join(Input(null)))).to.deep.equal([null, null])
    expect(outputShape(join(Input([28, null, 1])))).to.deep.equal([null, 28, null, 1])
    expect(outputShape(join(Input([])))).to.deep.equal([null])
  })

  it('lets what fits through unchanged, and completes what is unknown', () => {
    const x = draw(1, [2, 3])
    close(run(Input(3), x).output, x, 0)
    expect(outputShape(Input([null, 4]), [5, 3, null])).to.deep.equal([5, 3, 4])
    expect(outputShape(join(Input([null, 4]), Input([3, null])))).to.deep.equal([null, 3, 4])
  })

  it('reads its shape back and prints it', () => {
    expect([Input(3).shape, Input([3, null]).shape]).to.deep.equal([[3], [3, null]])
    expect([Input(3), Input([3]), Input(null), Input([28, null], { name: 'x' })].map(String)).to.deep.equal([
      'Input(3)',
      'Input(3)',
      'Input(null)',
      "Input([28, null], { name: 'x' })",
    ])
  })

  const expected = 'a positive integer, null, the name of a dimension, or an array of them (without the batch)'
  refuses([
    [
      () => untyped.Input(),
      `InvalidOption of Input, shape: expected ${expected}, got undefined. For example: Input([28, 28, 1]).`,
    ],
    [() => untyped.Input(0), `InvalidOption of Input, shape: expected ${expected}, got 0.`],
    [() => untyped.Input([28, -1]), `InvalidOption of Input, shape: expected ${expected}, got [28, -1].`],
    [() => untyped.Input(2.5), `InvalidOption of Input, shape: expected ${expected}, got 2.5.`],
    [() => untyped.Input('28'), `InvalidOption of Input, shape: expected ${expected}, got '28'.`],
    [() => untyped.Input(28, 28), 'InvalidOption of Input, arguments: expected shape and one options object, got 28.'],
    [
      () => untyped.join(Input(4), Relu(3), Input(4)),
      'LayerConnectionError of input-2: expected (?, 4), got (?, 3). Remove this Input, or change its shape.',
    ],
    [
      () => apply(join(Input([2, 2])), { params: {}, state: {} }, [[1, 2]] as never),
      'LayerConnectionError of input-1: expected (?, 2, 2), got (1, 2).',
    ],
  ])
})

describe('Identity', () => {
  it('changes neither values, gradients nor shapes', () => {
    const x = draw(1, [2, 3])
    close(run(Identity(), x).output, x, 0)
    close(back(Identity(), x, x).input, x, 0)
    expect(outputShape(Identity(), null)).to.equal(null)
    expect(init(join(Input(3), Identity()), key(0))).to.deep.equal({ params: {}, state: {} })
    expect(String(Identity())).to.equal('Identity()')
  })

  refuses([
    [
      () => untyped.Identity(3),
      'InvalidOption of Identity, arguments: expected one options object, got 3. For example: Identity().',
    ],
    [() => untyped.Identity({ units: 3 }), "InvalidOption of Identity, units: expected no options, got 'units'."],
  ])
})
