import { existsSync } from 'node:fs'
import path from 'node:path'
import type { PlatformFolder } from '../model/platform-folder.ts'

/** The deployed files of a platform that are there, as seen from `cwd`. */
export function deployedPaths({ monitoring, compose }: Pick<PlatformFolder, 'monitoring' | 'compose'>, cwd: string): string[] {
  return [...monitoring, ...(compose === undefined ? [] : [compose])].filter((file) => existsSync(file)).map((file) => seenFrom(cwd, file))
}

function seenFrom(cwd: string, file: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative === '' ? '.' : relative
}

/** Of the platform's own specification; of another one nothing was recorded. */
export function recordingsFor(
  platform: Pick<PlatformFolder, 'specification' | 'recordings'> | undefined,
  spec: string | undefined,
  cwd: string,
): string | undefined {
  return spec === undefined || path.resolve(cwd, spec) === platform?.specification ? platform?.recordings : undefined
}

/** Where no platform says more. */
export function defaultPaths(cwd: string): string[] {
  return ['monitoring', 'docker-compose.yaml', 'docker-compose.yml', 'compose.yaml'].filter((name) => existsSync(path.resolve(cwd, name)))
}
