import type { Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { textOf } from '../faults.ts'
import { untyped } from '../running.ts'

// Names that mean something in JavaScript are names like any other: texts and files may come from anyone.

const hostile = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then'] as const
const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const x = [[1, -2]]

type Tree = Readonly<Record<string, Readonly<Record<string, Tensor>>>>
const numbers = (tensor: unknown): readonly number[] => Array.from((tensor as Tensor).dataSync())
/** What every object inherits, as far as somebody may have added to it. */
const inherited = (): readonly unknown[] => [Reflect.ownKeys(Object.prototype), Reflect.ownKeys(Object)]
const before = inherited()
const network = (name: string): j.Layer => untyped.net(`Input(2) >> Relu(3, name=${name}, weight=1, bias=0) >> Tanh(1)`)
const deepestFrozen = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  'dataId' in value ||
  (Object.isFrozen(value) && Object.values(value).every(deepestFrozen))

describe("A layer's name pollutes Object.prototype", () => {
  afterEach(() => {
    expect(inherited()).to.deep.equal(before)
  })

  for (const name of hostile) {
    it(`${name}: its variables stand under its name, in frozen trees without a prototype`, () => {
      const { params, state } = j.init(network(name), j.key(1)) as { params: Tree; state: Tree }
      expect(Object.keys(params)).to.deep.equal([name, 'tanh-1'])
      expect(Object.keys(params[name] ?? {})).to.deep.equal(['weight', 'bias'])
      for (const tree of [params, state, params[name]]) expect(Object.getPrototypeOf(tree)).to.equal(null)
      expect([params, state].every(deepestFrozen)).to.equal(true)
      expect(j.names(network(name))).to.deep.equal(['input-1', name, 'tanh-1'])
      expect(String(j.layerOf(network(name), name))).to.match(/^Relu\(3/)
      expect(j.summary(network(name))).to.include(name)
      expect(j.notation(network(name))).to.include(name)
    })

    it(`${name}: apply, gradients and every engine read the variables of that layer`, async () => {
      const [net, plain] = [network(name), network('fc')]
      const [own, other] = [j.init(net, j.key(1)), j.init(plain, j.key(1))] as { params: Tree; state: Tree }[] as [
        { params: Tree; state: Tree },
        { params: Tree; state: Tree },
      ]
      // Other names draw other numbers, so that the last layer's are replaced by those of the other network.
      const last = { [name]: own.params[name], 'tanh-1': other.params['tanh-1'] }
      const variables = { params: Object.fromEntries(Object.entries(last)), state: own.state } as never
      if (name === '__proto__')
        Object.defineProperty((variables as { params: object }).params, name, {
          value: own.params[name],
          enumerable: true,
        })
      const wanted = numbers(j.apply(plain, other as never, x).output)
      expect(numbers(j.apply(net, variables, x).output)).to.deep.equal(wanted)
      const back = j.gradients(net, variables, x, [[1]]).params as unknown as Tree
      const ours = j.gradients(plain, other as never, x, [[1]]).params as unknown as Tree
      expect(numbers(back[name]?.weight)).to.deep.equal(numbers(ours.fc?.weight))
      for (const backend of engines) {
        const model = j.compile(net, variables, { backend })
        expect(numbers(await model(x))[0], backend).to.be.closeTo(wanted[0] as number, 1e-6)
        const compiled = (await model.gradients(x, [[1]])).params as unknown as Tree
        expect(numbers(compiled[name]?.weight)[0], backend).to.be.closeTo(numbers(ours.fc?.weight)[0] as number, 1e-5)
        await model.dispose()
      }
    })

    it(`${name}: training, its optimizer and its history keep it apart`, async () => {
      const net = network(name)
      const variables = j.init(net, j.key(1))
      const metric = j.defineMetric(name, ops => ops.constant(7))
      const { history, trainState } = await j.fit(net, variables, { x, y: [[1]] }, { metrics: [metric], epochs: 2 })
      expect(Object.keys(history)).to.deep.equal(['loss', name])
      expect(Object.getOwnPropertyDescriptor(history, name)?.value).to.deep.equal([7, 7])
      for (const slot of Object.values(trainState.optimizer.slots)) expect(Object.keys(slot)).to.include(name)
      const grads = j.gradients(net, variables, x, [[1]]).params
      const optimizer = j.momentum()
      const [updates, slots] = optimizer.update(grads, optimizer.init(variables.params), variables.params)
      expect(Object.keys(updates)).to.include(name)
      expect(Object.keys((slots.slots as Record<string, object>).velocity ?? {})).to.include(name)
    })

    it(`${name}: so do blocks, shared layers, layers within layers and layers of one's own`, () => {
      const parts = [
        [`block('${name}', Relu(3))`, `${name}/relu-1`],
        [`shared('${name}', Relu(3))`, name],
        [`shared('${name}', Relu(3) >> Relu(3))`, `${name}/relu-1`],
      ] as const
      for (const [text, full] of parts) {
        const net = untyped.net(`Input(2) >> ${text}`)
        const variables = j.init(net, j.key(0)) as never as { params: Tree }
        expect(Object.keys(variables.params), text).to.include(full)
        expect((j.apply(net, variables as never, x).output as Tensor).shape, text).to.deep.equal([1, 3])
      }
      const inner = untyped.net(`Input([5, 2]) >> TimeDistributed(Relu(3, name=${name}) >> Relu(2))`)
      const variables = j.init(inner, j.key(0)) as never as { params: Tree }
      expect(Object.keys(Object.values(variables.params)[0] ?? {})).to.include(`${name}/weight`)
      const sequence = [Array.from({ length: 5 }, () => [1, 2])]
      expect((j.apply(inner, variables as never, sequence).output as Tensor).shape).to.deep.equal([1, 5, 2])
      const blocks = Object.defineProperty({}, name, { value: j.Relu(8), enumerable: true })
      const net = untyped.net(`Input(4) >> ${name} >> ${name}`, blocks)
      expect(String(net)).to.equal('(?, 4) -> [... 3 layers ...] -> (?, 8)')
      expect(j.notation(net, blocks)).to.equal(`Input(4) >> ${name} >> ${name}`)
    })

    it(`${name}: as an option, a layer, a variable or a file's key it is unknown, not inherited`, () => {
      expect(() => untyped.net(`Input(2) >> ${name}`)).to.throw(j.NotationError, 'unknown layer')
      expect(() => untyped.net(`Input(2) >> Relu(3, ${name}=1)`)).to.throw(j.NotationError, 'unknown option')
      expect(() => untyped.net(`Input(2) >> Relu(3, weight=${name}(1))`)).to.throw(
        j.NotationError,
        'unknown initializer',
      )
      expect(() => untyped.net(`Input(2) >> TimeDistributed(Relu, ${name}=Relu)`)).to.throw(j.NotationError)
      const options = JSON.parse(`{ "${name}": 1 }`)
      const refused = (call: () => unknown): void => {
        let fault: unknown
        try {
          call()
        } catch (error) {
          fault = error
        }
        expect(textOf(fault)).to.include(`InvalidOption`).and.to.include(name)
      }
      refused(() => untyped.Relu(3, options))
      refused(() => untyped.adam(options))
      refused(() => untyped.heNormal(options))
      refused(() => untyped.residual(j.Relu(3), options))
      refused(() => untyped.layerOf(network('fc'), name))
      refused(() => untyped.trainStep(network('fc'), options))
      const bare = { params: {}, state: {} }
      expect(() => untyped.apply(network(name), bare, x)).to.throw(j.WeightInitializationError, 'got none')
    })
  }

  it('options of a call are its own, whatever objects inherit', () => {
    const proto = Object.prototype as { units?: unknown; bias?: unknown; weight?: unknown; name?: unknown }
    try {
      proto.weight = 7
      proto.name = 'guest'
      proto.units = 5
      expect(String(j.Relu(3, { bias: 1 }))).to.equal('Relu(3, { bias: 1 })')
      expect(String(untyped.Relu({}))).to.equal('Relu()')
      expect(String(j.join(j.Input(2), j.Relu(3)))).to.equal('(?, 2) -> [... 2 layers ...] -> (?, 3)')
    } finally {
      delete proto.weight
      delete proto.name
      delete proto.units
    }
  })
})
