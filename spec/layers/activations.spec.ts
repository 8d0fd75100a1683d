import { expect } from 'chai'
import {
  apply,
  Exponential,
  Gelu,
  gradients,
  HardSwish,
  Input,
  InvalidOption,
  init,
  join,
  key,
  type Layer,
  LayerConnectionError,
  LogSoftmax,
  Mish,
  outputShape,
  Relu6,
  Selu,
  Silu,
  Softsign,
  Swish,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const input = [[-4, -1.5, -0.3, 0.2, 0.8, 4]]
const cotangent = [[1, 2, -1, 0.5, 3, 1]]

/** Outputs and gradients for these, computed by PyTorch 1.13 in 64 bits. */
// biome-ignore format: a table
const cases = [
  { layer: Gelu(), output: [-0.000126685, -0.1002108, -0.1146266, 0.1158519, 0.6305157, 3.999873], gradient: [-0.0005036497, -0.2549384, -0.2676722, 0.3287341, 3.059694, 1.000504] },
  { layer: Gelu({ approximate: true }), output: [-7.024595e-05, -0.1004284, -0.1146291, 0.1158514, 0.6304317, 3.99993], gradient: [-0.0003351232, -0.2554216, -0.2677045, 0.3287291, 3.058751, 1.000335] },
  { layer: Selu(), output: [-1.725899, -1.365814, -0.4556673, 0.2101402, 0.8405608, 4.202804], gradient: [0.03220071, 0.78457, -1.302432, 0.5253505, 3.152103, 1.050701] },
  { layer: Swish(), output: [-0.07194484, -0.2736383, -0.1276672, 0.1099668, 0.5519796, 3.928055], gradient: [-0.05266461, -0.08258831, -0.35222, 0.2996687, 2.583307, 1.052665] },
  { layer: Mish(), output: [-0.07259174, -0.2980997, -0.1511332, 0.132599, 0.6596998, 3.997413], gradient: [-0.05377321, -0.1281956, -0.4085109, 0.3623123, 3.003765, 1.004433] },
  { layer: Softsign(), output: [-0.8, -0.6, -0.2307692, 0.1666667, 0.4444444, 0.8], gradient: [0.04, 0.32, -0.591716, 0.3472222, 0.9259259, 0.04] },
  { layer: HardSwish(), output: [0, -0.375, -0.135, 0.1066667, 0.5066667, 4], gradient: [0, 0, -0.4, 0.2833333, 2.3, 1] },
  { layer: Relu6(), output: [0, 0, 0, 0.2, 0.8, 4], gradient: [0, 0, 0, 0.5, 3, 1] },
  { layer: Exponential(), output: [0.01831564, 0.2231302, 0.7408182, 1.221403, 2.225541, 54.59815], gradient: [0.01831564, 0.4462603, -0.7408182, 0.6107014, 6.676623, 54.59815] },
  { layer: LogSoftmax(), output: [-8.078001, -5.578001, -4.378001, -3.878001, -3.278001, -0.07800103], gradient: [0.9979831, 1.975429, -1.081578, 0.365501, 2.754927, -5.012263] },
]

const expectClose = (given: ArrayLike<number>, expected: readonly number[]): void => {
  expect(given.length).to.equal(expected.length)
  for (const [i, value] of expected.entries()) expect(given[i]).to.be.closeTo(value, 1e-5 + 1e-4 * Math.abs(value))
}

describe('Activations', () => {
  for (const { layer, output, gradient } of cases)
    it(`${layer} has the values and gradients of PyTorch`, () => {
      const network: Layer = join(...([Input(6), layer] as never[]))
      const variables = init(network, key(0))
      const found = gradients(network, variables, input, cotangent)
      expectClose((apply(network, variables, input).output as { dataSync: () => Float32Array }).dataSync(), output)
      expectClose((found.input as unknown as { dataSync: () => Float32Array }).dataSync(), gradient)
    })

  it('act on x W + b with units', () => {
    const network = join(
      Input(2),
      Softsign(2, {
        weight: [
          [1, 0],
          [2, 3],
        ],
        bias: [1, -1],
      }),
      Exponential(),
    )
    const { output } = apply(network, init(network, key(0)), [[-1, 1]])
    expectClose(output.dataSync(), [Math.exp(2 / 3), Math.exp(2 / 3)])
  })

  it('keep any shape without units, and are printed as they are called', () => {
    expect(outputShape(Mish(), [null, 4, 5])).to.deep.equal([null, 4, 5])
    expect(String(Gelu(5, { approximate: true }))).to.equal('Gelu(5, { approximate: true })')
    expect(String(Silu(3))).to.equal('Swish(3)')
    expect(HardSwish().name).to.equal('hard-swish-{}')
  })

  it('refuse bad options and inputs', () => {
    expect(() => Gelu({ approximate: 'tanh' as never })).to.throw(InvalidOption, /Gelu, approximate: expected true or/)
    expect(() => untyped.Selu(0)).to.throw(InvalidOption, /Selu, units/)
    expect(() => outputShape(Swish(3), [null, 4, 5])).to.throw(LayerConnectionError, /2-dimensional/)
  })
})
