import { expect } from 'chai'
import { outputShape, Reshape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { close, draw, run, untyped } from '../running.ts'

describe('Reshape', () => {
  const x = draw(1, [2, 3, 4, 2])

  it('keeps the elements in their order, and the batch', () => {
    for (const [to, shape] of [
      [undefined, [2, 24]],
      [24, [2, 24]],
      [-1, [2, 24]],
      [
        [6, 4],
        [2, 6, 4],
      ],
      [
        [-1, 2],
        [2, 12, 2],
      ],
      [
        [3, -1, 2],
        [2, 3, 4, 2],
      ],
    ] as const)
      close(run(untyped.Reshape(to), x).output, { shape, data: x.data }, 0)
  })

  it('infers what it can', () => {
    expect(outputShape(Reshape(), [null, 3, 4])).to.deep.equal([null, 12])
    expect(outputShape(Reshape(), [null, null, 4])).to.deep.equal([null, null])
    expect(outputShape(Reshape([2, -1]), [7, 3, 4])).to.deep.equal([7, 2, 6])
    expect(outputShape(Reshape([5, 5]), [null, null])).to.deep.equal([null, 5, 5])
    expect(outputShape(Reshape([5, -1]), null)).to.deep.equal([null, 5, null])
  })

  it('reads its shape back and prints it', () => {
    expect([Reshape().shape, Reshape(6).shape, Reshape([2, -1]).shape]).to.deep.equal([[-1], [6], [2, -1]])
    expect([Reshape(), Reshape([-1]), Reshape(6), Reshape([2, -1], { name: 'r' })].map(String)).to.deep.equal([
      'Reshape()',
      'Reshape()',
      'Reshape(6)',
      "Reshape([2, -1], { name: 'r' })",
    ])
  })

  const expected = 'a positive integer or an array of them, with at most one -1 for what the others leave'
  refuses([
    [
      () => untyped.Reshape([-1, -1]),
      `InvalidOption of Reshape, shape: expected ${expected}, got [-1, -1]. For example: Reshape([-1, 16]).`,
    ],
    [() => untyped.Reshape(0), `InvalidOption of Reshape, shape: expected ${expected}, got 0.`],
    [() => untyped.Reshape([2, -2]), `InvalidOption of Reshape, shape: expected ${expected}, got [2, -2].`],
    [() => untyped.Reshape([2, 1.5]), `InvalidOption of Reshape, shape: expected ${expected}, got [2, 1.5].`],
    [() => untyped.Reshape('flat'), `InvalidOption of Reshape, shape: expected ${expected}, got 'flat'.`],
    [() => untyped.Reshape([2, null]), `InvalidOption of Reshape, shape: expected ${expected}, got [2, null].`],
    [
      () => outputShape(Reshape([5, 5]), [null, 24]),
      'LayerConnectionError of reshape-1: expected an input whose 24 features fit into (5, 5), got (?, 24). Use dimensions whose product divides the number of features, or -1 for the rest.',
    ],
    [
      () => outputShape(Reshape([5, -1]), [null, 24]),
      'LayerConnectionError of reshape-1: expected an input whose 24 features fit into (5, -1), got (?, 24).',
    ],
  ])
})
