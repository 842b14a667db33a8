import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { ClusterFolder } from './cluster-folder.ts'

/** Rarely used parts of 10.0.0.0/8, and all of it in a network namespace of its own. */
export const NODE_ADDRESS = '10.213.0.2'
export const API_PORT = 6443
export const NODE_NAME = 'firedrill-node'
export const CONTROL_GROUP = 'firedrill-cluster'
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock'
export const PAUSE_IMAGE = 'docker.io/firedrill/pause:1'
export const PODS = '10.244.0.0/24'
export const SERVICES = '10.96.0.0/16'
/** A context of the kubeconfig each; groups are those that Kubernetes itself gives rights. */
const USERS = {
  'admin': { user: 'admin', groups: 'system:masters' },
  // Has what deploy/kubernetes/firedrill-rbac.yaml gives it, and no more.
  'firedrill': { user: 'firedrill', groups: '' },
  'controller-manager': { user: 'system:kube-controller-manager', groups: '' },
  'scheduler': { user: 'system:kube-scheduler', groups: '' },
  'kubelet': { user: `system:node:${NODE_NAME}`, groups: 'system:nodes' },
  'proxy': { user: 'system:kube-proxy', groups: '' },
} as const
export type ClusterUser = keyof typeof USERS

export interface NodePrograms {
  kube: string
  /** `/usr` of the unpacked packages. */
  usr: string
  /** What enforces NetworkPolicies; absent: nothing does. */
  policies?: string
}

/** Files of the node by path. JSON is YAML: kubelet, kube-proxy and kubectl read it. */
export function nodeFiles({ node, kubeconfig }: ClusterFolder, { usr }: NodePrograms): Record<string, string> {
  const at = (name: string): string => path.join(node, name)
  const tokens = Object.fromEntries(Object.keys(USERS).map((name) => [name, randomBytes(24).toString('hex')])) as Record<
    ClusterUser,
    string
  >
  return {
    [at('tokens.csv')]: Object.entries(USERS)
      .map(([name, { user, groups }]) => `${[tokens[name as ClusterUser], user, user, groups].filter(Boolean).join(',')}\n`)
      .join(''),
    [kubeconfig]: kubeconfigText(tokens, certificateOf(node), 'admin'),
    ...Object.fromEntries(
      (['controller-manager', 'scheduler', 'kubelet', 'proxy'] as const).map((user) => [
        at(`${user}.kubeconfig`),
        kubeconfigText(tokens, certificateOf(node), user),
      ]),
    ),
    [at('kubelet.yaml')]: JSON.stringify(kubelet(at), null, 2),
    [at('proxy.yaml')]: JSON.stringify(proxy(at('proxy.kubeconfig')), null, 2),
    [at('cni/10-firedrill.conflist')]: JSON.stringify(CNI, null, 2),
    [at('containerd.toml')]: containerd(at, usr),
  }
}

/** Made by the API server itself when it starts. */
export function certificateOf(node: string): string {
  return path.join(node, 'pki', 'apiserver.crt')
}

function kubeconfigText(tokens: Record<ClusterUser, string>, certificate: string, current: ClusterUser): string {
  const names = current === 'admin' ? (['admin', 'firedrill'] as const) : [current]
  return JSON.stringify(
    {
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{ name: 'node', cluster: { 'server': `https://${NODE_ADDRESS}:${API_PORT}`, 'certificate-authority': certificate } }],
      'users': names.map((name) => ({ name, user: { token: tokens[name] } })),
      'contexts': names.map((name) => ({ name, context: { cluster: 'node', user: name } })),
      'current-context': current,
    },
    null,
    2,
  )
}

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
function kubelet(at: (name: string) => string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    // Nothing but the cluster itself is in its network namespace, and it has no certificate authority of its own.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${CONTROL_GROUP}`,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    volumePluginDir: at('volume-plugins'),
    podLogsDir: at('pods'),
    staticPodPath: '',
    // There is no cluster DNS: a name that is not in /etc/hosts is refused at once.
    clusterDNS: [],
    resolvConf: '',
    maxPods: 60,
    enforceNodeAllocatable: ['pods'],
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'nodefs.inodesFree': '1%', 'imagefs.available': '1%' },
    // Images come from nowhere a second time.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: '5s',
  }
}

/** https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
function proxy(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig },
    clusterCIDR: PODS,
    // 0: as the machine has them. They are no namespace's own.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    healthzBindAddress: '',
    metricsBindAddress: '127.0.0.1:10249',
  }
}

/** https://www.cni.dev/plugins/current/main/ptp/ */
const CNI = {
  cniVersion: '0.4.0',
  name: 'firedrill',
  plugins: [
    {
      type: 'ptp',
      ipMasq: false,
      mtu: 1500,
      ipam: { type: 'host-local', ranges: [[{ subnet: PODS }]], routes: [{ dst: '0.0.0.0/0' }], dataDir: '/run/cni-ipam' },
    },
  ],
}

/** https://github.com/containerd/containerd/blob/v1.6.20/docs/cri/config.md */
function containerd(at: (name: string) => string, usr: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  const unused = ['snapshotter.v1.btrfs', 'snapshotter.v1.zfs', 'snapshotter.v1.aufs', 'snapshotter.v1.devmapper', 'internal.v1.opt']
  return `version = 2
root = ${JSON.stringify(at('containerd'))}
state = "/run/containerd"
oom_score = 0
disabled_plugins = ${JSON.stringify([...unused, 'tracing.processor.v1.otlp'].map((name) => `io.containerd.${name}`))}
[grpc]
  address = ${JSON.stringify(CONTAINERD_SOCKET)}
[${cri}]
  sandbox_image = ${JSON.stringify(PAUSE_IMAGE)}
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
[${cri}.cni]
  bin_dir = ${JSON.stringify(path.join(usr, 'lib/cni'))}
  conf_dir = ${JSON.stringify(at('cni'))}
[${cri}.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  BinaryName = ${JSON.stringify(path.join(usr, 'sbin/runc'))}
  SystemdCgroup = false
`
}

/** Arguments of `kube` for each component, in the order in which they are started. */
export function controlPlane(node: string): Record<string, string[]> {
  const at = (name: string): string => path.join(node, name)
  const etcd = 'http://127.0.0.1:2379'
  const peer = 'http://127.0.0.1:2380'
  const controllers = [
    ...['deployment', 'replicaset', 'statefulset', 'daemonset', 'job', 'serviceaccount', 'root-ca-certificate-publisher-controller'],
    ...['endpointslice', 'garbagecollector', 'namespace', 'podgc', 'nodelifecycle', 'disruption', 'ttl-after-finished'],
  ]
  return {
    'etcd': [
      // A machine that fails takes this cluster along: nothing has to reach the disk.
      ...['--name=node', `--data-dir=${at('etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
      ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=${peer}`],
      ...[`--initial-advertise-peer-urls=${peer}`, `--initial-cluster=node=${peer}`],
    ],
    'kube-apiserver': [
      ...[`--etcd-servers=${etcd}`, `--secure-port=${API_PORT}`, '--bind-address=0.0.0.0', `--advertise-address=${NODE_ADDRESS}`],
      ...[`--cert-dir=${at('pki')}`, `--token-auth-file=${at('tokens.csv')}`, '--authorization-mode=Node,RBAC', '--anonymous-auth=false'],
      ...['--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${at('service-accounts.pub')}`],
      ...[`--service-account-signing-key-file=${at('service-accounts.key')}`, `--service-cluster-ip-range=${SERVICES}`],
      ...['--kubelet-preferred-address-types=InternalIP', '--profiling=false'],
    ],
    'kube-controller-manager': [
      ...[`--kubeconfig=${at('controller-manager.kubeconfig')}`, '--use-service-account-credentials', '--leader-elect=false'],
      ...[`--service-account-private-key-file=${at('service-accounts.key')}`, `--root-ca-file=${certificateOf(node)}`],
      ...[`--flex-volume-plugin-dir=${at('volume-plugins')}`, `--controllers=${controllers.join(',')}`],
      ...['--bind-address=127.0.0.1', '--secure-port=0', '--profiling=false'],
    ],
    'kube-scheduler': [
      ...[`--kubeconfig=${at('scheduler.kubeconfig')}`, '--leader-elect=false', '--bind-address=127.0.0.1', '--secure-port=0'],
    ],
  }
}

/** The same of the node, once containerd answers. */
export function nodeComponents(node: string): Record<string, string[]> {
  const at = (name: string): string => path.join(node, name)
  return {
    'kubelet': [
      ...[`--config=${at('kubelet.yaml')}`, `--kubeconfig=${at('kubelet.kubeconfig')}`, `--root-dir=${at('kubelet')}`],
      ...[`--cert-dir=${at('kubelet-pki')}`, `--hostname-override=${NODE_NAME}`, `--node-ip=${NODE_ADDRESS}`],
    ],
    'kube-proxy': [`--config=${at('proxy.yaml')}`, `--hostname-override=${NODE_NAME}`],
  }
}
