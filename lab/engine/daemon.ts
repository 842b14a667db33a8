import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FiredrillError } from '../../verify/model/error.ts'
import { enginePid, nameServerPid, type EngineFolder } from './engine-folder.ts'
import { READY } from './name-server.ts'
import { leftBridges, TABLES, undoRules, type NetworkState } from './network.ts'
import { programEnvironment, type Run } from './engine-programs.ts'

/** Rarely used parts of 172.16.0.0/12, so that no network of this machine is hidden. */
const ADDRESS = '172.31.250.1'
const BRIDGE = `${ADDRESS}/24`
const POOL = 'base=172.31.240.0/21,size=24'
const OWN_PREFIXES = ['172.31.250.', ...Array.from({ length: 8 }, (_, index) => `172.31.${240 + index}.`)]
const NAME_SERVER = fileURLToPath(new URL('name-server.ts', import.meta.url))
const CGROUPS = '/sys/fs/cgroup'
/** With the weight of as many processes a JVM that starts in a container leaves k6 and the drill their share. */
const PROCESSES = 8
/** Every name of a container is looked up in dockerd: where it waits for a CPU, each new connection waits. */
const NICE = '-10'
const FORWARD = '/proc/sys/net/ipv4/ip_forward'
const START_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 120_000

/** Starts dockerd in its folder and waits until it answers; first writes down what it will change of the network. */
export async function startEngine(folder: EngineFolder, env: NodeJS.ProcessEnv, run: Run): Promise<void> {
  if (enginePid(folder) !== undefined) return
  mkdirSync(folder.root, { recursive: true })
  // What an engine that was killed left is no state to go back to.
  if (!existsSync(folder.before)) writeFileSync(folder.before, JSON.stringify(await networkState(folder, env, run)))
  rmSync(folder.pidFile, { force: true })
  weighGroup(CGROUPS, folder.group)
  const log = openSync(folder.log, 'w')
  const args = [
    ...['--data-root', path.join(folder.root, 'data'), '--exec-root', path.join(folder.root, 'exec')],
    ...['--pidfile', folder.pidFile, '--host', `unix://${folder.socket}`],
    ...['--bip', BRIDGE, '--default-address-pool', POOL, '--ip-masq=false', '--dns', ADDRESS],
    ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${folder.group}`],
    ...['--userland-proxy-path', path.join(folder.bin, 'docker-proxy'), '--config-file', ownConfig(folder)],
  ]
  const child = spawn('nice', ['-n', NICE, path.join(folder.bin, 'dockerd'), ...args], {
    env: programEnvironment(folder, env),
    stdio: ['ignore', log, log],
    detached: true,
  })
  child.unref()
  let ended: string | undefined
  child.once('error', (error) => (ended = error.message))
  child.once('exit', (code, signal) => (ended = `it ended with ${code === null ? String(signal) : `code ${code}`}`))
  const deadline = performance.now() + START_LIMIT_MS
  while (!(await answers(folder.socket))) {
    if (ended !== undefined || performance.now() >= deadline)
      throw new FiredrillError('ENGINE_START', `dockerd does not start: ${ended ?? 'no answer after 2 min'}\n${lastWords(folder.log)}`, {
        exitCode: 1,
        next: `its log is ${folder.log}`,
      })
    await delay(100)
  }
  await startNameServer(folder)
}

/** On the address of the bridge, which is there as soon as the engine answers. */
async function startNameServer(folder: EngineFolder): Promise<void> {
  if (nameServerPid(folder) !== undefined) return
  const log = openSync(folder.nameServer.log, 'w')
  const child = spawn('nice', ['-n', NICE, process.execPath, NAME_SERVER, ADDRESS, folder.root], {
    stdio: ['ignore', log, log],
    detached: true,
  })
  child.unref()
  writeFileSync(folder.nameServer.pidFile, String(child.pid))
  let ended = false
  child.once('exit', () => (ended = true))
  while (readFileSync(folder.nameServer.log, 'utf8') !== READY) {
    if (ended)
      throw new FiredrillError('ENGINE_START', `the engine's name server does not start\n${lastWords(folder.nameServer.log)}`, {
        exitCode: 1,
        next: `Free UDP port 53 of ${ADDRESS}.`,
      })
    await delay(20)
  }
}

/** Stops the engine, removes its containers, and puts the network back as it was. Returns false when there was nothing to do. */
export async function stopEngine(folder: EngineFolder, env: NodeJS.ProcessEnv, run: Run): Promise<boolean> {
  if (!existsSync(folder.before)) return false
  // One that was killed has left containers that only an engine ends.
  await startEngine(folder, env, run)
  const pid = enginePid(folder)
  const docker = (...args: string[]): Promise<string> =>
    run({ program: 'docker', args, env: { ...programEnvironment(folder, env), DOCKER_HOST: `unix://${folder.socket}` } })
  const running = (await docker('ps', '--quiet')).split('\n').filter(Boolean)
  if (running.length > 0) await docker('stop', '--time', '10', ...running)
  // Without its network no container can be started again.
  const all = (await docker('ps', '--all', '--quiet')).split('\n').filter(Boolean)
  if (all.length > 0) await docker('rm', '--force', ...all)
  await docker('network', 'prune', '--force')
  if (pid !== undefined) process.kill(pid, 'SIGTERM')
  const deadline = performance.now() + STOP_LIMIT_MS
  while (enginePid(folder) !== undefined) {
    if (performance.now() >= deadline)
      throw new FiredrillError('ENGINE_STOP', `dockerd (pid ${pid ?? '?'}) still runs 2 min after SIGTERM`, {
        exitCode: 1,
        next: `its log is ${folder.log}`,
      })
    await delay(100)
  }
  const names = nameServerPid(folder)
  if (names !== undefined) process.kill(names, 'SIGTERM')
  await restoreNetwork(folder, env, run)
  for (const at of mountsBelow(folder.root)) await run({ program: 'umount', args: [at] })
  for (const group of groupsOf(folder.group)) rmdirSync(group)
  const left = await leftBehind(folder, env, run)
  if (left.length > 0)
    throw new FiredrillError('ENGINE_LEFT', `of the engine in ${folder.root} is left: ${left.join('; ')}`, {
      exitCode: 1,
      next: 'npm run engine:docker -- down',
    })
  for (const file of [folder.socket, folder.pidFile, folder.nameServer.pidFile, folder.before]) rmSync(file, { force: true })
  return true
}

/** What of the engine, and of what it changes of the machine, is still there: read back, and not taken from what was just done. */
async function leftBehind(folder: EngineFolder, env: NodeJS.ProcessEnv, run: Run): Promise<string[]> {
  const before = JSON.parse(readFileSync(folder.before, 'utf8')) as NetworkState
  const now = await networkState(folder, env, run)
  return [
    ...processesWith(folder.root).map((pid) => `process ${pid}`),
    ...mountsBelow(folder.root).map((at) => `mount ${at}`),
    ...groupsOf(folder.group).map((at) => `control group ${at}`),
    ...undoRules(before.rules, now.rules).map((args) => `to do by iptables: ${args.join(' ')}`),
    ...leftBridges(await links(run), OWN_PREFIXES).map((bridge) => `bridge ${bridge}`),
    ...(now.ipForward === before.ipForward ? [] : [`${FORWARD} is ${now.ipForward}, and was ${before.ipForward}`]),
  ]
}

/** Programs of the engine by their command lines, a container's shim among them: they name its folder in each case. */
function processesWith(root: string): string[] {
  const own = (pid: string): boolean => {
    try {
      const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return (
        /(?:dockerd|containerd|containerd-shim-runc-v2|docker-proxy)$/.test(program) &&
        [program, ...args].some((word) => word.includes(`${root}/`))
      )
    } catch {
      // It has ended.
      return false
    }
  }
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && own(name))
}

/** Innermost first; /proc/mounts writes a space as \\040. */
function mountsBelow(root: string): string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((at) => at.startsWith(`${root}/`))
    .reverse()
}

/**
 * As much CPU as for so many processes of this machine: all containers together would have that of one beside each of the others, and a
 * drill on a busy machine could not tell. Of version 1 the shares (1024 a process), of version 2 the weight (100).
 * https://docs.kernel.org/scheduler/sched-design-CFS.html#group-scheduler-extensions-to-cfs
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu
 */
export function weighGroup(root: string, name: string): void {
  for (const at of [root, ...foldersIn(root)]) {
    const first = existsSync(path.join(at, 'cpu.shares'))
    const delegated = path.join(at, 'cgroup.subtree_control')
    if (!first && !(existsSync(delegated) && /\bcpu\b/.test(readFileSync(delegated, 'utf8')))) continue
    mkdirSync(path.join(at, name), { recursive: true })
    writeFileSync(path.join(at, name, first ? 'cpu.shares' : 'cpu.weight'), String(PROCESSES * (first ? 1024 : 100)))
  }
}

/** Folders of a control group in each hierarchy, innermost first; all are empty when no container is left. */
export function groupsOf(name: string): string[] {
  const hierarchies = [CGROUPS, ...foldersIn(CGROUPS)]
  const own = hierarchies.map((at) => path.join(at, name)).filter((at) => existsSync(at))
  const below = (at: string): string[] => [...foldersIn(at).flatMap(below), at]
  return own.flatMap(below)
}

function foldersIn(at: string): string[] {
  return readdirSync(at, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(at, entry.name))
}

async function restoreNetwork(folder: EngineFolder, env: NodeJS.ProcessEnv, run: Run): Promise<void> {
  const before = JSON.parse(readFileSync(folder.before, 'utf8')) as NetworkState
  const iptables = path.join(folder.bin, 'iptables')
  const { rules } = await networkState(folder, env, run)
  for (const args of undoRules(before.rules, rules)) await run({ program: iptables, args, env: programEnvironment(folder, env) })
  writeFileSync(FORWARD, before.ipForward)
  for (const bridge of leftBridges(await links(run), OWN_PREFIXES)) await run({ program: 'ip', args: ['link', 'delete', bridge] })
}

/** Without iproute2 nothing is known of them, and dockerd itself has removed what it knew. */
function links(run: Run): Promise<string> {
  return run({ program: 'ip', args: ['-json', 'address'] }).catch(() => '[]')
}

async function networkState({ bin, ...folder }: EngineFolder, env: NodeJS.ProcessEnv, run: Run): Promise<NetworkState> {
  const rules = {} as NetworkState['rules']
  for (const table of TABLES) {
    const text = await run({
      program: path.join(bin, 'iptables'),
      args: ['-t', table, '-S'],
      env: programEnvironment({ bin, ...folder }, env),
    })
    rules[table] = text.split('\n').filter(Boolean)
  }
  return { ipForward: readFileSync(FORWARD, 'utf8').trim(), rules }
}

/** Of its own, because /etc/docker/daemon.json may be of another engine. */
function ownConfig({ root }: EngineFolder): string {
  const file = path.join(root, 'daemon.json')
  writeFileSync(file, '{}\n')
  return file
}

/** Whether an engine answers at a socket. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping', timeout: 5_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => {
      resolve(false)
    })
  })
}

export function lastWords(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n')
}
