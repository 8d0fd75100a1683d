/** A safetensors file, made by hand: any header, as a text or as what JSON makes of a value, and bytes behind it. */
export const fileOf = (
  header: unknown,
  elements: readonly number[] | Uint8Array = [],
  length?: bigint,
): Uint8Array<ArrayBuffer> => {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + elements.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(elements, 8 + text.length)
  return bytes
}

/** The bytes of a typed array. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
