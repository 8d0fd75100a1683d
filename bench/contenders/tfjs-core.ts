import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
// In Node, tfjs-core brings no gradients: this registers them.
import '@tensorflow/tfjs-layers'
import { batches, draws, type Numbers } from './inputs.ts'
import { type Step, serve } from './protocol.ts'

// The tiny network in calls of tfjs-core, as one would write them by hand.

const tensorOf = ({ data, shape }: Numbers): tf.Tensor2D => tf.tensor2d(data, shape as [number, number])
const weights = [tf.variable(tensorOf(draws(3, [4, 8]))), tf.variable(tensorOf(draws(4, [8, 3])))] as const
const biases = [tf.variable(tf.zeros([8])), tf.variable(tf.zeros([3]))] as const

const logits = (x: tf.Tensor2D): tf.Tensor2D => {
  const hidden = tf.fused.matMul({ a: x, b: weights[0], bias: biases[0], activation: 'relu' }) as tf.Tensor2D
  return tf.fused.matMul({ a: hidden, b: weights[1], bias: biases[1] }) as tf.Tensor2D
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
      [...weights, ...biases],
    )
}

await tf.setBackend('cpu')
await serve(process.argv[2] === 'apply-tiny' ? applying() : trained())
