import { InvalidOption } from '../base/errors.ts'
import { toDocument } from '../documents/index.ts'
import { toOnnx } from '../onnx/index.ts'
import { type Loaded, load } from '../saving/load.ts'
import { save } from '../saving/save.ts'
import { writeFileAtomically } from '../storage/atomic.ts'
import { openDisk } from '../storage/disk.ts'
import { extensionOf } from './opened.ts'

// `joinery convert`: a network that was saved, in another form.

/** The text of a file, to the disk. */
export const writeText = async (file: string, text: string): Promise<void> =>
  writeFileAtomically(await openDisk(file), file, new TextEncoder().encode(text))

type Write = (to: string, loaded: Loaded) => Promise<void>

/** How a network is written, by the extension of the file; '' is a folder. */
const writers: Readonly<Record<string, Write>> = {
  '': (to, { network, variables, metadata, tokenizer }) =>
    save(to, network, variables, { metadata, ...(tokenizer && { tokenizer }) }),
  '.safetensors': (to, { network, variables, metadata }) => save(to, network, variables, { metadata }),
  '.onnx': async (to, { network, variables }) =>
    writeFileAtomically(await openDisk(to), to, toOnnx(network, variables)),
  '.json': (to, { network }) => writeText(to, `${JSON.stringify(toDocument(network), null, 2)}\n`),
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
