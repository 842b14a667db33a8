/** The largest size of a number whose distance to another of its kind still fits into LONGEST bytes, sign included. */
const LARGEST = 2 ** 50
/** Bytes of the longest number. */
export const LONGEST = 8

/** Whether a number may be written as its distance to another. */
export function isWhole(value: number): boolean {
  return Number.isInteger(value) && value <= LARGEST && value >= -LARGEST && !Object.is(value, -0)
}

/** Writes a whole number, not below 0: seven bits a byte, the lowest first; the eighth says that more follow. Where the next one goes. */
export function writeWhole(bytes: number[] | Uint8Array, at: number, value: number): number {
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes[at++] = (left % 0x80) + 0x80
  bytes[at] = left
  return at + 1
}

/** Small whole numbers, also below 0, as small ones that are not. */
export function withoutSign(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

export function withSign(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2
}

/** Reads what was written, one number after the other. */
export class ByteReader {
  private at = 0
  private readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get isOver(): boolean {
    return this.at >= this.bytes.length
  }

  whole(): number {
    let byte = this.bytes[this.at++] ?? 0
    if (byte < 0x80) return byte
    let [value, scale] = [byte - 0x80, 0x80]
    do {
      byte = this.bytes[this.at++] ?? 0
      value += (byte % 0x80) * scale
      scale *= 0x80
    } while (byte >= 0x80)
    return value
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0
  }
}

const SHELF_BYTES = 64 * 1024
let shelf = new Uint8Array(0)
let taken = 0

/** A copy of a few bytes, in a buffer that it shares with others: one of its own takes 300 bytes more. */
export function shelved(bytes: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  if (bytes.length > SHELF_BYTES / 4) return Uint8Array.from(bytes)
  if (taken + bytes.length > shelf.length) {
    shelf = new Uint8Array(SHELF_BYTES)
    taken = 0
  }
  const own = shelf.subarray(taken, taken + bytes.length)
  own.set(bytes)
  taken += bytes.length
  return own
}
