import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { FiredrillError } from '../model/error.ts'
import { MAX_BYTES } from './yaml/cursor.ts'
import type { ConfigText } from './yaml/cursor.ts'
import { interpolate } from './deployment/workloads.ts'

/** The one place of lint that reads files. */
export interface Sources {
  texts: ConfigText[]
  problems: FiredrillError[]
  variables: Record<string, string>
  /** Those of .env.example alone: what a copy of it sets. */
  examples: Record<string, string>
  /** Folders of YAML files that were not read, by their name alone. */
  skipped: string[]
}

const CONFIG_FILE = /\.(ya?ml|json|rules|sh|tmpl|tpl|gotmpl)$/
/** Folders that hold no configuration of ours. */
const SKIPPED = /^(node_modules|\.git|\.terraform|\.vscode|\.idea|vendor|target|dist)$/
/** Of these, those that may well: what is left out there is said. */
const BUILT = /^(vendor|target|dist)$/
const MAX_FILES = 5_000

/** Files and folders -> texts. Every path that cannot be read is a problem; nothing is thrown for what lies on the disk. */
export async function readSources(paths: string[], cwd: string): Promise<Sources> {
  const sources: Sources = { texts: [], problems: [], variables: {}, examples: {}, skipped: [] }
  const seen = new Set<string>()
  for (const given of paths) {
    const absolute = path.resolve(cwd, given)
    try {
      const info = await stat(absolute)
      const before = sources.texts.length
      if (info.isDirectory()) await readFolder(absolute, cwd, sources, seen, 0)
      else if (info.isFile()) await readOne(absolute, cwd, sources, seen, info.size)
      else
        sources.problems.push(
          new FiredrillError('LINT_NOT_A_FILE', 'is neither a file nor a folder', {
            place: { file: given },
            next: 'Name a file or a folder.',
          }),
        )
      if (info.isDirectory() && sources.texts.length === before && sources.problems.length === 0) sources.problems.push(nothing(given))
    } catch (error) {
      sources.problems.push(unreadable(given, error, 'command line'))
    }
  }
  for (const folder of new Set(paths.flatMap((given) => [path.resolve(cwd, given), path.dirname(path.resolve(cwd, given))]))) {
    const [examples, own] = await Promise.all(['.env.example', '.env'].map((name) => readVariables(path.join(folder, name))))
    Object.assign(sources.examples, examples)
    Object.assign(sources.variables, examples, own)
  }
  return sources
}

export function nothing(where: string): FiredrillError {
  return new FiredrillError(
    'LINT_NO_CONFIG',
    'no configuration of Prometheus, Alertmanager, Promtail, Loki, the OTel Collector, Grafana, compose or Kubernetes was found',
    { place: { file: where }, next: 'Name the folder or the files that are deployed.' },
  )
}

/** A path that is not there is a mistake of the command line (2); of a file that is there and cannot be read nothing is known (3). */
function unreadable(file: string, error: unknown, of: 'command line' | 'folder' = 'folder'): FiredrillError {
  return of === 'command line' && error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? new FiredrillError('LINT_NOT_FOUND', 'no such file or folder', { place: { file }, next: 'Check the path.', cause: error })
    : new FiredrillError('LINT_UNREADABLE', `cannot be read: ${reason(error)}`, {
        exitCode: 3,
        place: { file },
        next: 'Check its permissions, and what it links to.',
        cause: error,
      })
}

async function readFolder(folder: string, cwd: string, sources: Sources, seen: Set<string>, depth: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const absolute = path.join(folder, entry.name)
    // Links are followed to files (ConfigMap volumes are links), not to folders: those may go round in circles.
    if (entry.isSymbolicLink() && !CONFIG_FILE.test(entry.name)) continue
    try {
      const info = entry.isSymbolicLink() ? await stat(absolute) : await lstat(absolute)
      if (info.isDirectory()) {
        if (entry.isSymbolicLink() || depth >= 20) continue
        if (!SKIPPED.test(entry.name)) await readFolder(absolute, cwd, sources, seen, depth + 1)
        else if (BUILT.test(entry.name) && (await holdsYaml(absolute))) sources.skipped.push(named(absolute, cwd))
      } else if (info.isFile() && CONFIG_FILE.test(entry.name)) {
        if (seen.size >= MAX_FILES) throw new Error(`more than ${MAX_FILES} files`)
        await readOne(absolute, cwd, sources, seen, info.size)
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      sources.problems.push(unreadable(named(absolute, cwd), error))
    }
  }
}

async function holdsYaml(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => [])
  return names.some((name) => /\.ya?ml$/.test(name))
}

function named(absolute: string, cwd: string): string {
  const relative = path.relative(cwd, absolute)
  return relative.startsWith('..') ? absolute : relative
}

async function readOne(absolute: string, cwd: string, sources: Sources, seen: Set<string>, size: number): Promise<void> {
  if (seen.has(absolute)) return
  seen.add(absolute)
  const file = named(absolute, cwd)
  if (size > MAX_BYTES) {
    sources.problems.push(
      new FiredrillError(
        'CONFIG_TOO_LARGE',
        `the file has ${Math.round(size / 1024 / 1024)} MiB; at most ${MAX_BYTES / 1024 / 1024} are read`,
        { place: { file }, next: 'Is it configuration? Name the right file, or split it.' },
      ),
    )
    return
  }
  const bytes = await readFile(absolute)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    sources.texts.push({ file, path: file, text, lineOffset: 0, columnOffset: 0 })
  } catch {
    sources.problems.push(
      new FiredrillError('CONFIG_BINARY', 'this is a binary file (not UTF-8), not configuration', {
        place: { file },
        next: 'Name a YAML or JSON file.',
      }),
    )
  }
}

async function readVariables(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const found: Record<string, string> = {}
  for (const [, name = '', value = ''] of text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/gm)) {
    const plain = value.trim().replace(/^(['"])(.*)\1$/, '$2')
    // What stands above is put in, unless it is in single quotes: https://docs.docker.com/compose/how-tos/environment-variables/env-file/
    found[name] = /^'/.test(value.trim()) || !plain.includes('${') ? plain : interpolate(plain, found)
  }
  return found
}

function reason(error: unknown): string {
  return error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)
}
