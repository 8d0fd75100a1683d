import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-webgl'
import type { BackendOption } from '../../src/index.ts'
import {
  adam,
  apply,
  Convolution,
  compile,
  Dropout,
  fit,
  Input,
  init,
  join,
  key,
  LSTM,
  MaxPooling,
  Relu,
  Reshape,
  Softmax,
  uniforms,
} from '../../src/index.ts'
import { onnxruntime } from '../../src/onnxruntime.ts'
import { encodeSafetensors, load, save, toModule } from '../../src/storage.ts'
import { wasm } from '../../src/wasm.ts'
import { digests } from '../onnx/files.ts'

// What a user's page does, on every backend: infer, train, and nothing left over. Says each result to the server, as
// "passed" or "failed".

const say = (text: string): Promise<unknown> => fetch('/say', { method: 'POST', body: text })

const networks = {
  convolutional: join(
    Input([8, 8, 1]),
    ...[Convolution([3, 3, 8]), Relu(), MaxPooling([2, 2]), Reshape(), Dropout(0.1), Relu(16), Softmax(3)],
  ),
  recurrent: join(Input([8, 8, 1]), Reshape([8, 8]), LSTM(12), Softmax(3)),
}

const count = 60
const noise = uniforms(key(3), count * 64)
const classes = Array.from({ length: count }, (_, i) => i % 3)
const examples = {
  // A stripe in every third row says which class it is.
  x: {
    data: noise.map((v, i) => 0.3 * v + (Math.floor((i % 64) / 8) % 3 === classes[Math.floor(i / 64)] ? 1 : 0)),
    shape: [count, 8, 8, 1],
  },
  y: classes.map(k => [0, 1, 2].map(j => Number(j === k))),
}
const rule = { loss: 'categoricalCrossentropy', optimizer: adam({ step: 0.01 }), epochs: 8, batchSize: 20 } as const

/** One network on one backend: the largest distance from eager outputs, and the losses of its training. */
const tried = async (network: (typeof networks)['convolutional'], backend: BackendOption): Promise<string> => {
  const start = init(network, key(1))
  const x = { data: examples.x.data.slice(0, 64 * 5), shape: [5, 8, 8, 1] }
  const eager = await (apply(network, start, x).output as unknown as tf.Tensor).data()
  const model = compile(network, start, { backend })
  const output = await ((await model(x)) as unknown as tf.Tensor).data()
  await model.dispose()
  const apart = Math.max(...output.map((value, i) => Math.abs(value - (eager[i] as number))))
  const { history } = await fit(network, start, examples, { ...rule, backend })
  const [first = 0, last = Number.NaN] = [history.loss[0], history.loss.at(-1)]
  const text = `outputs ${apart.toExponential(1)} apart, loss ${first.toFixed(4)} to ${last.toFixed(4)}`
  if (!(apart < 1e-5 && last < 0.8 * first)) throw new Error(text)
  return text
}

/** A network that is saved to the browser's own file system, and loaded from there, from a File and from its bytes. */
const kept = async (): Promise<string> => {
  const network = networks.convolutional
  const variables = init(network, key(1))
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('models', { create: true })
  const handle = await root.getFileHandle('model.safetensors', { create: true })
  await save(handle, network, variables)
  await save(folder, network, variables)
  const file = await handle.getFile()
  const wanted = encodeSafetensors(variables).join()
  for (const place of [handle, folder, file, await file.arrayBuffer(), new URL(URL.createObjectURL(file))]) {
    const loaded = await load(place)
    if (String(loaded.network) !== String(network)) throw new Error(String(loaded.network))
    if (encodeSafetensors(loaded.variables).join() !== wanted) throw new Error('other variables')
  }
  return `${file.size} bytes, saved and loaded`
}

type Predict = (given: Float32Array) => Float32Array

/** What a worker of a module computes, without the page's library. */
const inWorker = (module: string, given: Float32Array): Promise<Float32Array> => {
  const program = `import { predict } from ${JSON.stringify(module)}
onmessage = ({ data }) => postMessage(predict(data))`
  const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }))
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = event => reject(new Error(event.message))
    worker.postMessage(given)
  })
}

/** Networks as modules, in the page and in a worker, with weights inside and at a URL. */
const alone = async (): Promise<string> => {
  let most = 0
  for (const network of Object.values(networks) as readonly (typeof networks)['convolutional'][]) {
    const variables = init(network, key(1))
    const x = examples.x.data.slice(0, 64 * 5)
    const eager = await (
      apply(network, variables, { data: x, shape: [5, 8, 8, 1] }).output as unknown as tf.Tensor
    ).data()
    const urlOf = (part: BlobPart, type: string) => URL.createObjectURL(new Blob([part], { type }))
    const inside = urlOf(toModule(network, variables).source, 'text/javascript')
    const { source, weights } = toModule(network, variables, { weights: 'beside' })
    const { predict } = (await import(inside)) as { predict: Predict }
    const { load } = (await import(urlOf(source, 'text/javascript'))) as {
      load: (source: string) => Promise<{ predict: Predict }>
    }
    const beside = await load(urlOf(weights as Uint8Array<ArrayBuffer>, 'application/octet-stream'))
    for (const output of [predict(x), await inWorker(inside, x), beside.predict(x)])
      for (const [i, value] of eager.entries()) most = Math.max(most, Math.abs(value - (output[i] ?? Number.NaN)))
  }
  if (!(most < 1e-5)) throw new Error(`outputs ${most} apart`)
  return `outputs ${most.toExponential(1)} apart`
}

/** ONNX files, whose bytes are those that the server makes. */
const written = async (): Promise<string> => {
  const [own, wanted] = [await digests(), await (await fetch('/onnx')).json()]
  if (own.join() !== wanted.join()) throw new Error(`${own}, not ${wanted}`)
  return `${own.length} of the same bytes`
}

const backends: Readonly<Record<string, () => Promise<BackendOption>>> = {
  cpu: async () => 'tfjs',
  wasm: () => wasm({ paths: '/wasm/' }),
  onnxruntime: async () => onnxruntime({ threads: 1 }),
  webgl: async () => {
    if (!(await tf.setBackend('webgl'))) throw new Error('WebGL is not there')
    return 'tfjs'
  },
}

await tf.setBackend('cpu')
for (const [name, choose] of Object.entries(backends))
  for (const [kind, network] of Object.entries(networks))
    try {
      const backend = await choose()
      await say(`passed: ${name}, ${kind}: ${await tried(network as (typeof networks)['convolutional'], backend)}`)
    } catch (error) {
      await say(`failed: ${name}, ${kind}: ${error instanceof Error ? error.stack : error}`)
    }
for (const [name, work] of Object.entries({ files: kept, modules: alone, 'ONNX files': written }))
  try {
    await say(`passed: ${name}: ${await work()}`)
  } catch (error) {
    await say(`failed: ${name}: ${error instanceof Error ? error.stack : error}`)
  }
await say('done')
