import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { TOOL_ROOT } from '../../verify/tool/tool-files.ts'
import type { Part, ToolId } from './parts.ts'
import { recipeInputs } from './recipe-inputs.ts'

/**
 * The cache: `<root>/<part>/<key>/` holds a finished part and its manifest.json, nothing half-made.
 * The key is a hash of all that could change the part, so a newer checkout never runs an older build.
 */

/** The folder that holds package.json. */
export const CHECKOUT = TOOL_ROOT

export interface Manifest {
  part: string
  key: string
  /** Path relative to the part's folder, and what the program says its version is. */
  tools: Partial<Record<ToolId, { path: string; version: string }>>
  /** Folders of shared libraries, relative to the part's folder. */
  libraries: string[]
  seconds: number
  megabytes: number
  /** ISO time, UTC. */
  finishedAt: string
}

/** Where a checkout and its cache are; tests hand in others. */
export interface Surroundings {
  checkout: string
  cacheRoot: string
  /** Where programs are looked for that were installed by other means, in order. */
  searchPath: readonly string[]
  /** False: programs found on the search path are not used. */
  useInstalled: boolean
  /** Platform, machine and release: a part built here does not run elsewhere. */
  platform: string
  env: NodeJS.ProcessEnv
}

let known: Surroundings | undefined

/** What this process runs in; looked at once. */
export function surroundings(): Surroundings {
  known ??= readSurroundings(process.env)
  return known
}

function readSurroundings(env: NodeJS.ProcessEnv, checkout = CHECKOUT): Surroundings {
  return {
    checkout,
    cacheRoot: cacheRoot(env),
    searchPath: searchPath(env),
    useInstalled: env['FIREDRILL_SYSTEM_TOOLS'] !== 'never',
    platform: `${process.platform}-${process.arch}-${release()}`,
    env,
  }
}

/** `$XDG_CACHE_HOME/firedrill`, or `~/.cache/firedrill`. A relative XDG_CACHE_HOME is ignored, as its specification demands. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME']
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(env['HOME'] ?? homedir(), '.cache')
  return path.join(base, 'firedrill')
}

/** PATH, then where Debian puts servers, which a person's PATH rarely holds. */
export function searchPath(env: NodeJS.ProcessEnv): string[] {
  const fromEnv = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const postgres = matches('/', 'usr/lib/postgresql/*/bin')
  return [...new Set([...fromEnv, '/usr/local/sbin', '/usr/sbin', '/sbin', ...postgres])]
}

function release(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8')
    const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
    return `${field('ID')}${field('VERSION_ID')}`
  } catch {
    return 'unknown'
  }
}

/** 12 hex digits over the recipe, its flags, the files it is made from and the platform. */
export function partKey(part: Part, around: Surroundings): string {
  const hash = createHash('sha256')
  const add = (text: string | Buffer) => {
    hash.update(String(text.length)).update('\0').update(text).update('\0')
  }
  const inputs = recipeInputs(part.recipe)
  add(JSON.stringify([part.id, part.version, part.recipe, inputs.flags, around.platform]))
  for (const folder of inputs.folders) {
    for (const file of filesUnder(path.join(around.checkout, folder))) {
      add(file)
      add(readFileSync(path.join(around.checkout, folder, file)))
    }
  }
  return hash.digest('hex').slice(0, 12)
}

/** Files that can take part in a build, sorted; build output and dot files are left out. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some((name) => name === 'target' || name.startsWith('.')))
    .sort()
}

export const ROOT_POSTGRES_CACHE = '/var/cache/firedrill'

/**
 * PostgreSQL refuses to run as root, so root starts it as another user, who cannot enter a home folder closed to others.
 * Then, and only for it, the cache is outside of that home.
 */
export function partRoot(part: Part, around: Surroundings, isRoot = process.getuid?.() === 0): string {
  if (part.id === 'postgres' && isRoot && !openToAll(around.cacheRoot)) return path.join(ROOT_POSTGRES_CACHE, part.id)
  return path.join(around.cacheRoot, part.id)
}

function openToAll(folder: string): boolean {
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false
  }
  return true
}

export function partFolder(part: Part, around: Surroundings): string {
  return path.join(partRoot(part, around), partKey(part, around))
}

export function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Manifest
  } catch {
    return undefined
  }
}

/** The finished part in the cache, if every file its manifest names is there. */
export function cachedPart(part: Part, around: Surroundings): { folder: string; manifest: Manifest } | undefined {
  const folder = partFolder(part, around)
  const manifest = readManifest(folder)
  if (manifest === undefined) return undefined
  const complete = (Object.keys(part.tools) as ToolId[]).every((tool) => {
    const entry = manifest.tools[tool]
    return entry !== undefined && existsSync(path.join(folder, entry.path))
  })
  return complete ? { folder, manifest } : undefined
}

/** Paths under `folder` that fit a pattern whose `*` is one whole segment, highest number first. */
export function matches(folder: string, pattern: string): string[] {
  let found = [folder]
  for (const segment of pattern.split('/')) {
    found = found.flatMap((at) => {
      if (segment !== '*') return existsSync(path.join(at, segment)) ? [path.join(at, segment)] : []
      try {
        return readdirSync(at).map((name) => path.join(at, name))
      } catch {
        return []
      }
    })
  }
  return found.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
}

/** The first executable file of one of these names on the search path. */
export function findExecutable(names: readonly string[], folders: readonly string[]): string[] {
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .filter((file) => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })
}
