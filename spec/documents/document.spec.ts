import { expect } from 'chai'
import fc from 'fast-check'
import { isLeft } from 'fp-ts/lib/Either.js'
import * as architecturesOf from '../../src/architectures/index.ts'
import * as blocks from '../../src/blocks/index.ts'
import { fromDocument, fromDocumentOrThrow, type Json, toDocument } from '../../src/documents/index.ts'
import { DocumentError, defineLayer, Input, join, Lambda, type Layer, LSTM, number, Relu } from '../../src/index.ts'
import { type Drawn, drawnWith, layerOf } from '../drawn.ts'
import { faultOf } from '../faults.ts'
import { described } from '../notation/described.ts'
import { architectures, build, recipe, value, whole } from '../recipes.ts'
import { untyped } from '../running.ts'

/** That a network comes back from its document, through JSON, and is written again alike. */
const comesBack = (network: Layer, options = {}): void => {
  const document = toDocument(network, options)
  const text = JSON.stringify(document)
  const back = fromDocumentOrThrow(JSON.parse(text), options)
  expect(described(back), text.slice(0, 1000)).to.deep.equal(described(whole(network)))
  expect(JSON.stringify(toDocument(back, options).network)).to.equal(
    JSON.stringify(toDocument(whole(network), options).network),
  )
}

/** The errors of a document, each as a text. */
const errorsOf = (network: unknown, options = {}): readonly string[] => {
  const read = fromDocument({ format: 'joinery', version: 1, network }, options)
  if (!isLeft(read)) throw new Error('no error came')
  for (const error of read.left) expect(error).to.be.instanceOf(DocumentError)
  return read.left.map(error => error.message)
}

describe('documents', () => {
  for (const [name, draws] of Object.entries(drawnWith(value)))
    it(`hold ${name} with any options`, () => {
      fc.assert(
        fc.property(draws as fc.Arbitrary<Drawn>, one => comesBack(layerOf(one))),
        { numRuns: 40, seed: 7 },
      )
    })

  it('hold every network of layers and combinators', () => {
    fc.assert(
      fc.property(recipe, given => comesBack(build(given))),
      { numRuns: 400, seed: 12 },
    )
  })

  for (const [name, made] of Object.entries(architectures))
    it(`hold ${name}, with its options`, () => {
      for (const make of made) comesBack(make())
    })

  it('hold every architecture and block that there is', () => {
    const makers = { ...architecturesOf, ...blocks } as Readonly<Record<string, unknown>>
    const known = Object.keys(makers).filter(name => typeof makers[name] === 'function')
    expect(known.filter(name => architectures[name] === undefined)).to.deep.equal([])
  })

  it('read as their networks do', () => {
    const network = join(Input(4), Relu(8, { bias: null, name: 'hidden' }))
    expect(JSON.parse(JSON.stringify(toDocument(network)))).to.deep.equal({
      format: 'joinery',
      version: 1,
      network: {
        join: [
          { layer: 'Input', options: { shape: 4 } },
          {
            layer: 'Relu',
            name: 'hidden',
            options: {
              units: 8,
              alpha: 0,
              weight: { initializer: 'heNormal', options: { gain: 2 } },
              bias: null,
            },
          },
        ],
      },
    })
  })

  it('take any values of variables, to the bit', () => {
    const data = Float32Array.from({ length: 100 }, (_, i) => Math.fround(Math.sin(i) * 10 ** ((i % 70) - 35)))
    for (const bias of [data, data.subarray(0, 10), [-0, 0.1], [3.4028234663852886e38, 1e-45]])
      comesBack(Relu(bias.length, { bias }))
  })

  describe('of layers and functions of the user', () => {
    const Scale = defineLayer<{ factor: number }, (factor: number, options?: object) => Layer>({
      kind: 'Scale',
      example: 'Scale(2)',
      positional: ['factor'],
      options: { factor: { codec: number('a finite number') } },
      shape: (_, input) => ({ _tag: 'Right', right: input }),
      forward: ({ factor }, ops, x) => [ops.multiply(x, ops.constant(factor)), {}],
    })
    const relu: <T>(ops: { relu: (x: T) => T }, x: T) => T = (ops, x) => ops.relu(x)
    const mine = {
      kind: 'Initializer',
      name: 'heNormal',
      options: { gain: 1 },
      sample: () => new Float32Array(6),
    } as const
    const network = untyped.join(
      Input([3, 4]),
      LSTM(3, { cell: relu as never }),
      Scale(2),
      Lambda(relu as never),
      Relu(2, { weight: mine as never }),
    )

    it('hold them by the names of a registry', () => {
      comesBack(network, { registry: { Scale, relu, mine } })
    })
    it('are refused without it, with the place', () => {
      expect(faultOf(() => toDocument(network))).to.equal(
        'InvalidOption of toDocument, network.join[1].options.cell: expected a layer, function or initializer of the library or the registry, or plain data, got a function relu. Register it under a name: toDocument(network, { registry: { name: it } }).',
      )
      expect(faultOf(() => toDocument(network, { registry: { relu } }))).to.contain('network.join[2].layer')
      // It is called as one of the library's, but draws otherwise.
      expect(faultOf(() => toDocument(network, { registry: { relu, Scale } }))).to.contain(
        'network.join[4].options.weight',
      )
    })
    it('are refused when they are read without it', () => {
      const document = JSON.parse(JSON.stringify(toDocument(network, { registry: { Scale, relu, mine } })))
      expect(errorsOf(document.network)).to.deep.equal([
        "document, network.join[1].options.cell.registered: expected a registry, got 'relu'. Pass what it stands for: { registry: { relu } }.",
        "document, network.join[2].layer: expected the name of a layer of the library or the registry, got 'Scale'. Did you mean Upscale?",
        "document, network.join[3].options.function.registered: expected a registry, got 'relu'. Pass what it stands for: { registry: { relu } }.",
        "document, network.join[4].options.weight.registered: expected a registry, got 'mine'. Pass what it stands for: { registry: { mine } }.",
      ])
    })
    it("do not take the names of the library's", () => {
      expect(faultOf(() => toDocument(network, { registry: { Relu: Scale } }))).to.contain(
        "InvalidOption of toDocument, registry: expected names that no layer of the library has, got 'Relu'.",
      )
    })
  })

  describe('that are wrong', () => {
    const layer = (name: string, options: Json): Json => ({ layer: name, options })
    it('have every error listed, with its place', () => {
      const wrong = {
        join: [
          layer('Input', { shape: '2x' }),
          layer('Relu', { unit: 3, weight: { initializer: 'henormal' } }),
          { layer: 'Tanhh' },
          { parallel: [layer('Relu', { units: -1 }), { jion: [] }] },
          { repeat: { layer: 'Relu' }, times: 0 },
          { layer: 'Relu', name: 3, otpions: {} },
          layer('Convolution', {}),
          3,
        ],
      }
      expect(errorsOf(wrong)).to.deep.equal([
        "document, network.join[0].options.shape: expected a positive integer, null, the name of a dimension, or an array of them (without the batch), got '2x'. For example: Input([28, 28, 1]).",
        "document, network.join[1].options.unit: expected one of units, alpha, weight, bias, got 'unit'. Did you mean units?",
        "document, network.join[1].options.weight.initializer: expected an initializer (constant, heNormal, heUniform, normal, orthogonal, uniform, xavierNormal, xavierUniform), got 'henormal'. Did you mean heNormal?",
        "document, network.join[2].layer: expected the name of a layer of the library or the registry, got 'Tanhh'. Did you mean Tanh?",
        'document, network.join[3].parallel[0].options.units: expected a positive integer, or nothing for the activation alone, got -1. For example: Relu(10).',
        'document, network.join[3].parallel[1]: expected a layer, or one of join, parallel, branch, repeat, shared, block, start, end, got { jion: [] }. For example: { "join": [{ "layer": "Relu" }] }.',
        'document, network.join[4]: expected a positive integer, got 0. For example: repeat(Relu(8), 3).',
        "document, network.join[5].otpions: expected one of layer, name, options, got 'otpions'. Did you mean options?",
        'document, network.join[5].name: expected a name, got 3. For example: "encoder".',
        'document, network.join[6].options.size: expected [rows, cols, channels], three positive integers, got nothing. Convolution needs its option size.',
        'document, network.join[7]: expected a layer, or one of join, parallel, branch, repeat, shared, block, start, end, got 3. For example: { "layer": "Relu", "options": { "units": 10 } }.',
      ])
      expect(() => fromDocumentOrThrow({ format: 'joinery', version: 1, network: wrong }))
        .to.throw(DocumentError, 'For example: Input([28, 28, 1]). fromDocument lists 10 more.')
        .with.property('place', 'network.join[0].options.shape')
    })

    it('say which layers do not fit', () => {
      expect(errorsOf({ join: [layer('Input', { shape: 4 }), layer('Reshape', { shape: [3] })] })).to.deep.equal([
        "document, network['reshape-1']: expected an input whose 4 features fit into (3,), got (?, 4). Use dimensions whose product divides the number of features, or -1 for the rest.",
      ])
    })

    it('of other formats and later versions', () => {
      const of = (json: unknown): string => {
        const read = fromDocument(json)
        return isLeft(read) ? (read.left[0] as DocumentError).message : 'no error'
      }
      const remedy = 'A document is what toDocument gives.'
      expect([null, [], {}, { format: 'joinery' }, { format: 'joinery', version: 7 }].map(of)).to.deep.equal([
        `document: expected an object, got null. ${remedy}`,
        `document: expected an object, got []. ${remedy}`,
        `document, format: expected 'joinery', got undefined. ${remedy}`,
        `document, version: expected a positive integer, got undefined. ${remedy}`,
        'document, version: expected a version up to 1, got 7. A later joinery wrote it: update joinery to read it.',
      ])
    })

    it('are refused in bounded time, however deep or hostile', () => {
      const deep = (levels: number, wrap: (inner: string) => string, core = '{"layer":"Relu"}'): unknown => {
        const [before, after] = wrap('|').split('|') as [string, string]
        return JSON.parse(before.repeat(levels) + core + after.repeat(levels))
      }
      expect(errorsOf(deep(20_000, inner => `{"join":[${inner}]}`))).to.have.length(1)
      expect(errorsOf(deep(20_000, inner => `{"block":${inner},"name":"b"}`))).to.have.length(1)
      expect(
        errorsOf(deep(20_000, inner => `{"layer":"TimeDistributed","options":{"layer":${inner}}}`)),
      ).to.have.length(1)
      expect(errorsOf(layer('Relu', { bias: deep(100_000, inner => `[${inner}]`, '1') as Json }))).to.have.length(1)
      expect(
        errorsOf(layer('Relu', { bias: deep(100_000, inner => `{"record":{"a":${inner}}}`, '1') as Json })),
      ).to.have.length(1)
      expect(errorsOf(layer('Relu', { bias: { values: [1], shape: [1e18, 1e18, 1e-36] } }))).to.have.length(1)
      expect(errorsOf({ join: Array(10_000).fill(3) })).to.have.length(100)
      for (const times of [1e6, 1e300]) expect(errorsOf({ repeat: { layer: 'Relu' }, times })).to.have.length(1)
      let doubled = '{"layer":"Relu"}'
      for (let i = 0; i < 12; i++) doubled = `{"repeat":${doubled},"times":1000}`
      expect(errorsOf(JSON.parse(doubled))).to.have.length(1)
    })

    it('may throw wherever they are read', () => {
      const thrower = new Proxy(
        {},
        {
          ownKeys: () => {
            throw new TypeError('no')
          },
        },
      )
      const revocable = Proxy.revocable([], {})
      revocable.revoke()
      for (const wrong of [thrower, revocable.proxy, new Array(2 ** 30)]) {
        expect(isLeft(fromDocument(wrong))).to.equal(true)
        for (const network of [wrong, { join: wrong }, { join: [wrong] }, { layer: 'Relu', options: wrong }])
          expect(errorsOf(network)).to.have.length(1)
        expect(errorsOf({ layer: 'Relu', options: { bias: wrong } })).to.have.length(1)
      }
    })

    it('change nothing by names such as __proto__', () => {
      const hostile = JSON.parse(
        '{"join":[{"layer":"Relu","__proto__":{"units":3},"options":{"__proto__":{"units":3},"constructor":1}},{"layer":"__proto__"},{"layer":"constructor"},{"layer":"toString"}]}',
      )
      expect(errorsOf(hostile)).to.have.length(6)
      expect(errorsOf(layer('Relu', { weight: { initializer: '__proto__' } }))).to.have.length(1)
      expect(errorsOf(layer('Relu', { weight: { registered: '__proto__' } }))).to.have.length(1)
      expect(({} as { units?: number }).units).to.equal(undefined)
    })
  })
})
