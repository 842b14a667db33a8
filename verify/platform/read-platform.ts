/** Which platform is meant, and what its firedrill.yaml says. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Unit } from '../model/param.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { TraceSpec } from '../model/spec.ts'
import { child, openSource, problem } from '../spec/reader.ts'
import { formatError } from '../text/error-text.ts'
import { present } from '../text/present.ts'
import { switchedOn } from '../text/switched-on.ts'
import { PLATFORM } from './platform-keys.ts'
import { scriptsOf } from './platform-scripts.ts'
import { toolFile } from '../tool/tool-files.ts'

const NAME = 'firedrill.yaml'

export type Form = NonNullable<TraceSpec['form']>
type Where = Pick<CommandIo, 'cwd' | 'platform' | 'stderr'>

/** firedrill.yaml: the one that is named, else the nearest above the working folder, else that of the tool's own checkout. */
export function findPlatform({ cwd, platform }: Pick<Where, 'cwd' | 'platform'>): { file: string; isFound: boolean } | undefined {
  if (platform !== undefined) {
    const named = resolve(cwd, platform)
    const file = basename(named) === NAME ? named : join(named, NAME)
    if (existsSync(file)) return { file, isFound: true }
    throw new FiredrillError('PLATFORM_UNREADABLE', `${platform} holds no ${NAME}`, {
      next: `Name a folder with a ${NAME} by --platform; an empty file is enough.`,
    })
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = join(folder, NAME)
    if (existsSync(file)) return { file, isFound: true }
    if (folder === dirname(folder)) break
  }
  const own = toolFile(NAME)
  return existsSync(own) ? { file: own, isFound: false } : undefined
}

/** @throws FiredrillError PLATFORM_MISSING, or the last of the problems of firedrill.yaml after the others were shown (exit code 2) */
export function readPlatform(io: Where): PlatformFolder {
  const found = findPlatform(io)
  if (found === undefined)
    throw new FiredrillError('PLATFORM_MISSING', `there is no ${NAME} here or in a folder above`, {
      next: 'Go to the folder of your platform, name it by --platform DIR, or make one: firedrill init.',
    })
  const problems: FiredrillError[] = []
  const shown = shownFrom(io.cwd)
  const platform = platformIn(found, shown, problems)
  const named = problems.map(asOfAPlatform)
  const last = named.pop()
  for (const each of named) io.stderr(`${formatError(each)}\n`)
  if (last !== undefined) throw last
  if (platform === undefined) throw new FiredrillError('PLATFORM_UNREADABLE', `${shown(found.file)} cannot be read`)
  return platform
}

/** What a specification may name of a platform's scenarios. */
export function scenarioUnits({ scripts }: Pick<PlatformFolder, 'scripts'>): Unit[] {
  return Object.entries(scripts).map(([id, { params }]) => ({ id, params }))
}

/** Which form of a trace path is deployed. @throws FiredrillError BAD_SWITCH */
export function deployedForm({ instrumentedBy }: Pick<PlatformFolder, 'instrumentedBy'>, env: NodeJS.ProcessEnv): Form {
  return instrumentedBy !== undefined && switchedOn(env, instrumentedBy) ? 'instrumented' : 'uninstrumented'
}

function platformIn(
  { file, isFound }: { file: string; isFound: boolean },
  shown: (path: string) => string,
  problems: FiredrillError[],
): PlatformFolder | undefined {
  const text = readFileSync(file, 'utf8')
  const folder = dirname(file)
  const root = openSource({ file: shown(file), text }, problems)
  if (root === undefined) return undefined
  // An empty file is a platform with every default.
  const isEmpty = root.node === null || ('value' in root.node && root.node.value === null)
  // Whether a load is one of the scenarios is known once their folder is.
  const first = isEmpty ? {} : PLATFORM({ ...root, source: { ...root.source, problems: [] } })
  const scenarios = resolve(folder, first?.scenarios ?? 'scenarios')
  const scripts = scriptsOf(scenarios, shown, problems)
  const known = { scenarios: scenarioUnits({ scripts }) }
  const written = isEmpty ? {} : PLATFORM({ ...root, source: { ...root.source, known } })
  if (written === undefined) return undefined
  const place = (path: string | undefined, otherwise: string, key: string, ...index: number[]): string => {
    const at = resolve(folder, path ?? otherwise)
    if (path !== undefined && key !== 'reports' && !existsSync(at))
      problem(child(root, key, ...index), 'PLATFORM_PATH', `${shown(at)} does not exist`, `It is meant from ${shown(folder)}.`)
    return at
  }
  const { name = basename(folder), target, background, warmUp, instrumentedBy } = written
  const targets = place(written.targets, 'targets', 'targets')
  const compose = written.compose === undefined ? undefined : place(written.compose, '', 'compose')
  return {
    file,
    folder,
    name,
    isFound,
    specification: place(written.specification, 'spec', 'specification'),
    monitoring: (written.monitoring ?? ['monitoring']).map((path, index) =>
      place(written.monitoring === undefined ? undefined : path, path, 'monitoring', index),
    ),
    ...(compose === undefined ? {} : { compose }),
    recordings: place(written.recordings, 'recordings', 'recordings'),
    scenarios: place(written.scenarios, 'scenarios', 'scenarios'),
    targets,
    ...defaultTarget(target, targets, compose),
    reports: place(written.reports, 'reports', 'reports'),
    ...present({ background, warmUp, instrumentedBy }),
    scripts,
  }
}

/** The compose file that the targets `lab` and `compose` know the parts of. */
export const LAB_COMPOSE = toolFile('docker-compose.yaml')

function defaultTarget(named: string | undefined, targets: string, compose: string | undefined): { target?: string } {
  if (named !== undefined) return { target: named }
  const [only, ...others] = targetNames(targets)
  if (others.length > 0) return {}
  return only === undefined ? (compose === LAB_COMPOSE ? { target: 'lab' } : {}) : { target: only }
}

/** Names of target files, without their ending. */
export function targetNames(folder: string): string[] {
  if (!isFolder(folder)) return []
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => name.replace(/\.ya?ml$/, ''))
    .sort()
}

/** The reader of a specification found it; the file is another one. */
function asOfAPlatform({ code, message, place, next, cause }: FiredrillError): FiredrillError {
  return new FiredrillError(code.replace(/^SPEC_/, 'PLATFORM_'), message, {
    cause,
    ...(place === undefined ? {} : { place }),
    ...(next === undefined ? {} : { next }),
  })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function shownFrom(cwd: string): (path: string) => string {
  return (path) => {
    const here = relative(cwd, path)
    return here === '' ? '.' : here.startsWith('..') ? path : here
  }
}
