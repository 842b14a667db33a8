import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'
import { IS_PACKAGE } from '../../verify/tool/tool-files.ts'
import { cachedPart, findExecutable, surroundings } from './cache.ts'
import type { Surroundings } from './cache.ts'
import { TOOL_IDS, isToolId, partOf } from './parts.ts'
import type { ToolEntry, ToolId } from './parts.ts'
import { compareVersions, formatVersion, parseVersion } from './versions.ts'

export { TOOL_IDS, isToolId }
export type { ToolId }

/**
 * Where each program of the lab is. In order: the file named by FIREDRILL_TOOL_<ID> (say FIREDRILL_TOOL_PROMTOOL=/opt/promtool), what
 * `firedrill setup` made, what was installed by other means and is new enough. FIREDRILL_SYSTEM_TOOLS=never leaves the last out.
 */
export interface FoundTool {
  id: ToolId
  /** Absolute. A program, a jar, a script, or (kafka) a folder of jars. */
  path: string
  /** What the program said, or what it was built from. */
  version: string
  source: 'environment' | 'setup' | 'installed' | 'checkout'
  /** To be added to the environment of the process. */
  env: Record<string, string>
}

const found = new Map<ToolId, FoundTool>()

/** Absolute path; throws SETUP_MISSING (exit code 3) when the tool is not there. */
export function toolPath(id: ToolId): string {
  return need(id).path
}

/** Absolute path, or undefined when the tool is not there. */
export function findTool(id: ToolId): string | undefined {
  return locate(id)?.path
}

/** What must be added to the environment of the process (LD_LIBRARY_PATH for unpacked packages); empty for most. Throws like toolPath. */
export function toolEnv(id: ToolId): Record<string, string> {
  return need(id).env
}

/**
 * The folder that plays `/usr` for this tool: MariaDB wants it as `--basedir`. The tool's own folder without its `bin` or `sbin`.
 * Throws like toolPath.
 */
export function toolPrefix(id: ToolId): string {
  const folder = path.dirname(need(id).path)
  return /^s?bin$/.test(path.basename(folder)) ? path.dirname(folder) : folder
}

/** Of those that `firedrill setup` makes when it is not asked for one by name. */
export function missingTools(ids: readonly ToolId[] = TOOL_IDS.filter((id) => partOf(id).extra !== true)): ToolId[] {
  return ids.filter((id) => locate(id) === undefined)
}

/** Setup changes what is there. */
export function forgetFoundTools(): void {
  found.clear()
}

function need(id: ToolId): FoundTool {
  const tool = locate(id)
  if (tool !== undefined) return tool
  const part = partOf(id)
  const name = part.id === id ? id : `${id} (part of ${part.title})`
  throw new FiredrillError('SETUP_MISSING', `${name} is not installed`, { exitCode: 3, next: remedyFor([id]) })
}

/** What to do about programs that are missing: only a checkout can build them. */
export function remedyFor(ids: readonly ToolId[], isPackage = IS_PACKAGE): string {
  if (!isPackage) return 'type: npm run setup'
  const wanted = ids.map((id) => {
    const minimum = partOf(id).tools[id]?.installed?.minimum
    return minimum === undefined ? id : `${id} (${formatVersion(minimum)} or newer)`
  })
  return `Put ${wanted.join(', ')} on the PATH, or name the file: ${ids.map((id) => `${overrideName(id)}=FILE`).join(' ')}`
}

function locate(id: ToolId): FoundTool | undefined {
  const known = found.get(id)
  if (known !== undefined) return known
  const tool = locateTool(id, surroundings())
  if (tool !== undefined) found.set(id, tool)
  return tool
}

/** As findTool, without memory and for any surroundings. */
export function locateTool(id: ToolId, around: Surroundings): FoundTool | undefined {
  const part = partOf(id)
  const named = around.env[overrideName(id)]
  if (named !== undefined && named !== '') {
    if (!existsSync(named))
      throw new FiredrillError('SETUP_MISSING', `${overrideName(id)} names ${named}, which does not exist`, {
        exitCode: 3,
        next: `correct or unset ${overrideName(id)}`,
      })
    return { id, path: path.resolve(named), version: askVersion(path.resolve(named), id) ?? 'unknown', source: 'environment', env: {} }
  }
  if (part.recipe.kind === 'script') {
    const script = path.join(around.checkout, part.recipe.file)
    return !existsSync(script) ? undefined : { id, path: script, version: part.version, source: 'checkout', env: {} }
  }
  const cached = cachedPart(part, around)
  const made = cached?.manifest.tools[id]
  if (cached !== undefined && made !== undefined) {
    return {
      id,
      path: path.join(cached.folder, made.path),
      version: made.version,
      source: 'setup',
      env: libraryEnv(cached.manifest.libraries.map((folder) => path.join(cached.folder, folder))),
    }
  }
  const entry = part.tools[id]
  return around.useInstalled && entry !== undefined ? locateInstalled(id, entry, around) : undefined
}

/** The first installed program that is new enough. */
function locateInstalled(id: ToolId, entry: ToolEntry, around: Surroundings): FoundTool | undefined {
  if (entry.installed === undefined) return undefined
  for (const file of findExecutable(entry.installed.names, around.searchPath)) {
    const { minimum } = entry.installed
    if (minimum === undefined) return { id, path: file, version: 'installed', source: 'installed', env: {} }
    const version = askVersion(file, id)
    const parsed = version === undefined ? undefined : parseVersion(version)
    if (version !== undefined && parsed !== undefined && compareVersions(parsed, minimum) >= 0)
      return { id, path: file, version, source: 'installed', env: {} }
  }
  return undefined
}

/** FIREDRILL_TOOL_REDIS_SERVER for redis-server. */
export function overrideName(id: ToolId): string {
  return `FIREDRILL_TOOL_${id.toUpperCase().replaceAll('-', '_')}`
}

export function libraryEnv(folders: readonly string[]): Record<string, string> {
  return folders.length === 0 ? {} : { LD_LIBRARY_PATH: folders.join(':') }
}

/** Arguments that make a program print its version; the rest understand --version. */
const VERSION_ARGUMENTS: Partial<Record<ToolId, readonly string[]>> = {
  k6: ['version'],
  jaeger: ['version'],
  nginx: ['-v'],
  kube: ['kubectl', 'version', '--client'],
}

/** The version in a program's own words, as dotted numbers; undefined when it does not start or does not say. */
export function askVersion(file: string, id: ToolId, env: Record<string, string> = {}): string | undefined {
  // Some print to stderr, and redis_exporter needs no store for it; 10 s because a first start from a cold disk takes seconds.
  const answer = spawnSync(file, VERSION_ARGUMENTS[id] ?? ['--version'], {
    encoding: 'utf8',
    timeout: 10_000,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (answer.error !== undefined) return undefined
  const parsed = parseVersion(`${answer.stdout}\n${answer.stderr}`)
  return parsed === undefined ? undefined : formatVersion(parsed)
}
