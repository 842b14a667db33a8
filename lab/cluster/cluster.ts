/** npm run engine:kubernetes -- up [--policies] | down [--remove] | status | exec COMMAND... | deploy [SPEED] | kubectl ARGUMENT... */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'
import { runEngineCommand } from '../engine/engine-command.ts'
import type { Run } from '../engine/engine-programs.ts'
import { demandRights } from '../engine/rights.ts'
import { CHECKOUT } from '../tools/cache.ts'
import { runCommand } from '../tools/child.ts'
import { createProgress } from '../tools/progress.ts'
import { setup } from '../tools/setup.ts'
import { toolPath, toolPrefix } from '../tools/tools.ts'
import { FIRST_ASKED } from './answering.ts'
import { clusterFolder, otherKubeconfig } from './cluster-folder.ts'
import { imageTools, makeImages } from './node-images.ts'
import { firstProcess, startNode, stopNode } from './node.ts'
import { NAMESPACE, writeOverlay } from './overlay.ts'

const WORKLOADS = [
  'statefulset/redis',
  'deployment/rate-limiter',
  'deployment/redis-exporter',
  'statefulset/alertmanager',
  'statefulset/prometheus',
]
/** Of examples/kubernetes/targets/node.yaml. */
const SPEED = 15

const folder = clusterFolder(process.env)
const interrupted = new AbortController()
const run: Run = (command) => runCommand(command, path.join(folder.root, 'images.log'), interrupted.signal)
const line = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** These commands make and fill a cluster of their own; another one is never touched, and never quietly left out. */
function refuseOthers(command: string, args: readonly string[]): void {
  const other = otherKubeconfig(process.env, folder)
  if (other !== undefined)
    throw new FiredrillError('CLUSTER_OTHER', `${command} is for a cluster of its own, and KUBECONFIG names another: ${other}`, {
      exitCode: 2,
      next: `env -u KUBECONFIG npm run engine:kubernetes -- ${command}; to drill the other one name its context in a target file (docs/kubernetes.md)`,
    })
  if (args.length > 0)
    throw new FiredrillError('CLUSTER_COMMAND', `${command} does not take ${args.join(' ')}`, {
      exitCode: 2,
      next: `npm run engine:kubernetes -- ${command}`,
    })
}

async function up(enforces: boolean): Promise<void> {
  demandRights('a cluster of its own', 'npm run engine:kubernetes -- up')
  mkdirSync(folder.root, { recursive: true })
  const policies = enforces ? (['kube-network-policies'] as const) : []
  await setup({
    only: ['kube', ...policies, 'containerd', ...imageTools()],
    progress: createProgress(process.stderr),
    signal: interrupted.signal,
  })
  await makeImages(folder, run, line)
  mkdirSync(folder.bin, { recursive: true })
  rmSync(path.join(folder.bin, 'kubectl'), { force: true })
  // By this name it is kubectl.
  symlinkSync(toolPath('kube'), path.join(folder.bin, 'kubectl'))
  await startNode(folder, {
    kube: toolPath('kube'),
    usr: toolPrefix('containerd'),
    ...(enforces ? { policies: toolPath('kube-network-policies') } : {}),
  })
  line('a cluster of one node is up, in namespaces of its own; commands reach it by: npm run engine:kubernetes -- exec COMMAND')
}

async function down(remove: boolean): Promise<void> {
  const stopped = await stopNode(folder)
  line(stopped ? 'the cluster is stopped; its processes, mounts, namespaces and control groups are gone' : 'no cluster of firedrill runs')
  if (!remove) return
  rmSync(folder.root, { recursive: true, force: true })
  line(`${folder.root} is deleted`)
}

/** Runs a command in the network of the cluster, where its nodes, pods and Services are reached; files and processes are this machine's. */
function enter([program, ...args]: readonly string[]): number {
  const first = firstProcess(folder)
  if (first === undefined || !existsSync(folder.ready))
    throw new FiredrillError('CLUSTER_DOWN', 'the cluster does not run', { exitCode: 3, next: 'npm run engine:kubernetes -- up' })
  if (program === undefined)
    throw new FiredrillError('CLUSTER_COMMAND', 'exec needs a command', {
      exitCode: 2,
      next: 'npm run engine:kubernetes -- exec kubectl get pods',
    })
  const ran = spawnSync('nsenter', [`--target=${first}`, '--net', '--', program, ...args], {
    stdio: 'inherit',
    env: { ...process.env, KUBECONFIG: folder.kubeconfig, PATH: `${folder.bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}` },
  })
  return ran.status ?? 130
}

/** The half of the platform, with times divided by `speed`; waits until every pod is ready, and reached. */
function deploy(speed: number): number {
  if (!(speed >= 1))
    throw new FiredrillError('CLUSTER_SPEED', 'deploy takes a number from 1', {
      exitCode: 2,
      next: 'npm run engine:kubernetes -- deploy 15',
    })
  writeOverlay(folder.platform, path.join(CHECKOUT, 'examples/kubernetes'), speed)
  const steps = [
    ['kubectl', 'apply', '--kustomize', folder.platform],
    ...['firedrill-rbac.yaml', 'firedrill-load-rbac.yaml'].map((file) => [
      'kubectl',
      'apply',
      `--namespace=${NAMESPACE}`,
      `--filename=${path.join(CHECKOUT, 'deploy/kubernetes', file)}`,
    ]),
    ...WORKLOADS.map((workload) => ['kubectl', 'rollout', 'status', `--namespace=${NAMESPACE}`, '--timeout=5m', workload]),
    [process.execPath, path.join(CHECKOUT, 'lab/cluster/answering.ts'), ...FIRST_ASKED],
  ]
  for (const step of steps) {
    const code = enter(step)
    if (code !== 0) return code === 130 ? code : 3
  }
  return 0
}

async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'up': {
      const enforces = args[0] === '--policies'
      refuseOthers('up', enforces ? args.slice(1) : args)
      await up(enforces)
      return 0
    }
    case 'down':
      await down(args.includes('--remove'))
      return 0
    case 'status': {
      const first = existsSync(folder.ready) ? firstProcess(folder) : undefined
      process.stdout.write(first === undefined ? 'down\n' : `up: pid ${first}, ${folder.kubeconfig}\n`)
      return first === undefined ? 3 : 0
    }
    case 'exec':
      return enter(args)
    case 'deploy':
      refuseOthers('deploy', args.slice(1))
      return deploy(Number(args[0] ?? SPEED))
    case 'kubectl':
      return enter(['kubectl', ...args])
    default:
      process.stderr.write(
        'npm run engine:kubernetes -- up [--policies] | down [--remove] | status | exec COMMAND... | deploy [SPEED] | kubectl ARGUMENT...\n',
      )
      return 2
  }
}

await runEngineCommand(main, interrupted)
