import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { batches, draws, type Numbers } from './inputs.ts'
import { type Step, serve, serveTimes } from './protocol.ts'

const tensorOf = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(data, [...shape])

const training: Readonly<Record<string, () => LayersModel>> = {
  'train-mlp': () =>
    sequential({
      layers: [
        layers.dense({ units: 512, activation: 'relu', inputShape: [784] }),
        layers.dense({ units: 512, activation: 'relu' }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  'train-cnn': () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
        layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 128, activation: 'relu' }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  'train-lstm': () =>
    sequential({
      layers: [
        // The default initializer asks for operations that are registered in browsers only.
        layers.lstm({ units: 64, inputShape: [40, 32], recurrentInitializer: 'glorotNormal' }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  'train-tiny': () =>
    sequential({
      layers: [
        layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
}

const convolved = (
  x: SymbolicTensor,
  filters: number,
  size: number,
  strides: number,
  relu: boolean,
): SymbolicTensor => {
  const padding = 'same'
  const y = layers.conv2d({ filters, kernelSize: size, strides, padding, useBias: false }).apply(x)
  const z = layers.batchNormalization().apply(y)
  return (relu ? layers.activation({ activation: 'relu' }).apply(z) : z) as SymbolicTensor
}
const bottleneck = (x: SymbolicTensor, width: number, strides: number, project: boolean): SymbolicTensor => {
  const inner = convolved(convolved(convolved(x, width, 1, 1, true), width, 3, strides, true), 4 * width, 1, 1, false)
  const short = project ? convolved(x, 4 * width, 1, strides, false) : x
  return layers
    .activation({ activation: 'relu' })
    .apply(layers.add().apply([inner, short]) as SymbolicTensor) as SymbolicTensor
}
const resnet50 = (): LayersModel => {
  const start = input({ shape: [224, 224, 3] })
  const pool = layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })
  let x = pool.apply(convolved(start, 64, 7, 2, true)) as SymbolicTensor
  for (const [stage, count] of [3, 4, 6, 3].entries())
    for (let i = 0; i < count; i++) x = bottleneck(x, 64 * 2 ** stage, i === 0 && stage > 0 ? 2 : 1, i === 0)
  const pooled = layers.globalAveragePooling2d({}).apply(x)
  const output = layers.dense({ units: 1000, activation: 'softmax' }).apply(pooled)
  return model({ inputs: start, outputs: output as SymbolicTensor })
}

const inference = (network: LayersModel, x: tf.Tensor): Step => {
  return () => {
    const output = network.predict(x) as tf.Tensor
    output.dataSync()
    output.dispose()
  }
}

const trainingOf = (work: string, make: () => LayersModel): Step => {
  const network = make()
  network.compile({ loss: 'categoricalCrossentropy', optimizer: tf.train.adam(0.001) })
  const { x, y } = (batches[work] as () => { x: Numbers; y: Numbers })()
  const [inputs, expected] = [tensorOf(x), tensorOf(y)]
  return () => network.trainOnBatch(inputs, expected)
}

/** What comes before the first step can run: the first step's time without that of the second. */
const compilation = async (work: string, make: () => LayersModel): Promise<number> => {
  const start = performance.now()
  const step = trainingOf(work, make)
  await step()
  const first = performance.now() - start
  const again = performance.now()
  await step()
  return first - (performance.now() - again)
}

const stepOf = (work: string): Step => {
  const make = training[work]
  if (make !== undefined) return trainingOf(work, make)
  if (work === 'apply-tiny') return inference(training['train-tiny']?.() as LayersModel, tensorOf(draws(1, [1, 4])))
  const rows = Number(work.slice('resnet50-b'.length))
  return inference(resnet50(), tensorOf(draws(1, [rows, 224, 224, 3])))
}

const [backend = 'cpu', work = 'train-mlp'] = process.argv.slice(2)
setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`)
await tf.setBackend(backend)
if (work === 'compile-resnet50') await serveTimes(() => compilation('resnet50', resnet50))
else if (work === 'compile-mlp')
  await serveTimes(() => compilation('train-mlp', training['train-mlp'] as () => LayersModel))
else await serve(stepOf(work))
