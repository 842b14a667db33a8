import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freeBytes, MEGABYTE, whyNotBelow } from '../drivers/disk-driver.ts'
import { defineFault, notPossible, notSteady, offered } from '../fault.ts'

/** How often it writes: a curve of small steps, as a file that grows. */
const STEP_MS = 100

export const fillDiskFault = defineFault({
  meta: {
    id: 'fill-disk',
    title: 'Let a file grow at a steady rate below a folder that the target allows',
    needs: ['disk'],
    blastRadius: 'All that writes to the same file system has less room, never less than freeMegabytes of the part.',
    undone: 'Its folder and the file in it are gone.',
    params: {
      megabytesPerS: { kind: 'number', default: 10, min: 0.1, max: 1_000, title: 'megabytes (1e6 bytes) a second' },
      megabytes: {
        kind: 'integer',
        default: 512,
        min: 1,
        max: 100_000,
        title: 'it stops growing at this size, at most what the part allows',
      },
    },
  },
  async prepare(part, params, context) {
    const { folder, maxMegabytes, freeMegabytes } = offered(part, 'disk')
    if (params.megabytes > maxMegabytes) throw notPossible(`${part.name} allows ${maxMegabytes} MB, not ${params.megabytes}`)
    const wrong = await whyNotBelow(folder)
    if (wrong !== null) throw notPossible(wrong)
    const freeAtFirst = (await freeBytes(folder)) / MEGABYTE
    if (freeAtFirst - params.megabytes < freeMegabytes)
      throw notSteady(
        `${folder} has ${Math.floor(freeAtFirst)} MB free: with ${params.megabytes} MB more, less than ${freeMegabytes} MB would be left`,
      )
    const own = join(folder, `firedrill-${context.token}`)
    const file = join(own, 'fill')
    return {
      undo: { driver: 'disk', state: 'absent', folder: own, file },
      async apply() {
        await mkdir(own, { mode: 0o700 })
        await context.step('apply:folder')
        const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
        const startedMs = Date.now()
        const growth = grow(handle, { ...params, own, floor: freeMegabytes * MEGABYTE }, context.signal)
        const stop = async (): Promise<void> => {
          growth.stop()
          await growth.ended
          await handle.close()
        }
        try {
          await growth.begun
          await context.step('apply:growing')
          const { size } = await handle.stat()
          if (size === 0) throw new Error(`${file} is empty after the first write`)
          return { startedMs, detail: `${file} grows by ${params.megabytesPerS} MB a second, to ${params.megabytes} MB at most`, stop }
        } catch (error) {
          await stop()
          throw error
        }
      },
    }
  },
})

interface Growth {
  megabytesPerS: number
  megabytes: number
  own: string
  /** Bytes that stay free. */
  floor: number
}

/** Writes as much as is due by the clock. Ends at the size, at the floor, when the file has no name any more, and when it is stopped. */
function grow(
  handle: FileHandle,
  { megabytesPerS, megabytes, own, floor }: Growth,
  signal: AbortSignal,
): { begun: Promise<void>; ended: Promise<void>; stop(): void } {
  const first = Promise.withResolvers<void>()
  const stopped = new AbortController()
  const either = AbortSignal.any([signal, stopped.signal])
  // Random: a file system that compresses would store zeros in nothing.
  const block = randomBytes(MEGABYTE)
  const fromMs = performance.now()
  const work = async (): Promise<void> => {
    let written = 0
    while (!either.aborted) {
      const due = Math.min(megabytes * MEGABYTE, Math.ceil(((performance.now() - fromMs + STEP_MS) / 1_000) * megabytesPerS * MEGABYTE))
      while (written < due && !either.aborted) {
        const length = Math.min(block.length, due - written)
        // Undone by the watchdog while this process hung: a file without a name must not grow. Never below the floor, also while others
        // write.
        if ((await handle.stat()).nlink === 0 || (await freeBytes(own)) - length < floor) return
        written += (await handle.write(block, 0, length)).bytesWritten
        first.resolve()
      }
      if (written >= megabytes * MEGABYTE) return
      await delay(STEP_MS, undefined, { signal: either }).catch(() => undefined)
    }
  }
  const ended = work().then(
    () => first.reject(new Error('nothing could be written')),
    (error: unknown) => first.reject(error),
  )
  first.promise.catch(() => undefined)
  return { begun: first.promise, ended, stop: () => stopped.abort() }
}
