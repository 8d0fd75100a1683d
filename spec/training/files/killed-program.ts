import process from 'node:process'
import { adam, Dropout, fit, Input, init, join, key, Linear, normals, resume, Tanh } from '../../../src/index.ts'

// A run that may be killed, and goes on where it was saved: its arguments are a folder and a backend. It tells of each update,
// and at its end which bits came out.

const [folder = '', backend = 'tfjs'] = process.argv.slice(2)
const network = join(Input(3), Tanh(16), Dropout(0.1), Linear(1))
const data = {
  x: { data: normals(key(1), 3 * 64), shape: [64, 3] },
  y: { data: normals(key(2), 64), shape: [64, 1] },
}

const resumed = await resume(folder, { network, optional: true })
const { trainState, history } = await fit(network, init(network, key(3)), data, {
  ...{ epochs: 20, batchSize: 8, optimizer: adam({ step: 0.01 }), key: key(4), backend: backend as 'tfjs' },
  checkpoint: { folder, every: { updates: 3 }, keep: 1, best: 'loss' },
  resume: resumed,
  callbacks: { update: ({ update }) => console.log(update) },
})

const { params } = trainState.variables
const { update, slots } = trainState.optimizer
const tensors: Float32Array[] = []
const gather = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  if ('dataSync' in value) tensors.push((value as { dataSync: () => Float32Array }).dataSync())
  else for (const own of Object.values(value)) gather(own)
}
gather({ params, slots })
const bits = tensors.flatMap(tensor => [...new Uint8Array(tensor.slice().buffer)])
const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bits))
const hash = [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
console.log(JSON.stringify({ update, hash, losses: history.loss }))
