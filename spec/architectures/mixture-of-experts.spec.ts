import { expect } from 'chai'
import {
  apply,
  Concatenate,
  countParameters,
  Input,
  init,
  join,
  key,
  Linear,
  layerOf,
  mixtureOfExperts,
  names,
  outputShape,
  parallel,
  Relu,
  Reshape,
  Softmax,
  Tanh,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { untyped } from '../running.ts'

const one = join(Input(10), Relu(5))
const other = join(Input(10), Tanh(5))

describe('mixtureOfExperts', () => {
  it('puts a gate and networks side by side', () => {
    const network = mixtureOfExperts([
      one,
      join(Input(10), Relu(15), Relu(5)),
      join(Input(10), Relu(20), Relu(25), Relu(5)),
    ])
    expect(String(network)).to.equal('(?, 10) -> [... 12 layers ...] -> (?, 5)')
    expect(countParameters(network)).to.deep.equal({ total: 1208, trainable: 1208 })
    expect(names(network)).to.deep.equal([
      ...['input-1', 'softmax-1', 'input-2', 'relu-1', 'input-3', 'relu-2', 'relu-3'],
      ...['input-4', 'relu-4', 'relu-5', 'relu-6', 'gated-average-1'],
    ])
    expect(String(layerOf(network, 'softmax-1'))).to.equal('Softmax(3)')
  })

  it('averages them by the gate', () => {
    const network = mixtureOfExperts([
      join(Input(2), Linear(1, { weight: 1, bias: 0 })),
      join(Input(2), Linear(1, { weight: 0, bias: 7 })),
    ])
    const equal = mixtureOfExperts(
      [join(Input(2), Linear(1, { weight: 1, bias: 0 })), join(Input(2), Linear(1, { weight: 0, bias: 7 }))],
      Softmax(2, { weight: 0, bias: [Math.log(3), 0] }),
    )
    const { output } = apply(equal, init(equal, key(1)), [
      [1, 2],
      [0, -4],
    ])
    const [first, second] = output.dataSync()
    expect(first).to.be.closeTo(0.75 * 3 + 0.25 * 7, 1e-5)
    expect(second).to.be.closeTo(0.75 * -4 + 0.25 * 7, 1e-5)
    expect(outputShape(network)).to.deep.equal([null, 1])
  })

  it('takes a gate of the user, alone or as an option', () => {
    const gate = join(Tanh(7), Softmax(2, { name: 'gate' }))
    for (const network of [
      mixtureOfExperts([one, other], gate),
      mixtureOfExperts([one, other], { gatingLayer: gate }),
    ]) {
      expect(names(network)).to.include('gate')
      expect(countParameters(network).total).to.equal(2 * 55 + 77 + 16)
    }
    expect(names(mixtureOfExperts([one, other], {}))).to.include('softmax-1')
  })

  it('finds the features where only some networks know them', () => {
    const network = mixtureOfExperts([join(Input(null), Relu(), Tanh()), join(Input(10), Relu(10))])
    expect(outputShape(network)).to.deep.equal([null, 10])
  })

  const image = join(Input([4, 4, 1]), Reshape(), Relu(5))
  refuses([
    [
      () => untyped.mixtureOfExperts(one),
      'InvalidOption of mixtureOfExperts, networks: expected an array of networks, got ',
    ],
    [
      () => untyped.mixtureOfExperts([]),
      'InvalidOption of mixtureOfExperts, networks: expected an array of networks, got an empty one. ',
    ],
    [
      () => untyped.mixtureOfExperts([one, 'two']),
      "InvalidOption of mixtureOfExperts, networks[1]: expected a network, got 'two'. ",
    ],
    [
      () => untyped.mixtureOfExperts([one, Relu(5)]),
      'InvalidOption of mixtureOfExperts, networks[1]: expected a network that starts with an Input, got Relu(5). ',
    ],
    [
      () => untyped.mixtureOfExperts([join(Input(10), parallel(Relu(5), Tanh(5))), one]),
      'InvalidOption of mixtureOfExperts, networks[0]: expected a network of one input and one output, got (?, 10) -> ',
    ],
    [
      () => untyped.mixtureOfExperts([join(parallel(Input(10), Input(10)), Concatenate(), Relu(5)), one]),
      'InvalidOption of mixtureOfExperts, networks[0]: expected a network of one input and one output, got [(?, 10), (?, 10)] -> ',
    ],
    [
      () => untyped.mixtureOfExperts([image, image]),
      'LayerConnectionError of mixtureOfExperts: expected 2-dimensional inputs [batch, features], got (?, 4, 4, 1). ',
    ],
    [
      () => untyped.mixtureOfExperts([join(Input(16), Reshape([4, 4])), join(Input(16), Relu(5))]),
      'LayerConnectionError of mixtureOfExperts: expected 2-dimensional outputs [batch, features], got (?, 4, 4). ',
    ],
    [
      () => untyped.mixtureOfExperts([one, join(Input(11), Relu(5))]),
      'LayerConnectionError of mixtureOfExperts: expected networks with inputs of one shape, got [(?, 10), (?, 11)]. ',
    ],
    [
      () => untyped.mixtureOfExperts([one, join(Input(10), Relu(6))]),
      'LayerConnectionError of mixtureOfExperts: expected networks with outputs of one shape, got [(?, 5), (?, 6)]. ',
    ],
    [
      () => untyped.mixtureOfExperts([join(Input(null), Relu(5)), join(Input(null), Relu(5))]),
      'LayerConnectionError of mixtureOfExperts: expected known features of the inputs, got [(?, ?), (?, ?)]. ',
    ],
    [
      () => untyped.mixtureOfExperts([one, other], { gatingLayer: 'softmax' }),
      "InvalidOption of mixtureOfExperts, gatingLayer: expected a layer, got 'softmax'. For example: Softmax(2).",
    ],
    [
      () => untyped.mixtureOfExperts([one, other], 'softmax'),
      "InvalidOption of mixtureOfExperts, gatingLayer: expected a layer, got 'softmax'. ",
    ],
    [
      () => untyped.mixtureOfExperts([one, other], { gate: Softmax(2) }),
      'InvalidOption of mixtureOfExperts, gate: expected an option of gatingLayer, got ',
    ],
    [
      () => untyped.mixtureOfExperts([one, other], Softmax(3)),
      'LayerConnectionError of mixtureOfExperts > gated-average-1: expected a gate [batch, 2], ',
    ],
    [
      () =>
        untyped.mixtureOfExperts([join(Input(10), Relu(5, { name: 'a' })), join(Input(10), Relu(5, { name: 'a' }))]),
      "InvalidOption of a, name: expected a name that no other layer of the network has, got 'a' twice. ",
    ],
  ])
})
