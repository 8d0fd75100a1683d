import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { untyped } from '../running.ts'

// Sizes, depths and lengths may come from anyone: time is linear in them, and what is too large is refused in time.

const outcome = (call: () => unknown): string => {
  try {
    return String(call())
  } catch (error) {
    if (!(error instanceof j.JoineryError)) throw error
    return `${error.name} of ${error.message}`
  }
}
/** Far more than each takes, and far less than it took. */
const seconds = (most: number, call: () => unknown): string => {
  const begun = performance.now()
  const result = outcome(call)
  expect((performance.now() - begun) / 1000, result.slice(0, 200)).to.be.below(most)
  return result
}
const many = (n: number, text: string, between = ''): string => Array(n).fill(text).join(between)
const fold = (n: number, first: j.Layer, next: (layer: j.Layer) => j.Layer): j.Layer => {
  let layer = first
  for (let i = 0; i < n; i++) layer = next(layer)
  return layer
}

describe('repeat(Relu(), 4294967295) and Relu * 4294967295 exhaust memory', () => {
  it('more than 100,000 layers are refused, however they are asked for', () => {
    const tooMany = 'at most 100000 layers in a composition'
    expect(seconds(1, () => untyped.repeat(j.Relu(), 4294967295))).to.include('repeat, n: expected at most 100000')
    expect(seconds(1, () => untyped.net('Input(2) >> Relu * 4294967295'))).to.include('⟵ at most 100000 copies')
    expect(seconds(1, () => untyped.net('Input(2) >> repeat(Relu, 4294967295)'))).to.include('NotationError')
    const thousands = untyped.repeat(j.Relu(), 1000)
    expect(seconds(10, () => untyped.repeat(thousands, 1000))).to.include(tooMany)
    expect(seconds(10, () => untyped.net('Input(2) >> Relu * 1000 * 1000'))).to.include(tooMany)
  })
})

describe('A misfit after 4,000 layers takes 13 seconds', () => {
  const begun = 'Input(2) >> '
  it('in a chain, between branches, and for a name that is taken', () => {
    const chain = many(4000, 'Relu(2)', ' >> ')
    const misfit = seconds(5, () => untyped.net(`${begun}${chain} >> Convolution(3,3,16)`))
    expect(misfit).to.include('⟵ Convolution expects a 4-dimensional input')
    const branches = many(4000, 'Relu(2)', ' | ')
    const clash = seconds(5, () => untyped.net(`${begun}(${branches} | Relu(2,name=a) | Relu(2,name=a))`))
    expect(clash).to.include("⟵ a, name: expected a name that no other layer of the network has, got 'a' twice.")
    expect(seconds(5, () => untyped.net(`${begun}join(${many(4000, 'Relu', ',')})`))).to.include('4001 layers')
  })
})

describe('flat(...) of 33,000 numbers takes 26 seconds', () => {
  it('and as long a list in a list, as many options, as many arguments', () => {
    const numbers = many(33000, '1', ',')
    for (const weight of [`flat(${numbers})`, `[[${numbers}]]`])
      expect(seconds(3, () => untyped.net(`Input(1) >> Relu(33000, weight=${weight})`))).to.include('(?, 33000)')
    const options = Array.from({ length: 20000 }, (_, i) => `a${i}=1`).join(',')
    expect(seconds(5, () => untyped.net(`Input(1) >> f(${options})`, { f: () => j.Relu() }))).to.include('2 layers')
    expect(seconds(3, () => untyped.net(`Input(1) >> Relu(${many(30000, '1', ',')})`))).to.include('NotationError')
  })
})

describe('2,000 parentheses are a RangeError', () => {
  for (const [name, open, inner, close] of [
    ['parentheses', '(', 'Relu', ')'],
    ['calls', 'join(', 'Relu', ')'],
    ['lists', 'Relu(1, weight=[', '1', '])'],
    ['blocks', "block('b', ", 'Relu', ')'],
    ['layers in layers', 'TimeDistributed(', 'Relu', ')'],
  ] as const)
    it(`${name}: 250 are read, more are a NotationError`, () => {
      for (const depth of [251, 2000, 100000])
        for (const end of [close, '']) {
          const text = `Input(1) >> ${many(depth, open)}${inner}${many(depth, end)}`
          expect(seconds(3, () => untyped.net(text))).to.include('⟵ more than 250 brackets within one another')
        }
      if (name === 'parentheses' || name === 'calls')
        expect(outcome(() => untyped.net(`Input(1) >> ${many(250, open)}${inner}${many(250, close)}`))).to.include(
          '(?, 1)',
        )
    })
})

describe('`to` one by one is quadratic', () => {
  it('5,000 layers, added by .to, to and join, are a network that runs and prints', () => {
    for (const add of [
      (net: j.Layer) => (net as unknown as { to: (next: j.Layer) => j.Layer }).to(j.Relu()),
      (net: j.Layer) => untyped.join(net, j.Relu()),
    ]) {
      let network: j.Layer = j.Input(4)
      seconds(5, () => {
        network = fold(5000, j.Input(4), add)
      })
      expect(String(network)).to.equal('(?, 4) -> [... 5001 layers ...] -> (?, 4)')
      expect(j.names(network).at(-1)).to.equal('relu-5000')
      expect(Object.isFrozen(network) && Object.isFrozen((network as never as j.Wiring).nodes)).to.equal(true)
      expect(j.notation(network)).to.match(/^Input\(4\)\n {2}>> Relu/)
    }
  })

  it('what a chain grows from stays as it is, and may grow to several', () => {
    const trunk = untyped.join(j.Input(4), j.Relu(8))
    const [left, right] = [untyped.join(trunk, j.Tanh(3)), untyped.join(trunk, j.Relu(2), j.Relu(1))]
    expect(() => untyped.join(trunk, j.Relu(2), j.Convolution([1, 1, 1]))).to.throw(j.LayerConnectionError)
    const after = untyped.join(trunk, j.Relu(5))
    expect([trunk, left, right, after].map(String)).to.deep.equal([
      '(?, 4) -> [... 2 layers ...] -> (?, 8)',
      '(?, 4) -> [... 3 layers ...] -> (?, 3)',
      '(?, 4) -> [... 4 layers ...] -> (?, 1)',
      '(?, 4) -> [... 3 layers ...] -> (?, 5)',
    ])
    expect(j.names(trunk)).to.deep.equal(['input-1', 'relu-1'])
    expect(j.names(left)).to.deep.equal(['input-1', 'relu-1', 'tanh-1'])
    expect(j.names(right)).to.deep.equal(['input-1', 'relu-1', 'relu-2', 'relu-3'])
    expect(j.names(after)).to.deep.equal(['input-1', 'relu-1', 'relu-2'])
  })

  it('compositions 10,000 deep in one another are refused by 500', () => {
    const nested: readonly ((layer: j.Layer) => j.Layer)[] = [
      layer => untyped.parallel(layer),
      layer => untyped.block('b', layer),
      layer => untyped.join(j.Relu(), layer),
    ]
    for (const next of nested)
      expect(seconds(30, () => fold(10000, j.Relu(4), next))).to.include('at most 500 compositions within one another')
    expect(seconds(5, () => fold(3000, j.Relu(4), layer => untyped.join(layer)))).to.include('1 layers')
  })
})

describe('Layers within layers within layers', () => {
  it('are made and printed in linear time', () => {
    const made = seconds(2, () => fold(100, j.Linear(4), layer => untyped.TimeDistributed(layer)))
    expect(made.length).to.be.below(3000)
    expect(
      seconds(3, () => untyped.net(`Input(4) >> ${many(100, 'TimeDistributed(')}Relu(3)${many(100, ')')}`)),
    ).to.include('NotationError')
    const inner = fold(30, j.Relu(), layer => untyped.TimeDistributed(untyped.join(layer, j.Relu())))
    expect(seconds(5, () => untyped.join(j.Input(Array(31).fill(2)), inner))).to.include('2 layers')
  })
})

describe('Sizes beyond memory are refused before it is taken', () => {
  it('of weights, and of outputs', () => {
    const huge = untyped.join(j.Input([1e5, 1e5]), j.Reshape(), j.Relu(1e6))
    expect(seconds(1, () => j.init(huge, j.key(0)))).to.match(/^WeightInitializationError of relu-1: expected at most/)
    const one = untyped.join(j.Input(1e5), j.Relu(1e6))
    expect(seconds(1, () => j.init(one, j.key(0)))).to.include('WeightInitializationError of relu-1')
    const several = untyped.join(j.Input(30000), untyped.repeat(j.Linear(30000), 3))
    expect(seconds(1, () => j.init(several, j.key(0)))).to.include('numbers in the variables of a network')
    const wide = untyped.join(j.Input(8), j.RepeatVector(1e9))
    expect(seconds(1, () => untyped.apply(wide, { params: {}, state: {} }, [[1, 2, 3, 4, 5, 6, 7, 8]]))).to.match(
      /^LayerConnectionError of repeat-vector-1: expected an output of at most 2147483648 numbers/,
    )
  })

  it('of rows: an orthogonal matrix of 200,000 was a RangeError', () => {
    const { params } = j.init(j.join(j.Input(200000), j.Linear(1, { weight: j.orthogonal() })), j.key(1))
    const weight = params['linear-1'].weight.dataSync()
    expect(weight.reduce((sum, value) => sum + value * value, 0)).to.be.closeTo(1, 1e-4)
    const spectral = j.init(j.join(j.Input(200000), j.SpectralNorm(j.Linear(1))), j.key(1))
    expect(Object.keys(spectral.params)).to.deep.equal(['spectral-norm-1'])
  })
})

describe('Texts of a million characters', () => {
  it('are read, or refused by a short message', () => {
    const long = many(1e6, 'x')
    expect(seconds(3, () => untyped.net(`Input(1) >> ${long}`))).to.include('unknown layer')
    expect(seconds(3, () => untyped.net(`Input(1) >> Relu(1, name='${long}')`))).to.include('2 layers')
    expect(seconds(3, () => untyped.net(`Input(1) >> Relu(1, name='${long}`))).to.include('not closed')
    expect(seconds(3, () => untyped.net(`Input(1)${many(1e6, ' ')}>> Relu(1${many(1e6, '\n')})`))).to.include(
      '2 layers',
    )
    expect(seconds(3, () => untyped.net(`Input(1) >> Relu # ${many(1e6, '#')}`))).to.include('2 layers')
    for (const sign of ['=', ',', '|', '*', "'", '[', ')', '>>', '{', '/', '\\'])
      expect(
        seconds(5, () => untyped.net(`Input(1) >> Relu(${many(1e5, sign)})`)),
        sign,
      ).to.match(/^NotationError/)
    for (const name of [many(1e6, '{'), many(3e5, '{a'), many(1e6, ' '), long])
      expect(seconds(1, () => untyped.Relu(1, { name })).length).to.be.below(2000)
    expect(outcome(() => untyped.Relu(1, { name: 'a{:0999999999d}' }))).to.include('a field of the form {} or {:03d}')
  })

  it('the whole message of any of them is shorter than two kilobytes', () => {
    const long = many(1e6, 'é')
    const calls: readonly (() => unknown)[] = [
      () => untyped.Relu(long),
      () => untyped.Relu(1, { [long]: 1 }),
      () => untyped.Relu(1, { weight: long }),
      () => untyped.Relu(1, { name: Array(1e6).fill(long) }),
      () => untyped.join(j.Input(4), j.Relu(1, { name: long }), j.Relu(1, { name: long })),
      () => untyped.join(j.Input(4), j.Convolution([1, 1, 1], { name: long })),
      () => untyped.layerOf(untyped.join(...Array(3000).fill(j.Relu())), long),
      () => untyped.layerOf(untyped.join(...Array(3000).fill(j.Relu())), 'x'),
      () => untyped.join(untyped.parallel(...Array(3000).fill(j.Input(4))), j.Relu()),
      () => untyped.tensor([[1], Array(1e6).fill(1)]),
      () => untyped.net(`Input(1) >> Relu(1, ${long}=1)`),
      () => untyped.net(`Input(1) >> Relu(1, ${many(3000, 'a(1),')})`),
      () => untyped.net(`Input(1) >> ${many(3000, 'Relu | ')}`),
      () => untyped.net(`Input(1) >> (${many(3000, 'Relu', '|')}) >> Convolution(1,1,1)`),
      () => untyped.apply(j.Relu(), { [long]: 1 }, [[1]]),
      () => untyped.key({ [long]: long }),
    ]
    for (const call of calls) {
      const text = outcome(call)
      expect(text, text.slice(0, 300)).to.match(/^(\w+Error|InvalidOption)/)
      expect(text.length, text).to.be.below(2000)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a message must not hold
      expect(text, text).to.not.match(/[\u0000-\u001f]/)
    }
  })
})
