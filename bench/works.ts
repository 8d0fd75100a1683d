// What is measured: each work on the engines of joinery, beside its peers.

export type Engine = 'tfjs-cpu' | 'wasm' | 'onnxruntime'
export type Peer =
  | 'tfjs-layers-cpu'
  | 'tfjs-layers-wasm'
  | 'tfjs-core-raw'
  | 'jax-js'
  | 'onnxruntime-raw'
  | 'onnxruntime-composed'
  | 'pytorch'

export interface Work {
  readonly name: string
  /** What a measured time is turned into: a batch of so many samples per second, or milliseconds as they are. */
  readonly unit: 'samples/s' | 'ms'
  readonly samples?: number
  /** The peers of each engine, and what joinery is to reach beside each: at least this many times as fast. */
  readonly engines: Partial<Record<Engine, readonly (readonly [peer: Peer, goal?: number])[]>>
  /** The resident memory of the process that joinery is to stay below on an engine. */
  readonly memory?: { readonly engine: Engine; readonly gigabytes: number }
  /** Milliseconds that joinery is to stay below. */
  readonly limit?: number
}

/** Every work, in the order in which they are measured. */
export const works: readonly Work[] = [
  {
    name: 'train-mlp',
    unit: 'samples/s',
    samples: 128,
    engines: {
      onnxruntime: [['pytorch', 1.2], ['onnxruntime-raw'], ['tfjs-layers-wasm', 25], ['jax-js']],
      wasm: [['tfjs-layers-wasm', 7], ['jax-js']],
      'tfjs-cpu': [['tfjs-layers-cpu']],
    },
  },
  {
    name: 'train-cnn',
    unit: 'samples/s',
    samples: 64,
    engines: {
      onnxruntime: [['pytorch', 1.1], ['onnxruntime-raw']],
      // tfjs-layers has no gradient of a convolution's filter on wasm: it fails.
      wasm: [['tfjs-layers-wasm'], ['pytorch']],
    },
  },
  {
    name: 'train-lstm',
    unit: 'samples/s',
    samples: 32,
    engines: {
      onnxruntime: [['pytorch', 1.6], ['onnxruntime-raw'], ['tfjs-layers-wasm']],
      wasm: [['tfjs-layers-wasm', 3]],
      'tfjs-cpu': [['tfjs-layers-cpu']],
    },
  },
  {
    name: 'resnet50-b1',
    unit: 'ms',
    engines: {
      onnxruntime: [['onnxruntime-raw', 1 / 1.03], ['pytorch'], ['tfjs-layers-wasm', 4]],
      wasm: [['tfjs-layers-wasm', 1 / 0.75]],
    },
  },
  {
    name: 'resnet50-b16',
    unit: 'ms',
    memory: { engine: 'wasm', gigabytes: 0.7 },
    engines: {
      onnxruntime: [['onnxruntime-raw', 1 / 1.03], ['pytorch'], ['tfjs-layers-wasm', 4]],
      wasm: [['tfjs-layers-wasm', 1 / 0.75]],
    },
  },
  {
    name: 'apply-tiny',
    unit: 'ms',
    engines: { 'tfjs-cpu': [['tfjs-core-raw', 1 / 1.1], ['tfjs-layers-cpu']] },
  },
  {
    name: 'train-tiny',
    unit: 'samples/s',
    samples: 16,
    engines: { 'tfjs-cpu': [['tfjs-core-raw'], ['tfjs-layers-cpu']], onnxruntime: [['pytorch']] },
  },
  {
    name: 'pinn',
    unit: 'ms',
    engines: { onnxruntime: [['pytorch', 1.3], ['jax-js']], wasm: [['pytorch', 1.3], ['jax-js']] },
  },
  {
    name: 'maml',
    unit: 'ms',
    engines: { onnxruntime: [['pytorch', 1.3], ['jax-js']], wasm: [['pytorch', 1.3], ['jax-js']] },
  },
  {
    // 256 tokens after one: tokens per second, compiling included.
    name: 'generate',
    unit: 'samples/s',
    samples: 256,
    engines: { onnxruntime: [['pytorch', 1.3]], wasm: [['pytorch', 1.3]] },
  },
  {
    name: 'gpt',
    unit: 'ms',
    engines: { onnxruntime: [['pytorch', 1.3], ['jax-js']], wasm: [['pytorch'], ['jax-js']] },
  },
  {
    name: 'vae',
    unit: 'ms',
    engines: { onnxruntime: [['pytorch', 1.3], ['jax-js']], wasm: [['pytorch'], ['jax-js']] },
  },
  {
    name: 'gan',
    unit: 'ms',
    engines: { onnxruntime: [['pytorch', 1.3], ['jax-js']], wasm: [['pytorch'], ['jax-js']] },
  },
  // Operations for which ONNX Runtime has operators, beside what they are composed of.
  ...['top-k', 'sort', 'take-along', 'cumsum', 'truths'].map(
    (name): Work => ({
      name,
      unit: 'ms',
      engines: { onnxruntime: [['onnxruntime-composed'], ['pytorch']] },
    }),
  ),
  { name: 'cold-start', unit: 'ms', engines: { 'tfjs-cpu': [['tfjs-core-raw', 1 / 1.15]] } },
  {
    name: 'compile-mlp',
    unit: 'ms',
    limit: 60,
    engines: { onnxruntime: [['onnxruntime-raw']], wasm: [['tfjs-layers-wasm']], 'tfjs-cpu': [['tfjs-layers-cpu']] },
  },
  {
    name: 'compile-resnet50',
    unit: 'ms',
    limit: 3000,
    engines: { onnxruntime: [['onnxruntime-raw']], wasm: [['tfjs-layers-wasm']] },
  },
]
