import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isGone, procInfo, processTree } from '../../chaos/drivers/proc.ts'
import { FiredrillError } from '../../verify/model/error.ts'
import { groupsOf, lastWords, weighGroup } from '../engine/daemon.ts'
import { clusterPid, type ClusterFolder } from './cluster-folder.ts'
import { CONTROL_GROUP, type NodePrograms } from './node-files.ts'

const INSIDE = fileURLToPath(new URL('inside.ts', import.meta.url))
const CGROUPS = '/sys/fs/cgroup'
const START_LIMIT_MS = 240_000
const STOP_LIMIT_MS = 60_000
const POLL_MS = 100

/**
 * Starts a cluster of one node and waits until it takes pods. One that runs is left as it is; rejects with CLUSTER_POLICIES where that
 * enforces no NetworkPolicies and is to.
 */
export async function startNode(folder: ClusterFolder, programs: NodePrograms): Promise<void> {
  const { kube, usr, policies } = programs
  if (clusterPid(folder) !== undefined && existsSync(folder.ready)) {
    if (policies === undefined || existsSync(folder.policies)) return
    throw new FiredrillError('CLUSTER_POLICIES', 'the cluster that runs enforces no NetworkPolicies', {
      exitCode: 2,
      next: 'npm run engine:kubernetes -- down, then up --policies',
    })
  }
  await stopNode(folder)
  for (const at of [folder.node, folder.images]) mkdirSync(at, { recursive: true })
  makeGroups(CGROUPS, CONTROL_GROUP)
  weighGroup(CGROUPS, CONTROL_GROUP)
  const log = openSync(folder.log, 'w')
  // --kill-child: when the one that holds the namespaces is killed, everything in them ends.
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc']
  const first = [
    path.join(usr, 'bin/tini-static'),
    '--',
    process.execPath,
    INSIDE,
    folder.root,
    kube,
    usr,
    ...(policies === undefined ? [] : [policies]),
  ]
  const child = spawn('unshare', [...namespaces, ...first], { stdio: ['ignore', log, log], detached: true })
  child.unref()
  writeFileSync(folder.pidFile, String(child.pid))
  let ended: string | undefined
  child.once('error', (error) => (ended = error.message))
  child.once('exit', (code, signal) => (ended = `it ended with ${code === null ? String(signal) : `code ${code}`}`))
  const deadline = performance.now() + START_LIMIT_MS
  while (!existsSync(folder.ready)) {
    if (ended !== undefined || performance.now() >= deadline)
      throw new FiredrillError(
        'CLUSTER_START',
        `the cluster does not start: ${ended ?? 'not ready after 4 min'}\n${lastWords(folder.log)}`,
        {
          exitCode: 1,
          next: `its logs are ${folder.log} and ${path.join(folder.node, 'log')}`,
        },
      )
    await delay(POLL_MS)
  }
}

/** The first process of the namespaces: through it they are entered. Undefined when the cluster does not run. */
export function firstProcess(folder: ClusterFolder): number | undefined {
  const pid = clusterPid(folder)
  const holder = pid === undefined ? undefined : procInfo(pid)
  return holder === undefined ? undefined : processTree(holder)[1]?.pid
}

/** Ends everything in the namespaces, and removes what is left of it. Returns false when there was nothing to do. */
export async function stopNode(folder: ClusterFolder): Promise<boolean> {
  const there = existsSync(folder.pidFile) || groupsOf(CONTROL_GROUP).length > 0
  const pid = clusterPid(folder)
  const holder = pid === undefined ? undefined : procInfo(pid)
  const processes = holder === undefined ? [] : processTree(holder)
  const first = firstProcess(folder)
  // Its namespace's first process takes all others along; the one that holds it ends by itself.
  if (first !== undefined) process.kill(first, 'SIGKILL')
  else if (pid !== undefined) process.kill(pid, 'SIGKILL')
  const deadline = performance.now() + STOP_LIMIT_MS
  while (processes.some((info) => !isGone(procInfo(info.pid))) || !removeGroups()) {
    if (performance.now() >= deadline)
      throw new FiredrillError('CLUSTER_STOP', 'processes of the cluster still run a minute after SIGKILL', {
        exitCode: 1,
        next: `cat ${groupsOf(CONTROL_GROUP).map((at) => path.join(at, 'cgroup.procs'))[0] ?? folder.log}`,
      })
    await delay(POLL_MS)
  }
  rmSync(folder.node, { recursive: true, force: true })
  rmSync(folder.pidFile, { force: true })
  return there
}

/** False while a process is in one of them. */
function removeGroups(): boolean {
  try {
    for (const group of groupsOf(CONTROL_GROUP)) rmdirSync(group)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false
    throw error
  }
}

/** kubelet wants its root to be there in every hierarchy. In version 1 a new cpuset is empty: https://man7.org/linux/man-pages/man7/cpuset.7.html */
export function makeGroups(root: string, name: string): void {
  const first = !existsSync(path.join(root, 'cgroup.controllers'))
  const hierarchies = first
    ? readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => path.join(root, entry.name))
    : [root]
  for (const at of hierarchies) {
    mkdirSync(path.join(at, name), { recursive: true })
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (first && existsSync(path.join(at, file))) writeFileSync(path.join(at, name, file), readFileSync(path.join(at, file)))
  }
}
