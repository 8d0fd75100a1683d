/** What programs for many sizes of the batch cost: weights, plans and sessions are to be there once. */
export const manySizes = {
  name: 'batch-sizes',
  says: 'memory that batches of 200 sizes add to a network of 64-256-256-10',
  works: ['predict', 'apply', 'train'],
  engines: ['onnxruntime', 'wasm', 'tfjs'],
  sizes: 200,
  /** Megabytes. */
  limit: 40,
} as const
