import { expect } from 'chai'
import { matching, matchNames } from '../../src/base/patterns.ts'
import { InvalidOption } from '../../src/index.ts'

const names = [
  ['conv-1', 'weight'],
  ['conv-1', 'bias'],
  ['block-1/conv-1', 'weight'],
  ['block-1/relu-1', 'bias'],
  ['relu-10', 'weight'],
  ['time-distributed-1', 'relu-1/weight'],
] as const

const found = (patterns: string | readonly string[]): readonly string[] => [
  ...matchNames('freeze', 'names', patterns, names),
]
const fault = (patterns: unknown, all: typeof names | [] = names): InvalidOption => {
  try {
    matchNames('freeze', 'names', patterns as string, all)
  } catch (error) {
    return error as InvalidOption
  }
  throw new Error('nothing was thrown')
}

describe('Patterns of names', () => {
  it('name a layer with all its variables, or one variable', () => {
    expect(found('conv-1')).to.deep.equal(['conv-1.weight', 'conv-1.bias'])
    expect(found('conv-1.bias')).to.deep.equal(['conv-1.bias'])
    expect(found('relu-10')).to.deep.equal(['relu-10.weight'])
  })

  it('take * for any run of characters', () => {
    expect(found('conv*')).to.deep.equal(['conv-1.weight', 'conv-1.bias'])
    expect(found('block-1/*')).to.deep.equal(['block-1/conv-1.weight', 'block-1/relu-1.bias'])
    expect(found('*.bias')).to.deep.equal(['conv-1.bias', 'block-1/relu-1.bias'])
    expect(found('*relu*weight')).to.deep.equal(['relu-10.weight', 'time-distributed-1.relu-1/weight'])
    expect(found('*')).to.have.length(names.length)
    expect(found('b**-1/*r*.b*')).to.deep.equal(['block-1/relu-1.bias'])
  })

  it('do not let pieces overlap', () => {
    expect(matching('aba*ba')('aba', 'x')).to.equal(false)
    expect(matching('aba*ba')('ababa', 'x')).to.equal(true)
    expect(matching('a*a')('a', 'x')).to.equal(false)
    expect(matching('a.b')('aXb', 'x')).to.equal(false)
  })

  it('are any of several; a variable counts once', () => {
    expect(found(['conv-1.*', '*.bias'])).to.deep.equal(['conv-1.weight', 'conv-1.bias', 'block-1/relu-1.bias'])
    expect(found([])).to.deep.equal([])
  })

  it('that name nothing are refused with the names', () => {
    const { layer, option, expected, got, remedy } = fault(['conv*', 'dense*'])
    expect({ layer, option, got }).to.deep.equal({ layer: 'freeze', option: 'names', got: "'dense*'" })
    expect(expected).to.equal(`a pattern of some of ${names.map(name => name.join('.')).join(', ')}`)
    expect(remedy).to.contain("'layer.variable'")
    expect(fault('conv1').remedy).to.equal("Did you mean 'conv-1'?")
    expect(fault('*', []).expected).to.equal('a network with variables')
  })

  it('are texts', () => {
    for (const bad of [3, null, undefined, '', ['conv*', ''], [1], { a: 1 }, Array(2), Array(2000).fill('*')])
      expect(fault(bad)).to.be.instanceOf(InvalidOption).with.property('expected').that.contains('a pattern of names')
  })

  it('take no longer where there are many stars', () => {
    const began = performance.now()
    expect(matching(`${'*a'.repeat(200)}b`)('a'.repeat(100_000), 'x')).to.equal(false)
    expect(performance.now() - began).to.be.below(1000)
  })
})
