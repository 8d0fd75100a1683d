import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  BatchNorm,
  Concatenate,
  Convolution,
  Input,
  init,
  join,
  key,
  parallel,
  Relu,
  Reshape,
  Softmax,
} from '../../src/index.ts'
import { encodeSafetensors, load, toDocument } from '../../src/storage.ts'
import { described } from '../notation/described.ts'

// Files as they were written once. They stay as they are for good.

const folder = new URL('golden/', import.meta.url)
const network = join(
  Input([5, 5, 1]),
  Convolution([3, 3, 2], { padding: 'same' }),
  BatchNorm(),
  Relu(),
  Reshape(),
  parallel(Relu(2), Relu(2)),
  Concatenate(),
  Softmax(3, { name: 'last' }),
)

describe('Files that were saved', () => {
  for (const dtype of ['F32', 'F16', 'BF16'] as const) {
    const bytes = new Uint8Array(readFileSync(new URL(`version-1-${dtype}.safetensors`, folder)))

    it(`are read, of ${dtype}`, async () => {
      const loaded = await load(bytes)
      expect(described(loaded.network)).to.deep.equal(described(network))
      expect(loaded.metadata).to.deep.equal({ made: 'for good' })
      const again = encodeSafetensors(loaded.variables, {
        dtype,
        document: toDocument(loaded.network),
        metadata: loaded.metadata,
      })
      expect(Buffer.compare(again, bytes)).to.equal(0)
    })

    it(`are written alike, of ${dtype}`, () => {
      const options = { dtype, document: toDocument(network), metadata: { made: 'for good' } }
      expect(Buffer.compare(encodeSafetensors(init(network, key(1)), options), bytes)).to.equal(0)
    })
  }
})
