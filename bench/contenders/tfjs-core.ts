import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { batches, draws, type Numbers } from './inputs.ts'
import { type Step, serve } from './protocol.ts'

// The tiny network in calls of tfjs-core, as one would write them by hand.

const tensorOf = ({ data, shape }: Numbers): tf.Tensor2D => tf.tensor(data, [...shape]) as tf.Tensor2D
const weights = [draws(3, [4, 8]), draws(4, [8, 3])].map(tensorOf).map(w => tf.variable(w))
const biases = [tf.zeros([8]), tf.zeros([3])].map(b => tf.variable(b))

const logits = (x: tf.Tensor2D): tf.Tensor2D => {
  const [a, b] = weights as [tf.Tensor2D, tf.Tensor2D]
  const hidden = tf.fused.matMul({ a: x, b: a, bias: biases[0] as tf.Tensor, activation: 'relu' })
  return tf.fused.matMul({ a: hidden as tf.Tensor2D, b, bias: biases[1] as tf.Tensor }) as tf.Tensor2D
}

const applying = (): Step => {
  const x = tensorOf(draws(1, [1, 4]))
  return () => {
    const output = tf.tidy(() => tf.softmax(logits(x)))
    output.dataSync()
    output.dispose()
  }
}

const trained = (): Step => {
  const { x, y } = (batches['train-tiny'] as () => { x: Numbers; y: Numbers })()
  const [inputs, expected] = [tensorOf(x), tensorOf(y)]
  const optimizer = tf.train.adam(0.001)
  return () =>
    optimizer.minimize(
      () => tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(expected, tf.logSoftmax(logits(inputs))), 1))) as tf.Scalar),
      false,
      [...weights, ...biases] as tf.Variable[],
    )
}

await tf.setBackend('cpu')
await serve(process.argv[2] === 'apply-tiny' ? applying() : trained())
