import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import type { ProcessSpec } from '../chaos/drivers/process.ts'
import { FiredrillError } from '../verify/model/error.ts'
import { serviceOf } from './compose/compose-file.ts'
import type { ComposeFile, Container } from './compose/compose-file.ts'
import { foldersOf, localEnvironment, localPath, localValue, mountAt, takeFlag } from './compose/localize.ts'
import type { Localizer } from './compose/localize.ts'
import type { LabContext } from './lab-settings.ts'
import { channelUrls, compressed, logFiles, readMonitoring } from './monitoring.ts'
import type { Part, PartContext, Secrets } from './parts/part.ts'
import type { Address, PortName } from './parts/part-ports.ts'
import type { CommandOverride } from './overrides.ts'
import { KNOWN_PARTS } from './parts/lab-parts.ts'
import { relocate } from './relocate/relocate.ts'
import { findTool, toolEnv, toolPath, toolPrefix } from './tools/tools.ts'

export function secretsFrom(env: NodeJS.ProcessEnv): Secrets {
  const value = (name: keyof Secrets, fallback: string) => (env[name] === undefined || env[name] === '' ? fallback : env[name])
  return {
    MYSQL_ROOT_PASSWORD: value('MYSQL_ROOT_PASSWORD', 'moalog-root'),
    MYSQL_PASSWORD: value('MYSQL_PASSWORD', 'moalog'),
    POSTGRES_PASSWORD: value('POSTGRES_PASSWORD', 'fluxpay'),
    ACTUATOR_PASSWORD: value('ACTUATOR_PASSWORD', 'admin'),
  }
}

/** The user for programs that refuse root: `nobody` and its group, from /etc/passwd; undefined when we are not root. */
export function unprivilegedUser(isRoot = process.getuid?.() === 0, passwd = '/etc/passwd'): { uid: number; gid: number } | undefined {
  if (!isRoot) return undefined
  const fields = existsSync(passwd)
    ? readFileSync(passwd, 'utf8')
        .split('\n')
        .map((line) => line.split(':'))
        .find(([name]) => name === 'nobody')
    : undefined
  return { uid: Number(fields?.[2] ?? 65534), gid: Number(fields?.[3] ?? 65534) }
}

/** The first folder on the way to `folder` that a user who owns none of it may not enter. */
export function closedFolder(folder: string): string | undefined {
  const closed: string[] = []
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) closed.push(at)
  }
  return closed.at(-1)
}

/** JAVA_HOME's, else the first on PATH. */
export function javaFrom(env: NodeJS.ProcessEnv): string {
  const folders = [env['JAVA_HOME'] === undefined ? '' : path.join(env['JAVA_HOME'], 'bin'), ...(env['PATH'] ?? '').split(path.delimiter)]
  const java = folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, 'java'))
    .find((file) => existsSync(file))
  if (java === undefined)
    throw new FiredrillError('NO_JAVA', 'java is neither in JAVA_HOME nor on PATH', {
      exitCode: 3,
      next: 'install a JDK 17 or newer, on Debian: apt-get install openjdk-17-jdk',
    })
  return java
}

export function partDirectory(labDir: string, id: string): string {
  return path.join(labDir, 'parts', id)
}

function logFileOf(labDir: string, id: string): string {
  return path.join(labDir, 'logs', `${id}.log`)
}

export function recordFileOf(labDir: string, id: string): string {
  return path.join(labDir, 'records', `${id}.json`)
}

/** Programs of the lab; tests hand in others. */
export type Tools = Pick<PartContext, 'tool' | 'inPlaceOf' | 'toolEnv' | 'toolPrefix'>
export const TOOLS: Tools = { tool: toolPath, inPlaceOf: (id) => id, toolEnv, toolPrefix }
/** For a part whose program is replaced, which need not be there; what is there keeps its environment. */
export const FOUND_TOOLS: Tools = {
  tool: (id) => findTool(id) ?? id,
  inPlaceOf: (id) => id,
  toolEnv: (id) => (findTool(id) === undefined ? {} : toolEnv(id)),
  toolPrefix: (id) => (findTool(id) === undefined ? '' : toolPrefix(id)),
}
/** Another tool in place of one that the part asks for. */
export function replacedTools(tools: Tools, by: CommandOverride['tools'] = {}): Tools {
  return {
    tool: (id) => tools.tool(by[id] ?? id),
    inPlaceOf: (id) => by[id] ?? id,
    toolEnv: (id) => tools.toolEnv(by[id] ?? id),
    toolPrefix: (id) => tools.toolPrefix(by[id] ?? id),
  }
}
/** For a part that runs elsewhere. */
export const NO_TOOLS: Tools = { tool: () => '', inPlaceOf: (id) => id, toolEnv: () => ({}), toolPrefix: () => '' }

/** The environment of every process before the part's own. HOME and TMPDIR are inside of the lab, so that nothing is left outside. */
export function baseEnv(lab: LabContext, id: string): Record<string, string> {
  const dir = partDirectory(lab.labDir, id)
  return { PATH: lab.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', HOME: dir, TMPDIR: path.join(dir, 'tmp'), LANG: 'C.UTF-8', TZ: 'UTC' }
}

/** Who listens where on the compose network, and where that is in the lab. `except` is reached by other ways from one part alone. */
export function labNetwork({ compose, addresses }: Pick<LabContext, 'compose' | 'addresses'>, part?: Part): Record<string, Address> {
  const network: Record<string, Address> = { 'notification-sink:9199': addresses.receiver }
  for (const each of KNOWN_PARTS) {
    const container = compose.services[each.id]
    if (container === undefined) continue
    for (const [name, port] of Object.entries(each.listens(container))) network[`${each.id}:${port}`] = addresses[name as PortName]
  }
  for (const [address, name] of Object.entries(part?.detours ?? {})) network[address] = addresses[name]
  return network
}

/**
 * Where the file lies that otel-agent-init downloads, as a service that mounts its volume sees it. This one volume is shared; every other
 * is a folder of its part.
 */
function agentJar({ services }: ComposeFile, container: Container): string | undefined {
  const init = services['otel-agent-init']
  const output = takeFlag(init?.command ?? [], '--output', '-o').value
  const written = init === undefined || output === undefined ? undefined : mountAt(init, output)
  if (written?.mount.kind !== 'volume') return undefined
  const { volume } = written.mount
  const shared = container.mounts.find((mount) => mount.kind === 'volume' && mount.volume === volume)
  return shared === undefined ? undefined : `${shared.target}${written.inside}`
}

/** `tools` finds what the part needs; nothing for one that runs elsewhere. `config` is read in place of the mounted configuration. */
export function partContext(lab: LabContext, part: Part, signal: AbortSignal, tools: Tools = TOOLS, config?: string): PartContext {
  const dir = partDirectory(lab.labDir, part.id)
  const logFile = logFileOf(lab.labDir, part.id)
  const container = serviceOf(lab.compose, part.id)
  const root = path.join(dir, 'rootfs')
  const jar = part.tools.includes('otel-java-agent') ? agentJar(lab.compose, container) : undefined
  const image = {
    ...Object.fromEntries(Object.entries(part.image ?? {}).map(([file, tool]) => [file, tools.tool(tool)])),
    ...(jar === undefined ? {} : { [jar]: tools.tool('otel-java-agent') }),
  }
  const localizer: Localizer = {
    owner: part.id,
    network: labNetwork(lab, part),
    hosts: new Set([...Object.keys(lab.compose.services), 'notification-sink']),
    root,
    image,
  }
  const folders = foldersOf(container, image)
  const local = (text: string) => localValue(text, localizer, folders)
  const mounted = (file: string): string | undefined => {
    const found = mountAt(container, file)
    if (found?.mount.kind === 'text') return found.mount.text
    return found?.mount.kind === 'file' ? readMonitoring(path.join(found.mount.source, found.inside)) : undefined
  }
  const urls = () => channelUrls(lab.env, lab.addresses.receiver, lab.receiverPath)
  return {
    dir,
    logFile,
    signal,
    container,
    command: [...container.entrypoint, ...container.command].map(local),
    environment: localEnvironment(container, localizer, folders),
    local,
    path: (file) => localPath(file, localizer),
    mounted,
    at: (port) => lab.addresses[port],
    hostPort: (port) => hostPort(lab.addresses[port]),
    ...tools,
    get java() {
      return javaFrom(lab.env)
    },
    speed: lab.speed,
    monitoring: (kind, file) => {
      // A rule file beside it stays the mounted one.
      const own = kind === 'alertRules' ? undefined : config
      const text = file === undefined ? undefined : own === undefined ? mounted(file) : readMonitoring(own)
      if (file === undefined || text === undefined) return {}
      const found = mountAt(container, file)?.mount
      const name = own ?? (found?.kind === 'file' ? found.source : file)
      const channels = urls()
      return {
        [`rootfs${file}`]: relocate(kind, compressed(kind, text, lab.speed, name), name, {
          network: localizer.network,
          paths: Object.fromEntries(container.mounts.map(({ target }) => [target, `${root}${target}`])),
          project: lab.compose.project,
          logs: logFiles(
            lab.compose,
            KNOWN_PARTS.map(({ id }) => id),
            (id) => logFileOf(lab.labDir, id),
          ),
          channels: { slack: channels.slack !== '', discord: channels.discord !== '' },
        }),
      }
    },
    get channelUrls() {
      return urls()
    },
    receiverPath: lab.receiverPath,
    unprivileged: lab.unprivileged,
    run: (argv, options = {}) =>
      runToEnd(argv, {
        name: part.title,
        logFile,
        cwd: dir,
        signal,
        env: { ...baseEnv(lab, part.id), ...options.env },
        ...(options.input === undefined ? {} : { input: options.input }),
        ...(options.asUnprivileged === true && lab.unprivileged !== undefined ? lab.unprivileged : {}),
      }),
  }
}

/** What the compose file mounts into a part that is no file of monitoring/: by name relative to the part's folder. */
export function mountedFiles({ container, mounted }: PartContext): Record<string, string> {
  return Object.fromEntries(
    container.mounts.flatMap((mount): [string, string][] => {
      if (mount.kind === 'text') return [[`rootfs${mount.target}`, mount.text]]
      if (mount.kind !== 'file' || !existsSync(mount.source) || !statSync(mount.source).isFile()) return []
      return [[`rootfs${mount.target}`, mounted(mount.target) ?? '']]
    }),
  )
}

export function hostPort({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

interface RunOptions extends Pick<ProcessSpec, 'name' | 'logFile' | 'cwd' | 'env' | 'uid' | 'gid'> {
  input?: string
  signal: AbortSignal
}

/** Output goes to the log file, which is also how `lab down` finds a program whose starter was killed. */
async function runToEnd(argv: readonly string[], options: RunOptions): Promise<void> {
  const [program, ...parameters] = argv
  if (program === undefined) throw new Error('nothing to run')
  options.signal.throwIfAborted()
  await mkdir(path.dirname(options.logFile), { recursive: true })
  const log = await open(options.logFile, 'a', 0o640)
  try {
    const child = spawn(program, parameters, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['pipe', log.fd, log.fd],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    })
    // A script's children go with it: it leads a group of its own.
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Gone by itself meanwhile.
      }
    }
    options.signal.addEventListener('abort', kill, { once: true })
    child.stdin?.on('error', () => {
      /* A program that does not read its input says why with its exit code. */
    })
    child.stdin?.end(options.input ?? '')
    const outcome = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(code === 0 ? '' : `exit code ${code ?? signal}`))
    })
    options.signal.removeEventListener('abort', kill)
    options.signal.throwIfAborted()
    if (outcome !== '')
      throw new FiredrillError('PART_NOT_PREPARED', `${options.name} could not be prepared: ${path.basename(program)}: ${outcome}`, {
        exitCode: 3,
      })
  } finally {
    await log.close()
  }
}
