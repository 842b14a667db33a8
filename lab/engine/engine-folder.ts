import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { cacheRoot } from '../tools/cache.ts'

/** Where the engine of `npm run engine:docker` keeps everything. Nothing of it lies elsewhere. */
export interface EngineFolder {
  root: string
  /** Unpacked packages. */
  prefix: string
  /** Programs by the names that dockerd looks for. */
  bin: string
  socket: string
  pidFile: string
  log: string
  nameServer: { pidFile: string; log: string }
  /** DOCKER_CONFIG: compose and buildx as plugins. */
  config: string
  /** The network as it was before the engine: what `down` puts back. */
  before: string
  work: string
  /** Its control group, made and removed by its own hand: one of systemd would stay. Of this folder alone, beside another engine's. */
  group: string
}

/** FIREDRILL_ENGINE_DIR, else engine/ of the cache. */
export function engineFolder(env: NodeJS.ProcessEnv): EngineFolder {
  const named = env['FIREDRILL_ENGINE_DIR']
  const root = named === undefined || named === '' ? path.join(cacheRoot(env), 'engine') : path.resolve(named)
  const at = (...names: string[]): string => path.join(root, ...names)
  return {
    root,
    prefix: at('prefix'),
    bin: at('bin'),
    socket: at('docker.sock'),
    pidFile: at('dockerd.pid'),
    log: at('dockerd.log'),
    nameServer: { pidFile: at('name-server.pid'), log: at('name-server.log') },
    config: at('config'),
    before: at('before.json'),
    work: at('work'),
    group: `firedrill-engine-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
  }
}

/** What a process needs to speak to that engine. Promtail reads the containers' logs by DOCKER_SOCKET. */
export function engineEnvironment({ socket, config, bin }: EngineFolder, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_SOCKET: socket,
    DOCKER_CONFIG: config,
    PATH: `${bin}${path.delimiter}${env['PATH'] ?? '/usr/bin:/bin'}`,
  }
}

/** Its process, undefined when it does not run. A pid that another program has by now is none. */
export function enginePid({ pidFile, root }: Pick<EngineFolder, 'pidFile' | 'root'>): number | undefined {
  return pidOf(pidFile, (argv) => argv[0]?.endsWith('dockerd') === true && argv.some((word) => word.startsWith(root)))
}

/** The same of the name server of its containers. */
export function nameServerPid({ nameServer, root }: Pick<EngineFolder, 'nameServer' | 'root'>): number | undefined {
  return pidOf(nameServer.pidFile, (argv) => argv.some((word) => word.endsWith('name-server.ts')) && argv.includes(root))
}

/** The process of a pid file, if its command line is the one that is meant. */
export function pidOf(pidFile: string, isIt: (argv: readonly string[]) => boolean): number | undefined {
  if (!existsSync(pidFile)) return undefined
  const pid = Number(readFileSync(pidFile, 'utf8'))
  try {
    return isIt(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')) ? pid : undefined
  } catch {
    return undefined
  }
}
