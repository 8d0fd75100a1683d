import { expect } from 'chai'
import { dimsOf, shapeOfDims, withDims } from '../../src/base/dimensions.ts'
import { sharedShape } from '../../src/base/shape.ts'
import { dim, Input, join, showShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { untyped } from '../running.ts'

describe('Names of dimensions', () => {
  it('stand beside unknown dimensions, which stay null', () => {
    const shape = shapeOfDims([null, 'time', 32])
    expect(shape).to.deep.equal([null, null, 32])
    expect(dimsOf(shape)).to.deep.equal([undefined, 'time', undefined])
    expect(JSON.stringify(shape)).to.equal('[null,null,32]')
    expect(Object.keys(shape)).to.deep.equal(['0', '1', '2'])
    expect(showShape(shape)).to.equal('(?, time, 32)')
    expect(showShape(shapeOfDims(['n']))).to.equal('(n,)')
  })

  it('are left out where a dimension is known', () => {
    expect(dimsOf(withDims([5, null], ['a', 'b']))).to.deep.equal([undefined, 'b'])
    expect(dimsOf(withDims([5, 3], ['a', 'b']))).to.deep.equal([])
    expect(dimsOf(null)).to.deep.equal([])
  })

  it('win over none, and lose to sizes', () => {
    const shared = (a: readonly (number | string | null)[], b: readonly (number | string | null)[]) => {
      const shape = sharedShape(shapeOfDims(a), shapeOfDims(b))
      return shape === undefined ? 'none' : showShape(shape)
    }
    expect(shared(['a', null], [null, 'b'])).to.equal('(a, b)')
    expect(shared(['a', 3], ['a', null])).to.equal('(a, 3)')
    expect(shared(['a', 4], [20, null])).to.equal('(20, 4)')
    expect(shared(['a', 4], ['b', 4])).to.equal('none')
    expect(shared(['a', 'b'], ['a', 'c'])).to.equal('none')
  })

  it('are names that the notation can write', () => {
    expect(dim('time')).to.equal('time')
    expect(['a', '_', 'rows2', 'Max_length'].map(name => dim(name))).to.deep.equal(['a', '_', 'rows2', 'Max_length'])
    expect(String(join(Input([dim('rows'), dim('cols'), 3])))).to.contain('(?, rows, cols, 3)')
  })

  const expected = 'a name of letters, digits and _'
  refuses([
    [
      () => dim('2d'),
      `InvalidOption of dim, name: expected ${expected}, got '2d'. For example: Input([dim('time'), 32]).`,
    ],
    [() => dim(''), `InvalidOption of dim, name: expected ${expected}, got ''.`],
    [() => dim('a b'), `InvalidOption of dim, name: expected ${expected}, got 'a b'.`],
    [() => dim('null'), `InvalidOption of dim, name: expected ${expected}, got 'null'.`],
    [() => untyped.dim(3), `InvalidOption of dim, name: expected ${expected}, got 3.`],
  ])
})
