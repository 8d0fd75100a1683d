import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { apply, Convolution1D, Input, join, Lambda, LSTM, Relu, Reshape, Sigmoid } from '../../src/index.ts'
import { decodeSafetensors, encodeSafetensors, loadVariables, type StoredTensor } from '../../src/storage.ts'

// A network that PyTorch trained: a detector of speech, https://github.com/snakers4/silero-vad (MIT).

const folder = new URL('../../../shared/data/models/', import.meta.url)
const file = new URL('silero_vad_16k.safetensors', folder)

/** 64 samples more on the right, mirrored at the last one. */
const reflected = Lambda(
  (ops, x) => ops.concatenate([x, ops.reverse(ops.slice(x, [0, 511], [null, 64]), [1])], 1),
  [640],
)
/** The length of complex numbers, whose real parts come before the imaginary ones. */
const magnitude = Lambda(
  (ops, x) => {
    const part = (from: number) => ops.square(ops.slice(x, [0, 0, from], [null, null, 129]))
    return ops.sqrt(ops.add(part(0), part(129)))
  },
  [4, 129],
)
const padded = { padding: 1 } as const
const network = join(
  Input(576),
  reflected,
  Reshape([640, 1]),
  Convolution1D([256, 258], { stride: 128, bias: null, name: 'stft_conv' }),
  magnitude,
  Convolution1D([3, 128], { ...padded, name: 'conv1' }),
  Relu(),
  Convolution1D([3, 64], { ...padded, stride: 2, name: 'conv2' }),
  Relu(),
  Convolution1D([3, 64], { ...padded, stride: 2, name: 'conv3' }),
  Relu(),
  Convolution1D([3, 128], { ...padded, name: 'conv4' }),
  Relu(),
  LSTM(128, { name: 'lstm_cell' }),
  Relu(),
  Sigmoid(1, { name: 'final_conv' }),
)

/** The axes of a tensor from the last to the first: PyTorch has outputs first. */
const turned = ({ data, shape }: StoredTensor): { readonly data: Float32Array; readonly shape: readonly number[] } => {
  const back = shape.toReversed()
  const out = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) {
    let [rest, at] = [i, 0]
    for (let axis = 0; axis < back.length; axis++) {
      // The last axis of what comes out runs first in what came in.
      const stride = shape.slice(axis + 1).reduce((n, d) => n * d, 1)
      const place = Math.floor(rest / stride)
      rest %= stride
      at += place * shape.slice(0, axis).reduce((n, d) => n * d, 1)
    }
    out[at] = data[i] as number
  }
  return { data: out, shape: back }
}

describe('A detector of speech that PyTorch trained', () => {
  it('is read, built, and answers as there', async function () {
    if (!existsSync(file)) {
      console.log(`      skipped: there is no ${file.pathname}`)
      this.skip()
    }
    const { tensors } = decodeSafetensors(readFileSync(file))
    const of = (name: string): StoredTensor => tensors[name] as StoredTensor
    const biases = of('lstm_cell.bias_ih').data.map((value, i) => value + (of('lstm_cell.bias_hh').data[i] as number))
    const last = turned(of('final_conv.weight'))
    const own = {
      ...Object.fromEntries(Object.keys(tensors).map(name => [name, turned(of(name))])),
      'lstm_cell.biases': { data: biases, shape: [512] },
      'final_conv.weight': { data: last.data, shape: [128, 1] },
    }
    const names: Readonly<Record<string, string>> = {
      'lstm_cell/inputWeights': 'lstm_cell.weight_ih',
      'lstm_cell/hiddenWeights': 'lstm_cell.weight_hh',
    }
    const starts = { data: new Float32Array(128), shape: [1, 128] }
    const bytes = encodeSafetensors({ ...own, 'lstm_cell.cellInit': starts, 'lstm_cell.hiddenInit': starts })
    const variables = await loadVariables(bytes, network, {
      rename: name => names[name] ?? name.replace('/', '.'),
      strict: false,
    })
    const windows = new Float32Array(readFileSync(new URL('silero_input_5x576.f32', folder)).buffer.slice(0))
    const { output } = apply(network, variables, { data: windows, shape: [5, 576] })
    const expected = [0.02288661, 0.23086274, 0.24583764, 0.04942319, 0.02857373]
    for (const [i, answer] of [...output.dataSync()].entries())
      expect(answer).to.be.closeTo(expected[i] as number, 1e-5)
    expect(output.shape).to.deep.equal([5, 1])
  })
})
