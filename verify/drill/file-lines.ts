import { open } from 'node:fs/promises'

/** Larger than nearly every line of a journal. */
const CHUNK_BYTES = 256 * 1024
const NEWLINE = 0x0a

/**
 * The lines of a file of any size. Only a newline ends one: node:readline takes U+2028 for an end as well, which JSON leaves as it is. One
 * buffer is read into again and again: of a gigabyte the others would be garbage that is collected late.
 */
export async function* fileLines(file: string): AsyncGenerator<string> {
  const handle = await open(file)
  try {
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    // What is read and belongs to no whole line yet.
    let held = 0
    for (;;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)])
      const { bytesRead } = await handle.read(buffer, held, buffer.length - held)
      if (bytesRead === 0) break
      const end = held + bytesRead
      let from = 0
      for (let to = buffer.indexOf(NEWLINE, held); to !== -1 && to < end; to = buffer.indexOf(NEWLINE, from)) {
        yield buffer.toString('utf8', from, to)
        from = to + 1
      }
      buffer.copyWithin(0, from, end)
      held = end - from
    }
    if (held > 0) yield buffer.toString('utf8', 0, held)
  } finally {
    await handle.close()
  }
}
