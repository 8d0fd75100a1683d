import * as tf from '@tensorflow/tfjs-core'

/** Lets what was dropped be reclaimed: finalizers run between turns, so it takes a few until none is left to run. */
export const settled = async (): Promise<number> => {
  for (let quiet = 0, count = -1; quiet < 3; ) {
    ;(globalThis as unknown as { gc: () => void }).gc()
    await new Promise(resolve => setTimeout(resolve, 1))
    const { numTensors } = tf.memory()
    quiet = numTensors === count ? quiet + 1 : 0
    count = numTensors
  }
  return tf.memory().numTensors
}
