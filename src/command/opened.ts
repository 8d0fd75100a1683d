import { InvalidOption } from '../base/errors.ts'
import { isRecord, own } from '../base/trees.ts'
import { orThrow, readNetwork } from '../documents/network.ts'
import type { AnyNetwork } from '../network-types/compose.ts'
import { documentAt } from '../saving/load.ts'
import { asStored, weightsFile } from '../saving/places.ts'
import { parsedJson } from '../storage/json.ts'
import { documentKey } from '../storage/safetensors.ts'
import { readHeader } from '../storage/safetensors-file.ts'
import { faultsOf } from '../storage/safetensors-header.ts'
import { slicesOfFile, whileOpen } from '../storage/slices.ts'
import { type Told, toldBeside } from './beside.ts'
import { type OnnxModel, readOnnx } from './onnx.ts'

// What the command line can open: each form of file, and what is in it.

/** A tensor of a file. */
export interface ListedTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: number
}

/** What a file holds. */
export type Opened =
  | {
      readonly form: 'network'
      readonly network: AnyNetwork
      /** What its document holds beside it. */
      readonly beside: readonly Told[]
      readonly tensors: readonly ListedTensor[]
      readonly bytes: number
    }
  | {
      readonly form: 'tensors'
      readonly tensors: readonly ListedTensor[]
      readonly metadata: Readonly<Record<string, string>>
      readonly bytes: number
    }
  | { readonly form: 'onnx'; readonly model: OnnxModel; readonly bytes: number }

/** The extension of a file, in small letters; none of a folder. */
export const extensionOf = (file: string): string => /\.[a-z0-9]+$/i.exec(file)?.[0].toLowerCase() ?? ''

const bytesOf = (file: string): Promise<Uint8Array<ArrayBuffer>> =>
  whileOpen(
    () => slicesOfFile(file),
    ({ length, slice }) => slice(0, length),
  )

const openDocument = async (file: string): Promise<Opened> => {
  const bytes = await bytesOf(file)
  const json = parsedJson(file, bytes)
  const document = isRecord(json) && Object.hasOwn(json, documentKey) ? own(json, documentKey) : json
  const network = orThrow(readNetwork(document, {}), file)
  return { form: 'network', network, beside: await toldBeside(document), tensors: [], bytes: bytes.length }
}

/** The tensors of a file in the safetensors format, of which only the header is read. */
const openTensors = (file: string): Promise<Extract<Opened, { form: 'tensors' }>> =>
  whileOpen(
    () => slicesOfFile(file),
    async slices => {
      const { entries, metadata } = await readHeader(slices, faultsOf(file))
      const tensors = entries.map(({ name, dtype, shape, begin, end }) => ({ name, dtype, shape, bytes: end - begin }))
      return { form: 'tensors', tensors, metadata, bytes: slices.length }
    },
  )

const openWeights = async (file: string, place: string): Promise<Opened> => {
  const opened = await openTensors(file)
  if (file === place && !Object.hasOwn(opened.metadata, documentKey)) return opened
  const [document, from] = await documentAt(asStored('joinery', place))
  const network = orThrow(readNetwork(document, {}), from)
  return { form: 'network', network, beside: await toldBeside(document), tensors: opened.tensors, bytes: opened.bytes }
}

/**
 * What a file or folder holds.
 *
 * @throws DocumentError, FileError or InvalidOption if it is none that can be read
 */
export const open = async (place: string): Promise<Opened> => {
  switch (extensionOf(place)) {
    case '.safetensors':
      return openWeights(place, place)
    case '.json':
      return openDocument(place)
    case '.onnx': {
      const bytes = await bytesOf(place)
      return { form: 'onnx', model: readOnnx(bytes, place), bytes: bytes.length }
    }
    case '': {
      const stored = asStored('joinery', place)
      if (stored.form === 'folder') return openWeights((await stored.file(weightsFile)).name, place)
    }
  }
  throw new InvalidOption({
    layer: 'joinery',
    option: 'file',
    expected: 'a .safetensors, .json or .onnx file, or a folder',
    got: place,
    remedy: 'For example: joinery inspect model.safetensors.',
  })
}
