// What work of the library costs beside the least that it could: ratios of times. Contenders take turns, in one process, or
// each in its own where memory counts.

/** A comparison: how many times as long as its peer it may take. */
export interface Overhead {
  readonly name: string
  readonly says: string
  readonly works: readonly string[]
  readonly engines: readonly ('tfjs' | 'wasm' | 'onnxruntime')[]
  readonly limit: number
}

const works = ['train-mlp', 'train-cnn', 'train-lstm', 'train-tiny']

export const overheads: readonly Overhead[] = [
  {
    name: 'step-by-hand',
    says: 'trainStep beside the calls of tfjs-core that it makes',
    ...{ works: ['train-tiny'], engines: ['tfjs'], limit: 1.15 },
  },
  {
    name: 'fit-step',
    says: 'an epoch of fit, with a dataset, metrics and callbacks, beside its compiled steps alone',
    ...{ works, engines: ['onnxruntime', 'wasm'], limit: 1.02 },
  },
  {
    name: 'recorded',
    says: 'updates of recorded, with a frame after every 100, beside those of fit',
    ...{ works: ['train-mlp', 'train-tiny'], engines: ['onnxruntime', 'wasm'], limit: 1.05 },
  },
  {
    name: 'metrics',
    says: 'compiled steps with accuracy and F1 beside those without',
    ...{ works, engines: ['onnxruntime', 'wasm'], limit: 1.05 },
  },
  {
    name: 'prefetch',
    says: 'an epoch of a dataset that reads ahead beside one of rows in memory',
    ...{ works: ['train-mlp', 'train-lstm'], engines: ['onnxruntime', 'wasm'], limit: 1.02 },
  },
  {
    name: 'dropout',
    says: 'a compiled step of a GPT with dropout beside one without',
    ...{ works: ['train-gpt'], engines: ['onnxruntime', 'wasm'], limit: 1.15 },
  },
  {
    name: 'generate',
    says: 'a token that a GPT of 256 generates beside one for which it reads the whole window',
    ...{ works: ['gpt'], engines: ['onnxruntime', 'wasm'], limit: 1 / 3 },
  },
  {
    name: 'save',
    says: 'saving a network beside writing its bytes to the disk',
    ...{ works: ['resnet50'], engines: ['tfjs'], limit: 1.3 },
  },
  {
    name: 'module',
    says: 'a prediction by a module of its own beside that of the compiled network',
    ...{ works: ['mlp-b1', 'mlp-b32', 'digits-b1', 'digits-b32'], engines: ['wasm'], limit: 1.3 },
  },
  {
    name: 'load',
    says: 'loading a network beside reading its bytes',
    ...{ works: ['resnet50'], engines: ['tfjs'], limit: 1.2 },
  },
]
