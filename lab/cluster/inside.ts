/**
 * The cluster from within: run as the first program of mount, network, process, host name and IPC namespaces of its own. What it mounts,
 * sets and starts is seen there alone, and ends with the namespaces.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lastWords } from '../engine/daemon.ts'
import { clusterFolder } from './cluster-folder.ts'
import {
  API_PORT,
  certificateOf,
  CONTAINERD_SOCKET,
  controlPlane,
  NODE_ADDRESS,
  NODE_NAME,
  nodeComponents,
  nodeFiles,
  PODS,
  SERVICES,
} from './node-files.ts'

const [root = '', kube = '', usr = '', policies] = process.argv.slice(2)
const folder = clusterFolder({ FIREDRILL_CLUSTER_DIR: root })
const { node } = folder
const at = (name: string): string => path.join(node, name)

/** What kubelet would set for the whole machine. It reads them first, and finds them set. */
const SYSCTLS = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
}
const POLL_MS = 100
/** Where Debian keeps shared libraries of x86-64. */
const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((name) => path.join(path.dirname(usr), name))
const env = {
  ...process.env,
  // Before the machine's own: an iptables of another version may not know the rules.
  PATH: [at('bin'), ...['sbin', 'bin'].map((name) => path.join(usr, name)), process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'].join(
    ':',
  ),
  LD_LIBRARY_PATH: LIBRARIES.join(':'),
  XTABLES_LIBDIR: path.join(usr, 'lib/x86_64-linux-gnu/xtables'),
}
const run = (program: string, ...args: string[]): string => execFileSync(program, args, { env, encoding: 'utf8' })

function ownFileSystem(): void {
  // Shared among the containers, private to the machine.
  run('mount', '--make-rprivate', '/')
  run('mount', '--make-rshared', '/')
  run('mount', '-t', 'tmpfs', 'tmpfs', '/run')
  for (const name of ['bin', 'cni', 'images', 'log', 'pods', 'sysctls', 'upper', 'work', 'varlog', 'volume-plugins'])
    mkdirSync(at(name), { recursive: true })
  run('mount', '--bind', at('varlog'), '/var/log')
  // kubelet and CNI write to fixed places below it.
  run('mount', '-t', 'overlay', '-o', `lowerdir=/var/lib,upperdir=${at('upper')},workdir=${at('work')}`, 'overlay', '/var/lib')
  for (const [name, value] of Object.entries(SYSCTLS)) {
    const file = at(path.join('sysctls', name.replaceAll('/', '.')))
    writeFileSync(file, value)
    run('mount', '--bind', file, `/proc/sys/${name}`)
  }
  for (const name of ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'])
    symlinkSync(path.join(usr, 'sbin/xtables-nft-multi'), at(path.join('bin', name)))
}

function ownNetwork(): void {
  run('ip', 'link', 'set', 'lo', 'up')
  run('ip', 'link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'node1')
  run('ip', 'link', 'set', 'node1', 'up')
  run('ip', 'address', 'add', `${NODE_ADDRESS}/24`, 'dev', 'node0')
  run('ip', 'link', 'set', 'node0', 'up')
  // It leads nowhere: without a default route a Service's address is refused before iptables sees it.
  run('ip', 'route', 'add', 'default', 'dev', 'node0')
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
  // What would leave by it goes to a pod that is gone, or to a Service whose rules kube-proxy is about to write. It is refused at once:
  // connections of a compressed drill have no time to wait. An `unreachable` route would answer each pod only once a second.
  run('iptables', '--append', 'FORWARD', '--out-interface', 'node0', '--jump', 'REJECT')
  run('iptables', '--append', 'OUTPUT', '--destination', SERVICES, '--jump', 'REJECT')
  // Else the kernel refuses one connection a second and drops the others: https://docs.kernel.org/networking/ip-sysctl.html#icmp-variables
  writeFileSync('/proc/sys/net/ipv4/icmp_ratelimit', '0')
}

/**
 * New connections of pods are put before kube-network-policies. It would do so itself by nftables, whose `queue` a kernel may lack
 * (CONFIG_NFT_QUEUE); iptables brings its own. Before the filter, where a verdict would end kube-proxy's own rules; and also on their
 * way to this machine, where the API server is. What the node itself sends is let through, as Kubernetes wants it for probes:
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-and-node
 */
function askForPolicies(): void {
  const asked = ['--match', 'conntrack', '--ctstate', 'NEW', '--jump', 'NFQUEUE', '--queue-num', '100', '--queue-bypass']
  run('iptables', '--table', 'mangle', '--append', 'FORWARD', ...asked)
  run('iptables', '--table', 'mangle', '--append', 'INPUT', '--source', PODS, ...asked)
}

function ownFiles(): void {
  for (const [file, text] of Object.entries(nodeFiles(folder, { kube, usr }))) writeFileSync(file, text, { mode: 0o600 })
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  writeFileSync(at('service-accounts.key'), privateKey, { mode: 0o600 })
  writeFileSync(at('service-accounts.pub'), publicKey)
}

/** Nothing of the cluster is restarted: it ends with the first part that does. */
function start(name: string, program: string, args: readonly string[]): ChildProcess {
  const file = at(`log/${name}.log`)
  const log = openSync(file, 'a')
  const child = spawn(program, args, { env, stdio: ['ignore', log, log] })
  child.once('error', (error) => failed(`${name} does not start: ${error.message}`))
  child.once('exit', (code, signal) => failed(`${name} ended with ${code === null ? String(signal) : `code ${code}`}\n${lastWords(file)}`))
  return child
}

function failed(why: string): never {
  process.stdout.write(`${why}\n`)
  process.exit(1)
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await delay(POLL_MS)
}

/** The body of an answer of the API server with status 200; undefined for any other. */
function ask(what: string, token: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      const ca = readFileSync(certificateOf(node))
      const headers = { authorization: `Bearer ${token}` }
      const request = get({ host: NODE_ADDRESS, port: API_PORT, path: what, ca, headers, timeout: 5_000 }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.once('end', () => {
          resolve(response.statusCode === 200 ? text : undefined)
        })
      })
      request.once('timeout', () => request.destroy())
      request.once('error', () => {
        resolve(undefined)
      })
    } catch {
      // It has not made its certificate yet.
      resolve(undefined)
    }
  })
}

interface Node {
  status: { conditions?: { type: string; status: string }[] }
}

run('hostname', NODE_NAME)
ownFileSystem()
ownNetwork()
if (policies !== undefined) askForPolicies()
ownFiles()
const [admin = ''] = readFileSync(at('tokens.csv'), 'utf8').split(',')
const { 'etcd': etcd = [], 'kube-apiserver': api = [], ...controllers } = controlPlane(node)
start('etcd', kube, ['etcd', ...etcd])
start('kube-apiserver', kube, ['kube-apiserver', ...api])
start('containerd', 'containerd', ['--config', at('containerd.toml')])
const ctr = (...args: string[]): string => run('ctr', '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', ...args)
await until(async () => {
  try {
    ctr('version')
    return true
  } catch {
    return false
  }
})
for (const name of readdirSync(folder.images).sort()) if (name.endsWith('.tar')) ctr('images', 'import', path.join(folder.images, name))
await until(async () => (await ask('/readyz', admin)) !== undefined)
for (const [name, args] of Object.entries({ ...controllers, ...nodeComponents(node) })) start(name, kube, [name, ...args])
await until(async () => {
  const text = await ask(`/api/v1/nodes/${NODE_NAME}`, admin)
  const conditions = text === undefined ? [] : ((JSON.parse(text) as Node).status.conditions ?? [])
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
})
if (policies !== undefined) {
  start('kube-network-policies', policies, [`--kubeconfig=${folder.kubeconfig}`, `--node=${NODE_NAME}`])
  writeFileSync(folder.policies, '')
}
writeFileSync(folder.ready, '')
