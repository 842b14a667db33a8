import { readFileSync } from 'node:fs'
import { podsIn } from '../../chaos/drivers/kubernetes-driver.ts'
import type { PodsPlace } from '../model/target.ts'

/**
 * Which part of the target a process is of, where the processes of a cluster's pods are this machine's: by the uid of the pod in the
 * process's control group. Each pod of the namespace is a part: by the name that the target has for its workload, else by the workload's.
 */
export interface PodProcesses {
  /** Rejects where the API server does not answer, or does not list the pods. */
  list(): Promise<void>
  /** undefined: of no pod of the namespace. A pod that is new is asked for meanwhile, and known a moment later. */
  partOf(pid: number): string | undefined
}

/** The API server is asked no more often than this. */
const AGAIN_MS = 1_000

/** `groupOf`: what /proc says of a process's control groups. */
export function podProcesses(place: PodsPlace, groupOf = groupsOf): PodProcesses {
  /** By uid; null: of another namespace. */
  const known = new Map<string, string | null>()
  const wanted = new Set<string>()
  let asking = false
  let askedMs = -Infinity
  const list = async (): Promise<void> => {
    const before = [...wanted]
    for (const { uid, workload } of await podsIn(place)) known.set(uid, place.parts[workload] ?? workload.slice(workload.indexOf('/') + 1))
    for (const uid of before) if (!known.has(uid)) known.set(uid, null)
    wanted.clear()
  }
  const askFor = (uid: string): void => {
    wanted.add(uid)
    if (asking || performance.now() - askedMs < AGAIN_MS) return
    asking = true
    askedMs = performance.now()
    // What fails is asked for again with the next sample.
    list()
      .catch(() => undefined)
      .finally(() => (asking = false))
  }
  return {
    list,
    partOf(pid) {
      const uid = podIn(groupOf(pid))
      if (uid === undefined) return undefined
      if (!known.has(uid)) askFor(uid)
      return known.get(uid) ?? undefined
    },
  }
}

/**
 * The uid of the pod that a control group is of. kubelet names it `pod` and the uid; with systemd's driver in a slice, and _ for -:
 * https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/kubelet/cm/cgroup_manager_linux.go
 */
export function podIn(group: string): string | undefined {
  return /[/-]pod([0-9a-f]{8}([-_])(?:[0-9a-f]{4}\2){3}[0-9a-f]{12})(?![0-9a-f])/.exec(group)?.[1]?.replaceAll('_', '-')
}

function groupsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  } catch {
    return ''
  }
}
