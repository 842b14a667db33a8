import { lstat, realpath, rmdir, statfs, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Undo, UndoDriver } from '../undo-record.ts'

type DiskUndo = Extract<Undo, { driver: 'disk' }>

export const MEGABYTE = 1e6

/** What is free for this user on the file system of a folder, in bytes, as node_filesystem_avail_bytes has it. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Null for a folder that is there and has no symbolic link in its path, so that what is written below it stays there; else why not. */
export async function whyNotBelow(folder: string): Promise<string | null> {
  try {
    if (!(await lstat(folder)).isDirectory()) return `${folder} is no folder`
    const real = await realpath(folder)
    return real === resolve(folder) ? null : `${folder} leads by a symbolic link to ${real}`
  } catch (error) {
    return `${folder}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`
  }
}

export const diskUndo: UndoDriver<DiskUndo> = {
  async restore({ folder, file }) {
    if ((await lstat(folder).catch(ignoreAbsent)) === undefined) return
    // A link in the place of our folder leads to what is not ours.
    const wrong = await whyNotBelow(folder)
    if (wrong !== null) throw new Error(`${wrong}: nothing was removed`)
    await unlink(file).catch(ignoreAbsent)
    // Fails where others have put something into it: a person has to look.
    await rmdir(folder).catch(ignoreAbsent)
  },
  async readBack({ folder }) {
    const there = await lstat(folder).catch(ignoreAbsent)
    return there === undefined ? null : `${folder} is still there`
  },
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
