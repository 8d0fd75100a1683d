// TFRecord files (https://www.tensorflow.org/tutorials/load_data/tfrecord): each record is its length as an unsigned 64-bit
// integer, a checksum of that, its bytes, and a checksum of them, all little-endian.

/** The remainders of the 256 bytes by Castagnoli's polynomial, bits reversed. */
const remainders: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1
  return remainder
})

/** The checksum CRC-32C of bytes (Castagnoli et al. 1993), as in iSCSI. */
export const crc32c = (bytes: Uint8Array): number => {
  let remainder = 0xffffffff
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (remainders[(remainder ^ byte) & 255] as number)
  return (remainder ^ 0xffffffff) >>> 0
}

/** Masked, because the CRC of data that contains its own CRC is always the same. */
const masked = (checksum: number): number => (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0

/** Bytes as one record of a file. */
export const tfRecord = (data: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(16 + data.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, masked(crc32c(data)), true)
  return bytes
}
