import {
  adam,
  BatchNorm,
  Convolution,
  Dropout,
  Input,
  init,
  join,
  key,
  Relu,
  Reshape,
  Softmax,
} from '../../src/index.ts'
import { toOnnx } from '../../src/storage.ts'

/** What the files of a network are, for inference and of its training step: by SHA-256, wherever they are made. */
export const digests = async (): Promise<readonly string[]> => {
  const network = join(
    Input([5, 5, 1]),
    Convolution([2, 2, 3]),
    BatchNorm(),
    Relu(),
    Reshape(),
    Dropout(0.1),
    Softmax(2),
  )
  const variables = init(network, key(4))
  const training = { loss: 'categoricalCrossentropy', optimizer: adam({ step: 0.01 }) }
  const files = [toOnnx(network, variables), toOnnx(network, variables, { opset: 17, training })]
  const found = await Promise.all(files.map(bytes => crypto.subtle.digest('SHA-256', bytes)))
  return found.map(digest => Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join(''))
}
