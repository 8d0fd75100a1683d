import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { draws, type Numbers } from '../contenders/inputs.ts'

// A training step of the tiny network as calls of tfjs-core: gradients worked out on paper, Adam, and the loss read.

const [beta1, beta2, epsilon, rate] = [0.9, 0.999, 1e-7, 0.001]

const tensorOf = ({ data, shape }: Numbers): tf.Tensor2D => tf.tensor2d(data, shape as [number, number])

interface Memory {
  readonly params: readonly tf.Tensor[]
  readonly means: readonly tf.Tensor[]
  readonly squares: readonly tf.Tensor[]
}

/** The loss, and the gradients of weights and biases, by way of the softmax's. */
const learnt = ([w1, b1, w2, b2]: readonly tf.Tensor[], x: tf.Tensor2D, y: tf.Tensor2D) => {
  const hidden = tf.fused.matMul({ a: x, b: w1 as tf.Tensor2D, bias: b1 as tf.Tensor, activation: 'relu' })
  const logits = tf.fused.matMul({ a: hidden, b: w2 as tf.Tensor2D, bias: b2 as tf.Tensor }) as tf.Tensor2D
  const logarithms = tf.logSoftmax(logits)
  const loss = tf.neg(tf.mean(tf.sum(tf.mul(y, logarithms), 1)))
  const error = tf.div(tf.sub(tf.exp(logarithms), y), x.shape[0]) as tf.Tensor2D
  const inner = tf.mul(tf.matMul(error, w2 as tf.Tensor2D, false, true), tf.step(hidden)) as tf.Tensor2D
  const gradients = [
    ...[tf.matMul(x, inner, true), tf.sum(inner, 0)],
    ...[tf.matMul(hidden as tf.Tensor2D, error, true), tf.sum(error, 0)],
  ]
  return { loss, gradients }
}

/** A step on numbers; it reads the loss. */
export const stepByHand = ({ x, y }: { readonly x: Numbers; readonly y: Numbers }): (() => number) => {
  const params = [tensorOf(draws(3, [4, 8])), tf.zeros([8]), tensorOf(draws(4, [8, 3])), tf.zeros([3])]
  const zeros = () => params.map(({ shape }) => tf.zeros(shape))
  let memory: Memory = { params, means: zeros(), squares: zeros() }
  let update = 0
  return () => {
    update++
    const step = (rate * Math.sqrt(1 - beta2 ** update)) / (1 - beta1 ** update)
    const before = memory
    const [next, loss] = tf.tidy(() => {
      const { loss, gradients } = learnt(before.params, tensorOf(x), tensorOf(y))
      const means = gradients.map((g, i) => tf.add(tf.mul(before.means[i] as tf.Tensor, beta1), tf.mul(g, 1 - beta1)))
      const squares = gradients.map((g, i) =>
        tf.add(tf.mul(before.squares[i] as tf.Tensor, beta2), tf.mul(tf.square(g), 1 - beta2)),
      )
      const params = before.params.map((param, i) => {
        const root = tf.add(tf.sqrt(squares[i] as tf.Tensor), epsilon)
        return tf.sub(param, tf.mul(tf.div(means[i] as tf.Tensor, root), step))
      })
      return [{ params, means, squares }, loss] as unknown as tf.TensorContainer
    }) as unknown as [Memory, tf.Tensor]
    const [value = Number.NaN] = loss.dataSync()
    for (const tensor of [...before.params, ...before.means, ...before.squares, loss]) tensor.dispose()
    memory = next
    return value
  }
}
