import path from 'node:path'
import { pidOf } from '../engine/engine-folder.ts'
import { cacheRoot } from '../tools/cache.ts'

/** Where the cluster of `npm run engine:kubernetes` keeps everything. Nothing of it lies elsewhere. */
export interface ClusterFolder {
  root: string
  /** Images as archives; they outlive the node. */
  images: string
  /** kubectl, for `exec`. */
  bin: string
  /** The platform's kustomization with compressed times. */
  platform: string
  log: string
  /** Of the process that holds the namespaces. */
  pidFile: string
  /** All that the node writes: made by `up`, deleted by `down`. */
  node: string
  kubeconfig: string
  /** Written when the node takes pods. */
  ready: string
  /** There where NetworkPolicies are enforced. */
  policies: string
}

/** FIREDRILL_CLUSTER_DIR, else cluster/ of the cache. */
export function clusterFolder(env: NodeJS.ProcessEnv): ClusterFolder {
  const named = env['FIREDRILL_CLUSTER_DIR']
  const root = named === undefined || named === '' ? path.join(cacheRoot(env), 'cluster') : path.resolve(named)
  const at = (...names: string[]): string => path.join(root, ...names)
  return {
    root,
    images: at('images'),
    bin: at('bin'),
    platform: at('platform'),
    log: at('cluster.log'),
    pidFile: at('cluster.pid'),
    node: at('node'),
    kubeconfig: at('node', 'kubeconfig'),
    ready: at('node', 'ready'),
    policies: at('node', 'policies'),
  }
}

/** KUBECONFIG where it names another cluster than this one: who has set it may expect that one to be used. */
export function otherKubeconfig(env: NodeJS.ProcessEnv, { kubeconfig }: Pick<ClusterFolder, 'kubeconfig'>): string | undefined {
  const named = env['KUBECONFIG'] ?? ''
  return named === '' || path.resolve(named) === kubeconfig ? undefined : named
}

/** The process that holds the namespaces, undefined when the cluster does not run. A pid that another program has by now is none. */
export function clusterPid({ pidFile, root }: Pick<ClusterFolder, 'pidFile' | 'root'>): number | undefined {
  return pidOf(pidFile, (argv) => argv[0] === 'unshare' && argv.includes(root))
}
