import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { FiredrillError } from '../model/error.ts'

/** 2026-11-22T14-35-47Z-3fa2: sorts by time, unique for drills of the same second. */
export function newRunId(nowMs: number, random: string): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}Z-${random}`
}

/** A run is never overwritten. @throws FiredrillError RUN_EXISTS (exit code 2) */
export function requireNoRun(folder: string): void {
  if (existsSync(join(folder, 'journal.ndjson')))
    throw new FiredrillError('RUN_EXISTS', `${folder} already holds a run`, { next: 'Give another folder by --out.' })
}

/** Makes the folder of one run. */
export function makeRunFolder(folder: string): string {
  const path = resolve(folder)
  requireNoRun(path)
  mkdirSync(path, { recursive: true })
  return path
}

/** reports/latest -> the run; replaced atomically, so that a reader never finds it missing. */
export function pointLatestAt(folder: string): void {
  const link = join(dirname(folder), 'latest')
  const fresh = `${link}.${process.pid}`
  rmSync(fresh, { force: true })
  symlinkSync(basename(folder), fresh)
  renameSync(fresh, link)
}

export function writeJson(folder: string, name: string, value: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
}

/** A run given by its folder, as seen from `cwd`; the error says what was looked for. */
export function findRun(folder: string, cwd: string = process.cwd()): string {
  const path = resolve(cwd, folder)
  if (!existsSync(join(path, 'journal.ndjson'))) {
    throw new FiredrillError('RUN_NOT_FOUND', `${folder} holds no run (no journal.ndjson)`, {
      next: 'Give a folder below reports/, for example reports/latest.',
    })
  }
  return path
}
