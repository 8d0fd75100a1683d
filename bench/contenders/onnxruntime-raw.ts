import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { batches, draws, type Numbers } from './inputs.ts'
import { type Step, serve, serveTimes } from './protocol.ts'

// ONNX Runtime as it is, on graphs that PyTorch exported: ResNet-50, and training steps whose gradients were written by
// hand. Results of a step go into the next one as they are.

const [work = 'resnet50-b1', folder = '.'] = process.argv.slice(2)
const create = (name: string): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(join(folder, `${name}.onnx`), { intraOpNumThreads: 2, graphOptimizationLevel: 'all' })
const tensorOf = ({ data, shape }: Numbers): ort.Tensor => new ort.Tensor('float32', data, [...shape])

const inference = async (rows: number): Promise<Step> => {
  const session = await create('resnet50')
  const x = tensorOf(draws(1, [rows, 3, 224, 224]))
  return () => session.run({ x })
}

const training = async (name: string): Promise<Step> => {
  const session = await create(name)
  const { x, y } = (batches[name] as () => { x: Numbers; y: Numbers })()
  const shapes = new Map(
    session.inputMetadata.map(input => [input.name, (input as unknown as { shape: number[] }).shape]),
  )
  let feeds: Record<string, ort.Tensor> = {
    x: new ort.Tensor('float32', x.data, shapes.get('x') as number[]),
    y: tensorOf(y),
    rate: new ort.Tensor('float32', Float32Array.of(0.001), []),
  }
  for (const [input, shape] of shapes)
    if (input.startsWith('v')) {
      const { data } = draws(7, shape)
      const isParameter = Number(input.slice(1)) < (shapes.size - 3) / 3
      feeds[input] = new ort.Tensor('float32', isParameter ? data.map(value => 0.05 * value) : data.fill(0), shape)
    }
  return async () => {
    const results = await session.run(feeds)
    const next = Object.entries(results).filter(([output]) => output.endsWith('_next'))
    feeds = { ...feeds, ...Object.fromEntries(next.map(([output, value]) => [output.replace('_next', ''), value])) }
    return (results.loss as ort.Tensor).data[0]
  }
}

if (work.startsWith('compile')) {
  const name = work.replace('compile-resnet50', 'resnet50').replace('compile-', 'train-')
  await serveTimes(async () => {
    const start = performance.now()
    const session = await create(name)
    const time = performance.now() - start
    await session.release()
    return time
  })
} else
  await serve(
    work.startsWith('train') ? await training(work) : await inference(Number(work.slice('resnet50-b'.length))),
  )
