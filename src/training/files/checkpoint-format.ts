import { DocumentError, show } from '../../base/errors.ts'
import { isRecord, own } from '../../base/trees.ts'
import { fromJson, type Plain, toJson } from '../../storage/json.ts'
import { decodeSafetensors, encodeSafetensors, type Storable, type StoredTensor } from '../../storage/safetensors.ts'

// A checkpoint is two files: the tensors, and a JSON document of everything else, which also says what the tensors' bytes
// are. It is complete where both are there and neither has changed since.

/** What a checkpoint holds. */
export interface Saved<T = StoredTensor> {
  readonly tensors: Readonly<Record<string, T>>
  /** Everything else. */
  readonly content: Readonly<Record<string, Plain>>
}

export const tensorsFile = 'state.safetensors'
export const documentFile = 'state.json'

/** What tells a document from others, and which form it has. */
const format = 'joinery checkpoint'
export const version = 1

const hash = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}
const hashOfText = (text: string): Promise<string> => hash(new TextEncoder().encode(text))

/** The files of a checkpoint, by name, in the order in which they are to be written. */
export const encodeCheckpoint = async ({
  tensors,
  content,
}: Saved<Storable>): Promise<Readonly<Record<string, Uint8Array>>> => {
  const bytes = encodeSafetensors(tensors)
  const body = toJson({ ...content, tensors: { file: tensorsFile, bytes: bytes.length, sha256: await hash(bytes) } })
  const document = { format, version, sha256: await hashOfText(JSON.stringify(body)), body }
  return { [tensorsFile]: bytes, [documentFile]: new TextEncoder().encode(`${JSON.stringify(document, null, 1)}\n`) }
}

const remedy = 'Take another checkpoint.'

/**
 * What the files of a checkpoint hold.
 *
 * @param read gives a file's bytes; `undefined` where there is none
 * @param folder for errors
 * @throws DocumentError if a file is missing, cut off, changed or another
 */
export const decodeCheckpoint = async (
  folder: string,
  read: (file: string) => Promise<Uint8Array<ArrayBuffer> | undefined>,
): Promise<Saved & { readonly hash: string }> => {
  const fault = (file: string, expected: string, got: string) =>
    new DocumentError({ file: `${folder}/${file}`, expected, got, remedy })
  const text = await read(documentFile)
  if (text === undefined) throw fault(documentFile, 'a file', 'none')
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch {
    throw fault(documentFile, 'a document in JSON', `${text.length} bytes that are none`)
  }
  const of = (name: string): unknown => (isRecord(document) ? own(document, name) : undefined)
  if (of('format') !== format) throw fault(documentFile, `a document with format '${format}'`, show(of('format')))
  if (of('version') !== version) throw fault(documentFile, `version ${version}`, show(of('version')))
  const body = of('body')
  const sum = isRecord(body) ? await hashOfText(JSON.stringify(body)) : ''
  if (of('sha256') !== sum) throw fault(documentFile, 'the document that was written', 'one that has changed')
  const { tensors: file, ...content } = fromJson(body as Plain) as Readonly<Record<string, Plain>>
  const bytes = await read(tensorsFile)
  if (bytes === undefined) throw fault(tensorsFile, 'a file', 'none')
  const wanted = isRecord(file) ? file : {}
  if (own(wanted, 'bytes') !== bytes.length)
    throw fault(tensorsFile, `${show(own(wanted, 'bytes'))} bytes`, String(bytes.length))
  if (own(wanted, 'sha256') !== (await hash(bytes))) throw fault(tensorsFile, 'the bytes that were written', 'others')
  return { tensors: decodeSafetensors(bytes, { file: `${folder}/${tensorsFile}` }).tensors, content, hash: sum }
}
