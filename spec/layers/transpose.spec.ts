import { expect } from 'chai'
import { outputShape, Transpose } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

describe('Transpose', () => {
  it('takes axis i of the output from axis perm[i] of the input', () => {
    const x = draw(1, [2, 3, 4])
    for (const perm of [
      [0, 2, 1],
      [2, 0, 1],
      [0, 1, 2],
    ]) {
      const expected = build(
        perm.map(axis => x.shape[axis] as number),
        index => at(x, ...[0, 1, 2].map(axis => index[perm.indexOf(axis)] as number)),
      )
      close(run(Transpose(perm), x).output, expected, 0)
    }
  })

  it('carries unknown dimensions along', () => {
    expect(outputShape(Transpose([0, 3, 1, 2]), [null, 5, null, 3])).to.deep.equal([null, 3, 5, null])
    expect(outputShape(Transpose([0, 2, 1]), null)).to.deep.equal([null, null, null])
  })

  it('reads its axes back and prints them', () => {
    expect(Transpose([0, 2, 1]).perm).to.deep.equal([0, 2, 1])
    expect(String(Transpose([0, 2, 1]))).to.equal('Transpose([0, 2, 1])')
  })

  refuses([
    [
      () => untyped.Transpose(),
      'InvalidOption of Transpose, perm: expected an array of axes, integers >= 0, got undefined. For example: Transpose([0, 2, 1]).',
    ],
    [
      () => untyped.Transpose([0, -1]),
      'InvalidOption of Transpose, perm: expected an array of axes, integers >= 0, got [0, -1].',
    ],
    [
      () => untyped.Transpose([]),
      'InvalidOption of Transpose, perm: expected an array of axes, integers >= 0, got [].',
    ],
    [
      () => outputShape(Transpose([0, 2, 1]), [null, 5]),
      'LayerConnectionError of transpose-1: expected all axes of the input, once each, in [0, 2, 1], got (?, 5). Use each axis from 0 to 1 once.',
    ],
    [
      () => outputShape(Transpose([0, 1, 1]), [null, 5, 4]),
      'LayerConnectionError of transpose-1: expected all axes of the input, once each, in [0, 1, 1], got (?, 5, 4). Use each axis from 0 to 2 once.',
    ],
    [
      () => outputShape(Transpose([0, 3, 1]), [null, 5, 4]),
      'LayerConnectionError of transpose-1: expected all axes of the input, once each, in [0, 3, 1], got (?, 5, 4).',
    ],
  ])
})
