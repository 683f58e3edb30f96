import { hash } from 'node:crypto'

export interface Bytes {
  byte(value: number): void
  int4(value: number): void
  int8(value: bigint): void
  /** As it is: only for what always has one length. */
  raw(value: Uint8Array): void
  /** UTF-8, preceded by its length, so that two texts never read as another two. */
  counted(text: string): void
  /** SHA-256 of what was written, and begins anew. */
  digest(): Buffer
}

/** Where bytes to be hashed are put together. Kept and used again, since a hash of one piece costs the least. */
export const createBytes = (): Bytes => {
  let buffer = Buffer.allocUnsafe(1024)
  let end = 0

  const reserve = (size: number): void => {
    if (end + size <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + size))
    buffer.copy(larger, 0, 0, end)
    buffer = larger
  }

  return {
    byte(value) {
      reserve(1)
      end = buffer.writeUInt8(value, end)
    },
    int4(value) {
      reserve(4)
      end = buffer.writeInt32BE(value, end)
    },
    int8(value) {
      reserve(8)
      end = buffer.writeBigInt64BE(value, end)
    },
    raw(value) {
      reserve(value.length)
      buffer.set(value, end)
      end += value.length
    },
    counted(text) {
      reserve(4 + text.length * 3)
      const size = buffer.write(text, end + 4)
      buffer.writeInt32BE(size, end)
      end += 4 + size
    },
    digest() {
      const written = buffer.subarray(0, end)
      end = 0
      return hash('sha256', written, 'buffer')
    },
  }
}
