import { expect } from 'chai'
import {
  block,
  branch,
  Concatenate,
  Convolution,
  constant,
  Dropout,
  Elementwise,
  Embedding,
  end,
  GaussianNoise,
  GlobalPooling,
  heNormal,
  Input,
  InvalidOption,
  init,
  join,
  key,
  type Layer,
  LayerConnectionError,
  LSTM,
  NotationError,
  names,
  net,
  normal,
  PRelu,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
  shared,
  start,
  Tanh,
  Transpose,
} from '../../src/index.ts'
import * as layers from '../../src/layers/index.ts'
import { isMisfit } from '../../src/notation/misfit.ts'
import { words } from '../../src/notation/words.ts'
import { faultOf } from '../faults.ts'
import { untyped } from '../running.ts'
import { described } from './described.ts'
import { mistakes } from './mistakes.ts'

const same = (text: string, network: Layer, own = {}): void => {
  expect(described(net(text, own))).to.deep.equal(described('nodes' in network ? network : untyped.join(network)))
}

describe('net', () => {
  it('reads layers and what stands between them', () => {
    same('Input(28,28,1)', Input([28, 28, 1]))
    same(
      'Input(28,28,1) >> Convolution(3,3,16, padding=same, stride=2) >> (Relu | Tanh) >> Concatenate >> Reshape >> Softmax(10)',
      join(
        Input([28, 28, 1]),
        Convolution([3, 3, 16], { padding: 'same', stride: 2 }),
        parallel(Relu(), Tanh()),
        Concatenate(),
        Reshape(),
        Softmax(10),
      ),
    )
    same('Input(4)>>Relu(5)*3', join(Input(4), repeat(Relu(5), 3)))
    same('Input(4) >> (Relu(5) >> Tanh(4)) * 2 * 2', join(Input(4), repeat(repeat(join(Relu(5), Tanh(4)), 2), 2)))
    same('Input(4) >> Relu(5) | Input(3) >> Tanh(2)', parallel(join(Input(4), Relu(5)), join(Input(3), Tanh(2))))
    same(
      '((Input(4))) >> ((Relu(5) | Tanh(5) >> Relu(5)) | Relu(3))',
      join(Input(4), untyped.parallel(untyped.parallel(Relu(5), [Tanh(5), Relu(5)]), Relu(3))),
    )
  })

  it('reads several lines and comments', () => {
    const text = `
      # the first line
      Input(10)            // the input
        >> Relu(5,
                name=first) # a layer, (with >> signs)
      \t>> Softmax( 3 , )   // the output's layer`
    same(text, join(Input(10), Relu(5, { name: 'first' }), Softmax(3)))
    same(text.replaceAll('\n', '\r\n'), join(Input(10), Relu(5, { name: 'first' }), Softmax(3)))
  })

  it('reads every kind of value', () => {
    same('Relu(3, alpha=0.25)', Relu(3, { alpha: 0.25 }))
    same('Relu(3, alpha=1e-3)', Relu(3, { alpha: 1e-3 }))
    same('Relu(3, bias=null)', Relu(3, { bias: null }))
    same('Relu(3, bias=[1, -2.5, +3,])', Relu(3, { bias: [1, -2.5, 3] }))
    same(
      'Relu(3, weight=[[1,2,3], [4,5,6]])',
      Relu(3, {
        weight: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    )
    same('Relu(3, weight=flat(1,2,3))', Relu(3, { weight: new Float32Array([1, 2, 3]) }))
    same(
      'Relu(3, weight=heNormal(gain=2), bias=constant(-1))',
      Relu(3, { weight: heNormal({ gain: 2 }), bias: constant(-1) }),
    )
    same('Relu(3, weight=normal(mean=0.5, std=2))', Relu(3, { weight: normal({ mean: 0.5, std: 2 }) }))
    same(
      'LSTM(3, onlyReturnFinal=false, peepholes = true, cell=relu)',
      LSTM(3, { onlyReturnFinal: false, peepholes: true, cell: 'relu' }),
    )
    same('PRelu(3, alphaAxes=[1], name="a")', PRelu(3, { alphaAxes: [1], name: 'a' }))
  })

  it('reads texts with and without quotes', () => {
    for (const [text, name] of [
      ['name=fc{}', 'fc{}'],
      ['name=fc-{:03d}', 'fc-{:03d}'],
      ['name=my layer', 'my layer'],
      ["name='fc{}'", 'fc{}'],
      ["name='a, (b) >> [c] | d * e = f # g // h'", 'a, (b) >> [c] | d * e = f # g // h'],
      [`name="it's"`, "it's"],
      [`name='it\\'s "it" \\\\'`, `it's "it" \\`],
      ["name='3'", '3'],
      ["name='null'", 'null'],
      ["name=' a\n'", ' a\n'],
    ] as const)
      expect(
        (net(`Relu(3, ${text})`) as unknown as { nodes: { layer: { name: string } }[] }).nodes[0]?.layer.name,
      ).to.equal(name)
  })

  it('takes positional arguments together or one by one, as each layer does', () => {
    same('Input(null, 3)', Input([null, 3]))
    same('Input([28,28])', Input([28, 28]))
    same('Convolution([3,3,16])', Convolution([3, 3, 16]))
    same('Reshape(-1, 16)', Reshape([-1, 16]))
    same('Reshape(16)', Reshape(16))
    same('Transpose(0,2,1)', Transpose([0, 2, 1]))
    same('Embedding(20, 10)', Embedding(20, 10))
    same('GlobalPooling(max)', GlobalPooling('max'))
    same("Elementwise('multiply')", Elementwise('multiply'))
    same('Concatenate(-2)', Concatenate(-2))
    same('Dropout(0.5)', Dropout(0.5))
    same('GaussianNoise(std=0.1)', GaussianNoise({ std: 0.1 }))
    same('GaussianNoise(1, 0.1)', GaussianNoise(1, 0.1))
    same('Relu(null)', Relu())
  })

  it('reads what takes layers', () => {
    same("Input(4) >> shared('enc', Relu(8) >> Tanh(4))", join(Input(4), shared('enc', join(Relu(8), Tanh(4)))))
    same(
      "Input(4) >> block('b{}', Relu(8)) >> block('b{}', Relu)",
      join(Input(4), block('b{}', Relu(8)), block('b{}', Relu())),
    )
    same(
      'Input(4) >> residual(Relu(8), shortcut=Tanh(8), merge=multiply, name=r)',
      join(Input(4), residual(Relu(8), { shortcut: Tanh(8), merge: 'multiply', name: 'r' })),
    )
    same('Input(4) >> branch(Relu, Tanh >> Relu(3))', join(Input(4), branch(Relu(), [Tanh(), Relu(3)])))
    same('parallel(Input(4) >> Relu, Input(3))', parallel(join(Input(4), Relu()), Input(3)))
    same('join(Input(4), Relu)', join(Input(4), Relu()))
    same('Input(4) >> repeat(Relu(4), 2)', join(Input(4), repeat(Relu(4), 2)))
    const whole = join(Input(4), Relu(3), Tanh(2))
    same("start(Input(4) >> Relu(3) >> Tanh(2), 'relu-1')", start(whole, 'relu-1'))
    same("end(Input(4) >> Relu(3) >> Tanh(2), 'relu-1', 'tanh-1')", end(whole, 'relu-1', 'tanh-1'))
  })

  it("takes layers of the user's own, and functions of arguments", () => {
    const own = {
      tower: join(Relu(4), Tanh(3)),
      wide: (units: number, options: { readonly deep?: boolean } = {}) => repeat(Relu(units), options.deep ? 3 : 1),
      Relu: Tanh(2),
    }
    same(
      'Input(4) >> tower >> wide(5) >> wide(6, deep=true) >> tower >> Relu',
      join(Input(4), own.tower, own.wide(5), own.wide(6, { deep: true }), own.tower, Tanh(2)),
      own,
    )
  })

  it('takes a text that only the run time knows', () => {
    const text: string = 'Input(4) >> Relu(5)'
    const network = net(text)
    expect(names(network)).to.deep.equal(['input-1', 'relu-1'])
    expect(init(network, key(1)).params['relu-1']?.weight?.shape).to.deep.equal([4, 5])
    expect(names(network.to(Softmax(3)))).to.deep.equal(['input-1', 'relu-1', 'softmax-1'])
  })

  it('knows every layer', () => {
    const constructors = Object.entries(layers).filter(
      ([name, value]) => typeof value === 'function' && /^[A-Z]/.test(name),
    )
    expect(constructors.length).to.be.greaterThan(40)
    for (const [name, make] of constructors) expect(words[name]?.make, name).to.equal(make)
  })
})

describe('A mistake in a text', () => {
  for (const { text, line = 1, column, quoted } of mistakes)
    it(`is told with its place: ${quoted}`, () => {
      const call = () => net(text as string)
      expect(call).to.throw(NotationError)
      try {
        call()
      } catch (error) {
        const { message, expected, got, remedy, ...place } = JSON.parse(JSON.stringify(error))
        expect(place).to.deep.equal({ name: 'NotationError', line, column, text: quoted })
        // What does not fit together is told in the text.
        const told = isMisfit((error as NotationError).cause) ? '' : `: expected ${expected}, got ${got}. ${remedy}`
        expect(message).to.equal(`line ${line}, column ${column}, ${quoted}${told}`)
        for (const part of [expected, got, remedy]) expect(part).to.match(/\S/)
      }
    })

  it('that only the run time can see is told likewise', () => {
    // To the compiler, a number that JavaScript would print in another way is any number.
    expect(() => net('Input(4,4,1) >> Convolution(3,3,16, stride=-1.0)')).to.throw(
      NotationError,
      '… >> Convolution(3,3,16, stride=-1.0) ⟵ not a value for stride: expected a positive integer or a pair of them, got -1.',
    )
    expect(() => untyped.net('Input(4) >> mine', { mine: 3 })).to.throw(
      NotationError,
      '… >> mine ⟵ mine makes no layer: expected a layer, or a',
    )
    expect(() => untyped.net('mine(3)', { mine: Relu() })).to.throw(
      NotationError,
      'mine(3) ⟵ mine does not take these arguments',
    )
    expect(() => net('mine(3)', { mine: (units: number) => Relu(-units) })).to.throw(
      NotationError,
      'mine(3) ⟵ mine does not take these arguments: expected a positive',
    )
    expect(() => untyped.net('mine(3)', { mine: () => 3 })).to.throw(NotationError, 'mine(3) ⟵ mine makes no layer')
  })

  it('carries what a constructor said', () => {
    const causeOf = (text: string): unknown => {
      try {
        return net(text)
      } catch (error) {
        return (error as Error).cause
      }
    }
    expect(causeOf('Input(4,4,1) >> Convolution(3,3,16, stride=-1)'))
      .to.be.an.instanceOf(InvalidOption)
      .with.property('option', 'stride')
    expect(causeOf('Relu(3, weight=heNormal(gain=0))'))
      .to.be.an.instanceOf(InvalidOption)
      .with.property('option', 'gain')
    expect(causeOf('Relu(0)')).to.be.an.instanceOf(InvalidOption).with.property('layer', 'Relu')
    expect(causeOf('Rellu(0)')).to.equal(undefined)
  })

  it('of the user, in a function of his own, stays as it is', () => {
    const mine = () => {
      throw new RangeError('mine')
    }
    expect(() => untyped.net('mine(3)', { mine })).to.throw(RangeError, 'mine')
  })

  it('of composition has as its cause what join says', () => {
    const errorOf = (text: string, own = {}): NotationError => {
      try {
        net(text, own)
      } catch (error) {
        return error as NotationError
      }
      throw new Error(`no error of ${text}`)
    }
    const { message, text, expected, got, cause } = errorOf('Input(4) >> Convolution(3,3,16)')
    expect(message).to.equal(`line 1, column 13, ${text}`)
    expect({ expected, got }).to.deep.equal({
      expected: 'a 4-dimensional input [batch, rows, cols, channels]',
      got: '(?, 4)',
    })
    expect(cause).to.be.an.instanceOf(LayerConnectionError).with.property('layer', 'convolution-1')
    for (const clash of [
      'Input(4) >> Relu(3, name=a) >> Relu(3, name=a)',
      'Relu(3, name=a) * 2',
      'join(Relu(3, name=a), Relu(3, name=a))',
      'Relu | Relu(name=a) | Tanh(name=a)',
    ])
      expect(errorOf(clash).cause, clash).to.be.an.instanceOf(InvalidOption).with.property('got', "'a' twice")
    const broken = () => untyped.join(Input(4), Convolution([3, 3, 1]))
    expect(errorOf('Relu >> broken(3)', { broken }).text).to.contain('… >> broken(3) ⟵ Convolution expects a 4-dim')
  })

  it('of the call says what was expected', () => {
    expect(faultOf(() => untyped.net(3))).to.contain('InvalidOption of net, text: expected a text, got 3. ')
    expect(faultOf(() => untyped.net('Relu', 3))).to.contain(
      'InvalidOption of net, blocks: expected an object of layers',
    )
  })
})
