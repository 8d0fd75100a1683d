// The same network in calls of tfjs-core, as one would write them by hand.
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'

const normal = (rows, cols) => tf.randomNormal([rows, cols], 0, Math.sqrt(2 / rows))
const [hidden, last] = [normal(784, 128), normal(128, 10)]
const x = tf.tensor2d(new Float32Array(784).fill(0.5), [1, 784])
const first = tf.fused.matMul({ a: x, b: hidden, bias: tf.zeros([128]), activation: 'relu' })
const output = tf.softmax(tf.fused.matMul({ a: first, b: last, bias: tf.zeros([10]) }))
if (output.dataSync().length !== 10) process.exit(1)
