import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { FiredrillError } from '../verify/model/error.ts'
import type { LabContext } from './lab-settings.ts'
import { channelUrls, labMonitoring } from './monitoring.ts'
import type { Part, PartContext, Secrets } from './parts/part.ts'
import type { Address } from './parts/ports.ts'
import type { MonitoringTexts } from './relocate/relocate.ts'
import { moalogOtelEnabled } from './switches.ts'
import { toolEnv, toolPath, toolPrefix } from './tools/tools.ts'

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

export function logFileOf(labDir: string, id: string): string {
  return path.join(labDir, 'logs', `${id}.log`)
}

export function recordFileOf(labDir: string, id: string): string {
  return path.join(labDir, 'records', `${id}.json`)
}

/** The environment of every process before the part's own. HOME and TMPDIR are inside of the lab, so that nothing is left outside. */
export function baseEnv(lab: LabContext, id: string): Record<string, string> {
  const dir = partDirectory(lab.labDir, id)
  return { PATH: lab.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', HOME: dir, TMPDIR: path.join(dir, 'tmp'), LANG: 'C.UTF-8', TZ: 'UTC' }
}

/** `withTools` false: for a part that somebody else's command line replaces, whose own program need not be there. */
export function partContext(lab: LabContext, part: Part, signal: AbortSignal, withTools = true): PartContext {
  const dir = partDirectory(lab.labDir, part.id)
  const logFile = logFileOf(lab.labDir, part.id)
  let texts: MonitoringTexts | undefined
  return {
    dir,
    logFile,
    signal,
    at: (port) => lab.addresses[port],
    hostPort: (port) => hostPort(lab.addresses[port]),
    ...(withTools ? { tool: toolPath, toolEnv, toolPrefix } : { tool: () => '', toolEnv: () => ({}), toolPrefix: () => '' }),
    get java() {
      return javaFrom(lab.env)
    },
    secrets: lab.secrets,
    speed: lab.speed,
    get monitoring() {
      texts ??= labMonitoring(lab, { dir: (id) => partDirectory(lab.labDir, id), log: (id) => logFileOf(lab.labDir, id) })
      return texts
    },
    get channelUrls() {
      return channelUrls(lab.env, lab.addresses.receiver)
    },
    moalogOtel: moalogOtelEnabled(lab.env),
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

export function hostPort({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

interface RunOptions {
  name: string
  logFile: string
  cwd: string
  env: Record<string, string>
  input?: string
  uid?: number
  gid?: number
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
