import { expect } from 'chai'
import {
  Convolution,
  Input,
  InvalidOption,
  join,
  LSTM,
  names,
  PRelu,
  parallel,
  Relu,
  repeat,
  shared,
} from '../../src/index.ts'

const numbered = (name: string, count = 2): readonly string[] => names(repeat(Relu(4, { name }) as never, count as 2))

describe('Names', () => {
  it('come from the kind, and count the layers of a network', () => {
    const network = join(Input(4), Relu(2), PRelu(3), Relu(4), parallel(Relu(5), Relu(6)))
    expect(names(network)).to.deep.equal(['input-1', 'relu-1', 'p-relu-1', 'relu-2', 'relu-3', 'relu-4'])
    expect(names(join(Input([2, 3]), LSTM(4)))).to.deep.equal(['input-1', 'lstm-1'])
    expect(names(join(Input([4, 4, 1]), Convolution([1, 1, 1])))[1]).to.equal('convolution-1')
  })

  it('fill the field of a pattern', () => {
    expect(numbered('fc{}')).to.deep.equal(['fc1', 'fc2'])
    expect(numbered('fc-{:03d}')).to.deep.equal(['fc-001', 'fc-002'])
    expect(numbered('fc-{:<03d}')).to.deep.equal(['fc-001', 'fc-002'])
    expect(numbered('{:>3d}!')).to.deep.equal(['  1!', '  2!'])
    expect(numbered('{0}th')).to.deep.equal(['1th', '2th'])
    expect(numbered('n{:02d}', 10).at(-1)).to.equal('n10')
  })

  it('are resolved anew in every network: there are no counters outside', () => {
    const [a, b] = [join(Input(4), Relu(2)), join(Input(4), Relu(2))]
    expect(names(a)).to.deep.equal(names(b))
    expect(names(join(Relu(3), Relu(2), Relu(1)))).to.deep.equal(['relu-1', 'relu-2', 'relu-3'])
  })

  it('are shared by the occurrences of a shared layer, and stand before those within it', () => {
    const encoder = shared('encoder', Relu(4))
    expect(names(join(Input(4), encoder, encoder))).to.deep.equal(['input-1', 'encoder'])
    expect(names(join(Input(4), shared('tower', join(Relu(4), Relu(2)))))).to.deep.equal([
      'input-1',
      'tower/relu-1',
      'tower/relu-2',
    ])
  })

  it('are refused with several fields, with a field of another form, or when they are taken', () => {
    for (const name of ['{}{}', 'a{x}', 'a{:f}', 'a{1}']) expect(() => Relu(4, { name }), name).to.throw(InvalidOption)
    const twice = [Relu(4, { name: 'fc' }), Relu(4, { name: 'fc' })] as const
    expect(() => (join as (...layers: readonly unknown[]) => unknown)(...twice)).to.throw(InvalidOption, "'fc' twice")
    const taken = [Relu(4, { name: 'relu-1' }), Relu(4)] as const
    expect(() => (join as (...layers: readonly unknown[]) => unknown)(...taken)).to.throw(
      InvalidOption,
      "'relu-1' twice",
    )
  })
})
