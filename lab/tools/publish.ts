import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { matches, partFolder, readManifest } from './cache.ts'
import type { Manifest, Surroundings } from './cache.ts'
import type { Part, ToolId } from './parts.ts'
import { libraryFolders } from './recipes/debian.ts'
import { askVersion, libraryEnv } from './tools.ts'
import { compareVersions, formatVersion, parseVersion } from './versions.ts'

/** Old builds kept beside the current one, for a second checkout or a step back in history. */
const KEPT_KEYS = 2

/**
 * Proves that what was made starts and is the version it should be, writes its manifest, and renames the folder to its final name:
 * a folder under its final name is complete, whenever the machine was switched off.
 */
export function publishPart(part: Part, around: Surroundings, out: string, seconds: number, ask: typeof askVersion = askVersion): Manifest {
  const libraries = part.recipe.kind === 'debian' && part.recipe.libraries ? libraryFolders(out) : []
  const env = libraryEnv(libraries.map((folder) => path.join(out, folder)))
  const tools: Manifest['tools'] = {}
  for (const [id, entry] of Object.entries(part.tools) as [ToolId, NonNullable<Part['tools'][ToolId]>][]) {
    const [file] = matches(out, entry.file)
    if (file === undefined) throw new Error(`the build made no ${entry.file}`)
    tools[id] = {
      path: path.relative(out, file),
      version: entry.version ?? toolVersionOf(part, id, file, env, ask) ?? Object.values(tools)[0]?.version ?? part.version,
    }
  }
  const folder = partFolder(part, around)
  const manifest: Manifest = {
    part: part.id,
    key: path.basename(folder),
    tools,
    libraries,
    seconds: Math.round(seconds),
    megabytes: Math.max(1, Math.round(sizeBytes(out) / 1e6)),
    finishedAt: new Date().toISOString(),
  }
  const file = openSync(path.join(out, 'manifest.json'), 'w')
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  fsyncSync(file)
  closeSync(file)
  rmSync(folder, { recursive: true, force: true })
  renameSync(out, folder)
  prune(path.dirname(folder), path.basename(folder))
  return manifest
}

/** Undefined for a script that does not know: it then has the version of the first tool of its part. */
function toolVersionOf(part: Part, id: ToolId, file: string, env: Record<string, string>, ask: typeof askVersion): string | undefined {
  const { kind } = part.recipe
  if (kind !== 'go' && kind !== 'xk6' && kind !== 'debian') return part.version
  const minimum = part.tools[id]?.installed?.minimum
  if (kind === 'debian' && minimum === undefined) return undefined
  const said = ask(file, id, env)
  const parsed = said === undefined ? undefined : parseVersion(said)
  if (said === undefined || parsed === undefined) throw new Error(`${path.basename(file)} does not start, or does not say its version`)
  if (kind !== 'debian') {
    const pinned = parseVersion(part.version) ?? []
    if (compareVersions(parsed, pinned) !== 0)
      throw new Error(`${path.basename(file)} says it is ${said}, but ${formatVersion(pinned)} was to be built`)
  } else if (minimum !== undefined && compareVersions(parsed, minimum) < 0) {
    throw new Error(
      `this distribution has ${part.title} ${said}, but ${formatVersion(minimum)} or newer is needed: install a newer one, so that it is found on PATH`,
    )
  }
  return said
}

function prune(root: string, current: string): void {
  const others = readdirSync(root)
    .filter((name) => name !== current && readManifest(path.join(root, name)) !== undefined)
    .sort((a, b) => statSync(path.join(root, b)).mtimeMs - statSync(path.join(root, a)).mtimeMs)
  for (const name of others.slice(KEPT_KEYS)) rmSync(path.join(root, name), { recursive: true, force: true })
}

function sizeBytes(folder: string): number {
  if (!existsSync(folder)) return 0
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(path.join(entry.parentPath, entry.name)).size, 0)
}
