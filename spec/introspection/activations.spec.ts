import { expect } from 'chai'
import {
  activations,
  apply,
  BatchNorm,
  block,
  branch,
  Concatenate,
  Convolution,
  Dropout,
  end,
  Input,
  init,
  join,
  key,
  LayerConnectionError,
  Linear,
  normals,
  parallel,
  Relu,
  Reshape,
  residual,
  Softmax,
  shared,
  Tanh,
  type Tensor,
  WeightInitializationError,
} from '../../src/index.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'
import { says } from './says.ts'

const numbers = (tensor: unknown): readonly number[] => Array.from((tensor as Tensor).dataSync())
const close = (found: unknown, expected: unknown): void => {
  const [a, b] = [numbers(found), numbers(expected)]
  expect((found as Tensor).shape).to.deep.equal((expected as Tensor).shape)
  for (const [i, value] of a.entries()) expect(value).to.be.closeTo(b[i] as number, 1e-5)
}

const network = join(
  Input([6, 6, 1]),
  Convolution([3, 3, 2]),
  BatchNorm(),
  block('body', residual(join(Convolution([3, 3, 2], { padding: 'same' }), Tanh()))),
  Reshape(),
  Softmax(3),
)
const variables = init(network, key(1))
const x = { data: normals(key(2), 72), shape: [2, 6, 6, 1] }

for (const backend of [undefined, 'tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Activations (${backend ?? 'eager'})`, () => {
    const own = backend === undefined ? {} : { backend }

    it('are the outputs of the network that ends at each layer', async () => {
      const found = await activations(
        network,
        variables,
        x,
        ['softmax-1', 'batch-norm-1', 'body/tanh-1', 'batch-norm-1'],
        own,
      )
      expect(Object.keys(found)).to.deep.equal(['softmax-1', 'batch-norm-1', 'body/tanh-1'])
      close(found['softmax-1'], apply(network, variables, x).output)
      close(found['body/tanh-1'], apply(end(network, 'body/tanh-1'), variables, x).output)
      close(found['batch-norm-1'], apply(end(network, 'batch-norm-1'), variables, x).output)
      const shape: readonly [number, 4, 4, 2] = found['batch-norm-1'].shape
      expect(shape).to.deep.equal([2, 4, 4, 2])
    })

    it('are those of all layers without names', async () => {
      const found = await activations(network, variables, x, undefined, own)
      expect(Object.keys(found)).to.deep.equal([...network.nodes.map(({ name }) => name)])
      close(found['input-1'], { ...x, dataSync: () => x.data })
      close(found['softmax-1'], apply(network, variables, x).output)
    })

    it('are those of training with its key', async () => {
      const net = join(Input(4), BatchNorm(), Dropout(0.5), Linear(2))
      const given = init(net, key(1))
      const rows = { data: normals(key(3), 24), shape: [6, 4] }
      const mode = { training: true, key: key(4) }
      const { 'dropout-1': dropped, 'batch-norm-1': normed } = await activations(
        net,
        given,
        rows,
        ['dropout-1', 'batch-norm-1'],
        { ...mode, ...own },
      )
      close(dropped, apply(end(net, 'dropout-1'), given, rows, mode).output)
      // Of mean 0 in each feature.
      const means = [0, 1, 2, 3].map(j => numbers(normed).reduce((sum, v, i) => sum + (i % 4 === j ? v : 0), 0))
      for (const mean of means) expect(mean).to.be.closeTo(0, 1e-4)
    })

    it('of several inputs, of one that several layers take, and of shared layers', async () => {
      const half = shared('half', Relu(3))
      const two = join(parallel([Input(2), half], [Input(2), half]), Concatenate(), Linear(1))
      const given = init(two, key(2))
      const [a, b] = [[[1, 2]], [[-3, 4]]]
      const found = await activations(two, given, [a, b], ['half', 'concatenate-1'], own)
      const all = numbers(found['concatenate-1'])
      expect(numbers(found.half)).to.deep.equal(all.slice(0, 3))
      const open = join(Input(1), branch(Relu(), Tanh()), Concatenate())
      const { 'tanh-1': bent } = await activations(open, { params: {}, state: {} }, [[0.5]], ['tanh-1'], own)
      expect(numbers(bent)[0]).to.be.closeTo(Math.tanh(0.5), 1e-6)
    })

    it('of no examples are empty', async () => {
      const { 'relu-1': none } = await activations(
        join(Input(2), Relu()),
        { params: {}, state: {} },
        { data: [], shape: [0, 2] },
        ['relu-1'],
        own,
      )
      expect(none.shape).to.deep.equal([0, 2])
    })
  })

describe('Activations', () => {
  it('are the same bits again, whatever was asked for in between', async () => {
    const first = await activations(network, variables, x, ['body/tanh-1'])
    await activations(network, variables, x, ['softmax-1'])
    const again = await activations(network, variables, x, ['body/tanh-1'])
    expect(numbers(again['body/tanh-1'])).to.deep.equal(numbers(first['body/tanh-1']))
  })

  it('say what is wrong before anything runs', async () => {
    const any = activations as (...given: readonly unknown[]) => Promise<object>
    await says("Did you mean 'softmax-1'?", () => any(network, variables, x, ['softmax-2']))
    await says('at least one name', () => any(network, variables, x, []))
    await says('an array of names', () => any(network, variables, x, 'softmax-1'))
    await says('got 3', () => any(network, variables, x, [3]))
    await says('key', () => any(network, variables, x, ['softmax-1'], { key: 1 }))
    await says('activations', () => any(3, variables, x))
    await says('backend', () => any(network, variables, x, ['softmax-1'], { backend: 'gpu' }))
    await says(
      'one example',
      () => any(network, variables, { data: x.data.slice(36), shape: [6, 6, 1] }),
      LayerConnectionError,
    )
    await says('convolution-1', () => any(network, { params: {}, state: {} }, x), WeightInitializationError)
  })
})
