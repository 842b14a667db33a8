import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Lock {
  release(): Promise<void>
}

/**
 * Exclusive lock on a path, or null when a process (this one included) holds it.
 * It is a bound abstract socket, because the kernel frees that at the very moment the holder dies, kill -9 included: a lock
 * file would have to be guessed stale, and two takers could both guess (https://man7.org/linux/man-pages/man7/unix.7.html).
 */
export async function tryLock(path: string): Promise<Lock | null> {
  const resolved = join(await realpath(dirname(path)), basename(path))
  const name = `\0firedrill-lock-${createHash('sha256').update(resolved).digest('hex').slice(0, 40)}`
  const server = createServer((socket) => socket.destroy())
  const bound = await new Promise<Server | null>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(name, () => resolve(server))
  })
  if (bound === null) return null
  bound.unref()
  return { release: () => new Promise((resolve) => bound.close(() => resolve())) }
}

/** Like tryLock, but waits for the holder; rejects after waitMs. */
export async function lock(path: string, waitMs: number): Promise<Lock> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const held = await tryLock(path)
    if (held !== null) return held
    if (performance.now() >= deadline) throw new Error(`${path} is still locked by another process after ${waitMs} ms`)
    await delay(20)
  }
}
