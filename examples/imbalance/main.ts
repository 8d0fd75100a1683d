import {
  adam,
  binaryCrossentropy,
  confusionMatrix,
  evaluate,
  f1,
  fit,
  foldIn,
  Input,
  init,
  join,
  type Key,
  key,
  normals,
  precision,
  Relu,
  recall,
  Sigmoid,
  uniforms,
} from '../../src/index.ts'

// Finds the 4 of 100 payments that are fraud. Trained on what there is, a network finds it mostly safe to say "no"; class
// weights tell it that a fraud which is missed is worse than a payment which is looked at in vain.

const features = 6
const share = 0.04

/** Payments: frauds lie elsewhere, but not apart. */
const payments = (key: Key, count: number) => {
  const rows = Array.from({ length: count }, (_, i) => {
    const own = foldIn(key, i)
    const isFraud = (uniforms(foldIn(own, 0), 1)[0] as number) < share
    const numbers = Array.from(normals(foldIn(own, 1), features))
    return {
      x: isFraud ? numbers.map((number, j) => number + (j % 2 === 0 ? 1 : -0.6)) : numbers,
      y: [isFraud ? 1 : 0],
    }
  })
  return { x: rows.map(({ x }) => x), y: rows.map(({ y }) => y) }
}

const training = payments(key(1), 3000)
const test = payments(key(2), 2000)
const network = join(Input(features), Relu(16), Sigmoid(1))

const metrics = [precision, recall, f1, confusionMatrix] as const
const losses = {
  'as they are': binaryCrossentropy,
  'with class weights': binaryCrossentropy({ classWeights: { 1: 6 } }),
}

for (const [title, loss] of Object.entries(losses)) {
  const { variables } = await fit(network, init(network, key(3)), training, {
    loss,
    optimizer: adam({ step: 0.01 }),
    epochs: 12,
    batchSize: 64,
    key: key(4),
  })
  const found = await evaluate(network, variables, test, { loss, metrics })
  const [[, alarms] = [], [missed, caught] = []] = found.confusionMatrix
  console.log(`${title}: ${caught} frauds caught, ${missed} missed, ${alarms} alarms for nothing`)
  console.log(`  precision ${found.precision.toFixed(3)}, recall ${found.recall.toFixed(3)}, F1 ${found.f1.toFixed(4)}`)
}
