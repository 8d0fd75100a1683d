import { InvalidOption } from '../base/errors.ts'
import type { Beside } from '../documents/beside.ts'
import { toDocument } from '../documents/index.ts'
import { toModule } from '../module/index.ts'
import { toOnnx } from '../onnx/index.ts'
import { toPyTorch } from '../pytorch/to-pytorch.ts'
import { type Loaded, load } from '../saving/load.ts'
import { save } from '../saving/save.ts'
import { writeFileAtomically } from '../storage/atomic.ts'
import { openDisk } from '../storage/disk.ts'
import { extensionOf } from './opened.ts'

// `joinery convert`: a network that was saved, in another form.

/** The text of a file, to the disk. */
export const writeText = async (file: string, text: string): Promise<void> =>
  writeFileAtomically(await openDisk(file), file, new TextEncoder().encode(text))

/** The bytes of a file, to the disk. */
const writeBytes = async (file: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> =>
  writeFileAtomically(await openDisk(file), file, bytes)

type Write = (to: string, loaded: Loaded) => Promise<void>

/** A module of PyTorch: the file, and beside it the weights and the script, which know it as `network`. */
const writePython: Write = async (to, { network, variables }) => {
  const [, folder = '', name] = /^(.*[\\/])?(.*)$/s.exec(to) ?? []
  if (name !== 'network.py')
    throw new InvalidOption({
      layer: 'joinery convert',
      option: 'out',
      expected: 'network.py, in any folder',
      got: to,
      remedy: 'train.py imports it by this name: joinery convert digits.safetensors network.py.',
    })
  const { source, weights, script } = toPyTorch(network, variables)
  await writeText(to, source)
  await writeBytes(`${folder}weights.safetensors`, weights)
  await writeText(`${folder}train.py`, script)
}

/** A module in JavaScript with the weights inside, and its types beside it. */
const writeModule: Write = async (to, { network, variables }) => {
  const { source, types } = toModule(network, variables)
  await writeText(to, source)
  await writeText(to.replace(/\.mjs$/i, '.d.mts'), types)
}

/** What was saved beside a network. */
const beside = ({ training, preprocessing }: Beside) => ({
  ...(training && { training }),
  ...(preprocessing && { preprocessing }),
})

/** How a network is written, by the extension of the file; '' is a folder. */
const writers: Readonly<Record<string, Write>> = {
  '': (to, { network, variables, metadata, tokenizer, ...loaded }) =>
    save(to, network, variables, { metadata, ...(tokenizer && { tokenizer }), ...beside(loaded) }),
  '.safetensors': (to, { network, variables, metadata, ...loaded }) =>
    save(to, network, variables, { metadata, ...beside(loaded) }),
  '.onnx': async (to, { network, variables }) =>
    writeFileAtomically(await openDisk(to), to, toOnnx(network, variables)),
  '.json': (to, { network, ...loaded }) =>
    writeText(to, `${JSON.stringify(toDocument(network, beside(loaded)), null, 2)}\n`),
  '.mjs': writeModule,
  '.py': writePython,
}

/**
 * Reads a network that was saved, and writes it in the form that the extension of `to` says.
 *
 * @throws DocumentError, FileError or InvalidOption if it cannot be read or written
 */
export const convert = async (from: string, to: string): Promise<void> => {
  const write = writers[extensionOf(to)]
  if (write === undefined)
    throw new InvalidOption({
      layer: 'joinery convert',
      option: 'out',
      expected: `a folder, or a file of ${Object.keys(writers).filter(Boolean).join(', ')}`,
      got: to,
      remedy: 'For example: joinery convert models/digits digits.safetensors.',
    })
  await write(to, await load(from))
}
