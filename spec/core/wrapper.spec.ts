import { expect } from 'chai'
import {
  apply,
  defineWrapper,
  gradients,
  type InnerParams,
  type InnerState,
  Input,
  init,
  innerLayer,
  innerRules,
  join,
  key,
  type Layer,
  type Leaf,
  type NameOption,
  number,
  type Out,
  Relu,
  Softmax,
  Tanh,
} from '../../src/index.ts'

// A layer around another one, made with what the library exports.

interface Scaled<L extends Layer, Name extends string> extends Leaf<Name> {
  readonly kind: 'Scaled'
  readonly layer: L
  readonly ' out': Out<L, this[' in']>
  readonly ' params': InnerParams<L, this[' in']>
  readonly ' state': InnerState<L, this[' in']>
}
const Scaled: <const L extends Layer, const Name extends string = 'scaled-{}'>(
  layer: L,
  factor: number,
  options?: NameOption<Name>,
) => Scaled<L, Name> = defineWrapper({
  kind: 'Scaled',
  example: 'Scaled(Relu(8), 0.1)',
  positional: ['layer', 'factor'],
  options: { layer: { codec: innerLayer }, factor: { codec: number('a finite number') } },
  rules: ({ layer, factor }) => {
    const { inputs, shape, variables, forward } = innerRules(layer)
    return {
      inputs,
      shape,
      variables,
      forward: (ops, own, given, mode) => {
        const [y, state] = forward(ops, own, given, mode)
        return [ops.multiply(y, ops.constant(factor)), state]
      },
    }
  },
})

describe("A layer of one's own around another one", () => {
  const weight = [
    [1, -2],
    [3, 4],
  ]

  it('does something with what comes out of the layer within', () => {
    const network = join(Input(2), Scaled(Relu(2, { weight }), 0.5))
    const variables = init(network, key(0))
    expect([...apply(network, variables, [[1, 1]]).output.dataSync()]).to.deep.equal([2, 1])
    const { params } = gradients(network, variables, [[1, 1]], [[1, 1]])
    expect([...params['scaled-1'].weight.dataSync()]).to.deep.equal([0.5, 0.5, 0.5, 0.5])
  })

  it('has the variables of the layer within, also for the compiler', () => {
    const network = join(Input(2), Scaled(Relu(3), 2), Softmax(4))
    const { params } = init(network, key(0))
    const shape: readonly [number, number] = params['scaled-1'].weight.shape
    expect(shape).to.deep.equal([2, 3])
  })

  it('names the variables of a composition by layer', () => {
    const network = join(Input(2), Scaled(join(Tanh(3), Relu(4)), 2))
    expect(Object.keys(init(network, key(0)).params['scaled-1'])).to.deep.equal([
      'tanh-1/weight',
      'tanh-1/bias',
      'relu-1/weight',
      'relu-1/bias',
    ])
  })

  it('prints as its call', () => {
    expect(String(Scaled(Relu(8), 0.5, { name: 'half' }))).to.equal("Scaled(Relu(8), 0.5, { name: 'half' })")
  })

  it('refuses what the layer within refuses', () => {
    const misfit = () =>
      // @ts-expect-error Scaled > Relu takes two dimensions, as does Relu
      join(Input([4, 4]), Scaled(Relu(3), 2))
    expect(misfit).to.throw('expected a 2-dimensional input [batch, features], got (?, 4, 4)')
  })

  it('refuses what is no layer', () => {
    expect(() => Scaled('relu' as never, 2)).to.throw('Scaled, layer: expected a layer')
  })
})
