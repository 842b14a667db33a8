import { createHash, randomBytes } from 'node:crypto'
import { createServer, connect, type Server } from 'node:net'
import { open, readdir, realpath, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Lock {
  release(): Promise<void>
}

/**
 * Exclusive lock on a path, or null when a process (this one included) holds it. It is made of bound sockets, because the kernel closes
 * these at the very moment the holder dies, kill -9 included: a lock file would have to be guessed stale, and two takers could both guess
 * (https://man7.org/linux/man-pages/man7/unix.7.html).
 *
 * An abstract socket decides at once, among the processes of one network namespace; containers and `unshare -n` have others. Among
 * those a socket file beside the path does, `PATH.RANDOM`: each taker listens on its own before it asks all others, so of two at least the
 * later one hears of the other and gives up. Rejects where the folder is missing or not writable.
 */
export async function tryLock(path: string): Promise<Lock | null> {
  const folder = await realpath(dirname(path))
  const name = basename(path)
  const here = await listening(`\0firedrill-lock-${createHash('sha256').update(join(folder, name)).digest('hex').slice(0, 40)}`)
  if (here === null) return null
  const own = `${name}.${randomBytes(6).toString('hex')}`
  let directory: FileHandle | undefined
  let everywhere: Server | null = null
  const release = async (): Promise<void> => {
    if (everywhere !== null) await close(everywhere)
    await rm(join(folder, own), { force: true })
    await directory?.close()
    await close(here)
  }
  try {
    // By its descriptor: the path of a socket has 107 bytes, that of a folder may have more.
    const { fd } = (directory = await open(folder, 'r'))
    const within = (file: string): string => `/proc/self/fd/${fd}/${file}`
    everywhere = await listening(within(own)).catch(unlessFull)
    const others = (await readdir(folder)).filter((file) => file !== own && file.startsWith(`${name}.`) && SUFFIX.test(file))
    for (const other of others) {
      if (await answers(within(other))) {
        await release()
        return null
      }
      await rm(join(folder, other), { force: true })
    }
  } catch (error) {
    await release()
    throw error
  }
  return { release }
}

/** A full disk must hinder no undo; one that holds the lock with a socket file of its own is heard of all the same. */
function unlessFull(error: unknown): null {
  if (error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code))) return null
  throw error
}

const SUFFIX = /\.[0-9a-f]{12}$/

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

/** null: the address is another's. */
function listening(address: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(address, () => resolve(server.unref()))
  })
}

/** Whether a process may listen there: a socket file whose process has died refuses. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
