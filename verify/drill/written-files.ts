import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Change } from '../init/changes.ts'

/** The text of a file of the folder; undefined where there is none. What is no plain file has a text that no init has written. */
export function existingText(folder: string): (file: string) => string | undefined {
  return (file) => {
    try {
      const at = path.join(folder, file)
      return lstatSync(at).isFile() ? readFileSync(at, 'utf8') : ''
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
      throw error
    }
  }
}

/** YAML files of a folder below `out`; none where there is no such folder. */
export function yamlFilesIn(out: string, folder: string): string[] {
  try {
    return readdirSync(path.join(out, folder)).flatMap((name) => (/\.ya?ml$/.test(name) ? [path.join(folder, name)] : []))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

/** Writes what is new or may be rewritten, each file whole or not at all; a file that appeared meanwhile stays as it is. */
export async function writeChanges(folder: string, changes: readonly Change[]): Promise<{ refused: string[] }> {
  const refused: string[] = []
  for (const { path: file, what, text } of changes) {
    if (what !== 'created' && what !== 'rewritten') continue
    const at = path.join(folder, file)
    await mkdir(path.dirname(at), { recursive: true })
    const fresh = path.join(path.dirname(at), `.${path.basename(at)}.${process.pid}.fresh`)
    await writeFile(fresh, text, { flag: 'wx' })
    try {
      // A link is made only where nothing is.
      if (what === 'created') await link(fresh, at)
      else await rename(fresh, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      refused.push(file)
    } finally {
      await rm(fresh, { force: true })
    }
  }
  return { refused }
}
