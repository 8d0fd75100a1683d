import { expect } from 'chai'
import fc from 'fast-check'
import * as architecturesOf from '../../src/architectures/index.ts'
import * as blocks from '../../src/blocks/index.ts'
import { definitionOf } from '../../src/core/constructor.ts'
import {
  apply,
  block,
  Convolution,
  defineLayer,
  Elementwise,
  end,
  GlobalPooling,
  Input,
  init,
  join,
  key,
  Lambda,
  type Layer,
  LSTM,
  net,
  notation,
  number,
  parallel,
  Relu,
  Reshape,
  repeat,
  Softmax,
  shared,
  start,
  Tanh,
  type Tensor,
} from '../../src/index.ts'
import * as layers from '../../src/layers/index.ts'
import { type Drawn, drawnWith, layerOf } from '../drawn.ts'
import { faultOf } from '../faults.ts'
import { architectures, build, recipe, value, whole } from '../recipes.ts'
import { untyped } from '../running.ts'
import { described } from './described.ts'

/** That the text of a network is read back as the same network, and written again alike. */
const comesBack = (network: Layer): void => {
  const text = notation(network)
  const back = net(text)
  expect(described(back), text).to.deep.equal(described(whole(network)))
  expect(notation(back)).to.equal(text)
}

describe('notation', () => {
  it('writes every layer so that net reads the same', () => {
    // A function has no text, so a Lambda is written by a name: see below.
    const constructors = Object.entries(layers).filter(
      ([name, make]) => typeof make === 'function' && /^[A-Z]/.test(name) && name !== 'Lambda',
    )
    const drawn = drawnWith(value)
    for (const [name] of constructors) {
      const draws = drawn[name]
      expect(draws, `draws of ${name}`).not.to.equal(undefined)
      fc.assert(
        fc.property(draws as fc.Arbitrary<Drawn>, one => comesBack(layerOf(one))),
        { numRuns: 40, seed: 7 },
      )
    }
  })

  it('is asked about every option of every layer', () => {
    for (const [name, draws] of Object.entries(drawnWith(value))) {
      const definition = definitionOf((layers as unknown as Readonly<Record<string, object>>)[name] as object)
      const given = fc.sample(draws, { seed: 7, numRuns: 300 }).map(one => one.given)
      const asked = given.flatMap(all =>
        all.flatMap((one, i) =>
          typeof one === 'object' && one !== null && Object.getPrototypeOf(one) === Object.prototype
            ? Object.keys(one)
            : [definition?.positional?.[i]],
        ),
      )
      const options = [...Object.keys(definition?.options ?? {}), 'name']
      expect(
        options.filter(option => !asked.includes(option)),
        name,
      ).to.deep.equal([])
    }
  })

  it('writes every network of them so that net reads the same', () => {
    fc.assert(
      fc.property(recipe, given => comesBack(build(given))),
      { numRuns: 400, seed: 11 },
    )
  })

  for (const [name, made] of Object.entries(architectures))
    it(`writes ${name}, with its options, so that net reads the same`, () => {
      for (const make of made) comesBack(make())
    })

  it('knows every architecture and block', () => {
    const makers = { ...architecturesOf, ...blocks } as Readonly<Record<string, unknown>>
    const known = Object.keys(makers).filter(name => typeof makers[name] === 'function')
    expect(known.filter(name => architectures[name] === undefined)).to.deep.equal([])
  })

  const written: readonly (readonly [network: Layer, text: string])[] = [
    [
      join(Input([28, 28, 1]), Convolution([3, 3, 16], { padding: 'same', stride: [1, 2] }), Relu()),
      'Input(28, 28, 1) >> Convolution(3, 3, 16, padding=same, stride=[1, 2]) >> Relu',
    ],
    [Relu(4, { alpha: 0.1, bias: null, name: 'fc{}' }), 'Relu(4, alpha=0.1, bias=null, name=fc{})'],
    [Relu(4, { name: "it's" }), "Relu(4, name='it\\'s')"],
    [
      join(Input(4), parallel(Relu(), [Tanh(3), Relu(4)]), Elementwise()),
      'Input(4) >> (Relu | Tanh(3) >> Relu(4)) >> Elementwise',
    ],
    [
      join(Input(4), repeat(join(Relu(4), Tanh(4)), 2), repeat(repeat(Relu(4), 2), 3)),
      'Input(4) >> (Relu(4) >> Tanh(4)) * 2 >> Relu(4) * 2 * 3',
    ],
    [join(Input(4), join(Relu(4), join(Tanh(4)))), 'Input(4) >> Relu(4) >> Tanh(4)'],
    [shared('enc', Relu(8)), "shared('enc', Relu(8))"],
    [shared('enc', join(Relu(8))), "shared('enc', join(Relu(8)))"],
    [block('a', join(Relu(8), Tanh(3))), "block('a', Relu(8) >> Tanh(3))"],
    [parallel(join(Input(4), Relu()), Input(3)), 'Input(4) >> Relu | Input(3)'],
    [start(join(Input(4), Relu(3), Tanh(2)), 'relu-1'), "start(Input(4) >> Relu(3) >> Tanh(2), 'relu-1')"],
    [end(join(Input(4), Relu(3)), 'relu-1', 'input-1'), "end(Input(4) >> Relu(3), 'relu-1', 'input-1')"],
    [
      Relu(2, {
        weight: [
          [1, 2],
          [0.1, -4],
        ],
        bias: new Float32Array([0.2, 3]),
      }),
      'Relu(2, weight=[[1, 2], [0.1, -4]], bias=flat(0.2, 3))',
    ],
    [GlobalPooling(), 'GlobalPooling'],
    [
      join(
        Input([40, 8]),
        ...([
          LSTM(64, { onlyReturnFinal: false, ingate: 'hardSigmoid' }),
          LSTM(64, { backwards: true, learnInit: true }),
          Softmax(10),
        ] as never[]),
      ),
      'Input(40, 8)\n  >> LSTM(64, onlyReturnFinal=false, ingate=hardSigmoid)\n  >> LSTM(64, learnInit=true, backwards=true)\n  >> Softmax(10)',
    ],
  ]
  for (const [network, expected] of written)
    it(`writes ${expected.replace(/\s+/g, ' ')}`, () => {
      expect(notation(network)).to.equal(expected)
      comesBack(network)
    })

  it("writes layers of the user's own by the names that they get", () => {
    const Scale = defineLayer<{ factor: number }, (factor: number, options?: object) => Layer>({
      kind: 'Scale',
      example: 'Scale(2)',
      positional: ['factor'],
      options: { factor: { codec: number('a finite number') } },
      shape: (_, input) => ({ _tag: 'Right', right: input }),
      forward: ({ factor }, ops, x) => [ops.multiply(x, ops.constant(factor)), {}],
    })
    const gated = LSTM(3, { cell: (ops, x) => ops.relu(x) })
    const tower = join(Relu(8), Tanh(4))
    const own = { Scale, gated, tower }
    const network = untyped.join(
      Input([3, 4]),
      gated,
      tower,
      untyped.repeat(tower, 2),
      Scale(2),
      Scale(3, { name: 's' }),
    )
    const text = notation(network, own)
    expect(text).to.equal('Input(3, 4) >> gated >> tower >> tower * 2 >> Scale(2) >> Scale(3, name=s)')
    expect(described(net(text, own))).to.deep.equal(described(network))
    expect(faultOf(() => notation(network, { gated, tower }))).to.equal(
      "InvalidOption of scale-1, kind: expected a layer of the library, got 'Scale'. Pass it, or its constructor, as a block: notation(network, { block: layer }).",
    )
  })

  it('writes functions by the names that they get, alone, in compositions and in other layers', () => {
    const double = Lambda((ops, x) => ops.multiply(x, ops.constant(2)))
    const total = Lambda((ops, x) => ops.sum(x, [1], true), [1], { name: 'total' })
    const own = { double, total }
    const network = untyped.join(
      Input([3, 4]),
      double,
      untyped.repeat(double, 2),
      untyped.block('b', untyped.residual(double)),
      untyped.TimeDistributed(double),
      Reshape(),
      total,
    )
    const text = notation(network, own)
    expect(text.split('\n  ')).to.deep.equal([
      'Input(3, 4)',
      '>> double',
      '>> double * 2',
      ">> block('b', (Identity | double) >> Elementwise)",
      '>> TimeDistributed(double)',
      '>> Reshape',
      '>> total',
    ])
    const back = net(text, own)
    expect(described(back)).to.deep.equal(described(network))
    const x = [Array.from({ length: 3 }, (_, i) => [i, 1, 2, 3])]
    const [first, second] = [network, back].map(
      one => apply(one as never, init(one as never, key(0)) as never, x as never).output,
    )
    expect((first as never as Tensor).dataSync()).to.deep.equal((second as never as Tensor).dataSync())
    expect(faultOf(() => notation(network, { total }))).to.equal(
      'InvalidOption of lambda-1, function: expected a value that has a text: a number, a text, a list of at most 256 numbers or an initializer of the library, got a function. Give the layer a name: notation(network, { block: layer }), and the same to net.',
    )
  })

  it('refuses what has no text, naming layer and option', () => {
    const gated = untyped.block('a', LSTM(3, { cell: (ops, x) => ops.relu(x) }))
    expect(faultOf(() => notation(gated))).to.contain(
      'InvalidOption of a > lstm-1, cell: expected a value that has a text',
    )
    const long = Relu(20, { weight: Array.from({ length: 20 }, () => Array<number>(20).fill(1)) })
    expect(faultOf(() => notation(long))).to.contain(
      'InvalidOption of relu-1, weight: expected a value that has a text',
    )
    const own = { kind: 'Initializer', name: 'mine', options: {}, sample: () => new Float32Array() } as const
    expect(faultOf(() => notation(Relu(2, { bias: own })))).to.contain(
      'InvalidOption of relu-1, bias: expected a value',
    )
    expect(faultOf(() => untyped.notation(3))).to.contain('InvalidOption of notation, layer: expected a layer, got 3')
    for (const [blocks, fault] of [
      [3, 'expected an object of layers by name, got 3'],
      [{ 'a b)': Relu() }, "expected names without brackets, quotes or signs, got 'a b)'"],
      [{ Relu: Relu(3) }, "expected names that no layer of the library has, got 'Relu'"],
      [{ mine: 3 }, 'expected layers, or constructors of layers, got 3'],
    ] as const)
      expect(faultOf(() => untyped.notation(Relu(3), blocks))).to.contain(`InvalidOption of notation, blocks: ${fault}`)
  })
})
