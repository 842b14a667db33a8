import type { TargetPart } from '../verify/model/target.ts'

type RedisAddress = NonNullable<TargetPart['redis']>
type MysqlAddress = NonNullable<TargetPart['mysql']>

/**
 * How to restore one thing, as data: it is on disk before the fault is, and any later process can carry it out. Absolute
 * ("state := running"), never a delta, so that doing it twice, or for a fault that was never applied, changes nothing.
 */
export type Undo =
  /** Started, not paused, healthy. */
  | { driver: 'process'; state: 'running'; recordFile: string }
  /** Running and not paused. `id` is the container's id: a recreated one has the name, another id, and nothing of the fault. */
  | { driver: 'docker'; state: 'running'; socket: string; container: string; id: string }
  /** On each of these networks, known there by these names. `id` as above. */
  | {
      driver: 'docker-network'
      state: 'connected'
      socket: string
      container: string
      id: string
      networks: { network: string; aliases: string[]; address?: object }[]
    }
  /** Services run as Docker Compose had made them, by its hash of their configuration, and the folder of the drill's files is gone. */
  | ({ driver: 'compose'; state: 'as-deployed' } & Omit<NonNullable<TargetPart['composeConfiguration']>, 'texts' | 'memories' | 'override'>)
  /** The workload with this uid is no longer scaled to 0, but to `replicas` unless another has scaled it since; all its pods are ready. */
  | { driver: 'kubernetes'; state: 'ready'; workload: NonNullable<TargetPart['kubernetes']>; uid: string; replicas: number }
  /** In these containers, as long as they are the same, no process is stopped and none has the token in its environment. */
  | {
      driver: 'container-processes'
      state: 'running'
      workload: NonNullable<TargetPart['kubernetes']>
      token: string
      containers: { pod: string; container: string; id: string }[]
    }
  /** The NetworkPolicy is absent, and these containers, as long as they are the same, reach the API server. */
  | {
      driver: 'network-policy'
      state: 'absent'
      workload: NonNullable<TargetPart['kubernetes']>
      policy: string
      containers: { pod: string; container: string; id: string }[]
    }
  /**
   * The resource of Chaos Mesh is absent, and these containers have recovered: of PodChaos each runs its image again, as long as its pod is
   * the same; of NetworkChaos those that still run reach the API server (`withinMs`: as fast as before a delay), of StressChaos no process
   * of it runs in them. All pods of the workload are ready.
   */
  | {
      driver: 'chaos-mesh'
      state: 'absent'
      workload: NonNullable<TargetPart['kubernetes']>
      kind: 'PodChaos' | 'NetworkChaos' | 'StressChaos'
      name: string
      containers: { pod: string; uid: string; container: string; id: string; image: string; imageId: string }[]
      withinMs?: number
    }
  /** The Job of this name is gone with its pods, the ConfigMap of its name and, where it had one, the Secret. */
  | { driver: 'kubernetes-load'; state: 'absent'; context: string; namespace: string; name: string; secret: boolean }
  /** The toxics are absent and the proxy listens. */
  | { driver: 'toxiproxy'; api: string; proxy: string; absent: string[]; enabled: true }
  /** Keys prefix + 0 .. count - 1 are absent and the settings have the saved values. */
  | { driver: 'redis'; address: RedisAddress; prefix: string; count: number; config: Record<string, string>; recordFile?: string }
  /** No statement that carries the marker is running. */
  | { driver: 'mysql'; address: MysqlAddress; marker: string; recordFile?: string }
  /** No process of this user has the marker in its command line. */
  | { driver: 'cpu'; state: 'ended'; marker: string }
  /** The folder of this injection is gone, with the one file that it may hold. */
  | { driver: 'disk'; state: 'absent'; folder: string; file: string }
  /** The heap agent of this injection holds nothing. */
  | {
      driver: 'jvm'
      state: 'released'
      recordFile: string
      pid: number
      startTicks: number
      java: string
      heapAgentJar: string
      statusFile: string
    }
  /** The same in a container, as long as that is the run which started at `startedAt`. `heapAgentJar` lies on this machine. */
  | {
      driver: 'container-jvm'
      state: 'released'
      socket: string
      container: string
      id: string
      startedAt: string
      pid: number
      heapAgentJar: string
    }

/** What a driver does with its undo. `signal` bounds them. */
export interface UndoDriver<U extends Undo> {
  /** Brings about the state; resolves when done. */
  restore(undo: U, signal: AbortSignal): Promise<void>
  /** What is not yet as it must be, or null. */
  readBack(undo: U, signal: AbortSignal): Promise<string | null>
  /** Waits, after the undo, for what takes longer than the fault lasts (a health check). What is still wrong, or null. */
  settle?(undo: U, signal: AbortSignal): Promise<string | null>
}
