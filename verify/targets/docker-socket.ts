import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { engineFolder } from '../../lab/engine/engine-folder.ts'
import { FiredrillError } from '../model/error.ts'
import type { Target } from '../model/target.ts'

const DEFAULT = '/var/run/docker.sock'

/**
 * The engine's Unix socket as the docker command finds it: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default; where nothing
 * listens there, the engine of `npm run engine:docker`. Throws DOCKER_HOST for an engine that is reached in another way.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
export function dockerSocket(env: NodeJS.ProcessEnv, usual = DEFAULT): string {
  const host = env['DOCKER_HOST'] || contextHost(env)
  const { socket } = engineFolder(env)
  if (host === undefined) return !existsSync(usual) && existsSync(socket) ? socket : usual
  if (host.startsWith('unix://')) return host.slice('unix://'.length)
  throw new FiredrillError('DOCKER_HOST', `the Docker engine is at ${host}, and faults on containers need a Unix socket`, {
    next: 'Set DOCKER_HOST=unix:///path/to/docker.sock, or choose a context whose engine is on this machine.',
  })
}

function contextHost(env: NodeJS.ProcessEnv): string | undefined {
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker')
  const name = env['DOCKER_CONTEXT'] || (readJson(join(folder, 'config.json')) as { currentContext?: string } | undefined)?.currentContext
  if (name === undefined || name === '' || name === 'default') return undefined
  // https://github.com/docker/cli/blob/master/cli/context/store/store.go
  const file = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'), 'meta.json')
  const host = (readJson(file) as { Endpoints?: { docker?: { Host?: string } } } | undefined)?.Endpoints?.docker?.Host
  if (host === undefined)
    throw new FiredrillError('DOCKER_HOST', `the Docker context "${name}" names no engine (${file})`, {
      next: 'docker context ls shows those that exist.',
    })
  return host
}

function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new FiredrillError('DOCKER_HOST', `cannot be read as JSON: ${(error as Error).message}`, { place: { file }, cause: error })
  }
}

/** Where rootless Docker and Docker Desktop listen; the docker command goes there by a context or DOCKER_HOST alone. */
function otherSockets(env: NodeJS.ProcessEnv): string[] {
  const home = env['HOME'] ?? homedir()
  return [
    ...(env['XDG_RUNTIME_DIR'] === undefined ? [] : [join(env['XDG_RUNTIME_DIR'], 'docker.sock')]),
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
  ].filter((file) => existsSync(file))
}

/** Throws DOCKER_SOCKET (exit code 3) before anything is touched when a part's engine is not there. */
export function requireDockerSockets({ parts }: Pick<Target, 'parts'>, env: NodeJS.ProcessEnv): void {
  const missing = new Set(
    Object.values(parts).flatMap(({ docker }) => (docker === undefined || existsSync(docker.socket) ? [] : [docker.socket])),
  )
  if (missing.size === 0) return
  const [other] = otherSockets(env)
  throw new FiredrillError('DOCKER_SOCKET', `no Docker engine at ${[...missing].join(', ')}: no such socket`, {
    exitCode: 3,
    next:
      other === undefined
        ? 'Is the engine running? `make up` of a checkout makes one where there is none (docs/docker.md). For another socket set DOCKER_HOST or `docker context use`, or docker.socket in the target file. Nothing was touched.'
        : `An engine listens at ${other}: set DOCKER_HOST=unix://${other}, or docker.socket in the target file. Nothing was touched.`,
  })
}
