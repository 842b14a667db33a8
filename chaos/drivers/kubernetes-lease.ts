import { setTimeout as delay } from 'node:timers/promises'
import type { CoordinationV1Api, V1Lease } from '@kubernetes/client-node'
import { FiredrillError } from '../../verify/model/error.ts'
import { configOf, mayDo, type Workload } from './kubernetes-driver.ts'
import type { Permission } from '../fault.ts'

/** What drills from several machines exclude one another by: one Lease of this name in each namespace that faults touch. */
const NAME = 'firedrill'
const GROUP = 'coordination.k8s.io'

/** A dead drill keeps others out for so long: about as long as its watchdog needs to undo everything. */
const DURATION_S = 30
/** Renewed three times as often as it would expire. */
const RENEWALS = 3

export interface LeaseClocks {
  durationS: number
  renewMs?: number
}

type Place = Pick<Workload, 'context' | 'namespace'>

export interface HeldLease {
  /** Aborted when another has taken it, or when it could not be renewed until it expired: from then on another may drill here. */
  lost: AbortSignal
  /** Deletes it. One that another has taken stays. */
  release(): Promise<void>
}

/**
 * Takes the lease of a namespace and renews it until it is released. Rejects with DRILL_ELSEWHERE while another holds it, with
 * FAULT_FORBIDDEN where this user may not. `holder`: the same for all drills that exclude one another already, which take over at once.
 * https://kubernetes.io/docs/concepts/architecture/leases/
 */
export async function holdLease(
  place: Place,
  holder: string,
  { durationS, renewMs }: LeaseClocks = { durationS: DURATION_S },
): Promise<HeldLease> {
  await mayDo({ ...place, kind: 'deployment', name: NAME }, PERMISSIONS)
  const { CoordinationV1Api } = await import('@kubernetes/client-node')
  const api = (await configOf(place)).makeApiClient(CoordinationV1Api)
  const lease = new Lease(api, place, holder, durationS)
  await lease.acquire()
  return lease.renewed(renewMs ?? (durationS * 1_000) / RENEWALS)
}

const PERMISSIONS: readonly Permission[] = [
  { verb: 'create', group: GROUP, resource: 'leases' },
  { verb: 'get', group: GROUP, resource: 'leases', name: NAME },
  { verb: 'update', group: GROUP, resource: 'leases', name: NAME },
  { verb: 'delete', group: GROUP, resource: 'leases', name: NAME },
]

class Lease {
  private held: V1Lease = {}
  private readonly api: CoordinationV1Api
  private readonly place: Place
  private readonly holder: string
  private readonly durationS: number

  constructor(api: CoordinationV1Api, place: Place, holder: string, durationS: number) {
    this.api = api
    this.place = place
    this.holder = holder
    this.durationS = durationS
  }

  async acquire(): Promise<void> {
    const { namespace } = this.place
    for (;;) {
      const found = await this.read()
      if (found === null) {
        const body = await this.body({ name: NAME, namespace })
        const made = await this.api.createNamespacedLease({ namespace, body }).catch(unlessConflict)
        if (made !== null) return void (this.held = made)
        continue
      }
      if (found.spec?.holderIdentity !== this.holder) await this.refuseWhileHeld(found)
      if (await this.replace(found)) return
    }
  }

  /** Renews it from now on; the timer keeps no process alive. */
  renewed(everyMs: number): HeldLease {
    const lost = new AbortController()
    let renewing: Promise<void> = Promise.resolve()
    let renewedMs = performance.now()
    const renew = async (): Promise<void> => {
      const ours = await this.renew().catch(() => undefined)
      if (ours === true) renewedMs = performance.now()
      const expired = performance.now() - renewedMs >= this.durationS * 1_000
      if (ours === false || expired) lost.abort(lostError(this.place, ours === false))
    }
    const timer = setInterval(() => (renewing = renewing.then(renew)), everyMs)
    timer.unref()
    lost.signal.addEventListener('abort', () => clearInterval(timer))
    return {
      lost: lost.signal,
      release: async () => {
        clearInterval(timer)
        await renewing
        if (!lost.signal.aborted) await this.remove()
      },
    }
  }

  /** False: it is another's now. What else changed it (an annotation) changed nothing of that. */
  private async renew(): Promise<boolean> {
    if (await this.replace(this.held)) return true
    const found = await this.read()
    return found?.spec?.holderIdentity === this.holder && (await this.replace(found))
  }

  private read(): Promise<V1Lease | null> {
    return this.api.readNamespacedLease({ name: NAME, namespace: this.place.namespace }).catch((error: { code?: number }) => {
      if (error.code === 404) return null
      throw error
    })
  }

  /** False: it was changed since it was read, so it may be another's. */
  private async replace({ metadata }: V1Lease): Promise<boolean> {
    const { namespace } = this.place
    const body = await this.body({
      name: NAME,
      namespace,
      ...(metadata?.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    })
    const done = await this.api.replaceNamespacedLease({ name: NAME, namespace, body }).catch(unlessConflict)
    if (done !== null) this.held = done
    return done !== null
  }

  private async body(metadata: V1Lease['metadata'] & object): Promise<V1Lease> {
    const { V1MicroTime } = await import('@kubernetes/client-node')
    const now = new V1MicroTime()
    const acquireTime = this.held.spec?.acquireTime ?? now
    return {
      apiVersion: `${GROUP}/v1`,
      kind: 'Lease',
      metadata,
      spec: { holderIdentity: this.holder, leaseDurationSeconds: this.durationS, acquireTime, renewTime: now },
    }
  }

  private async remove(): Promise<void> {
    const { uid, resourceVersion } = this.held.metadata ?? {}
    const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) }
    await this.api
      .deleteNamespacedLease({ name: NAME, namespace: this.place.namespace, body: { preconditions } })
      .catch((error: { code?: number }) => {
        if (error.code !== 404 && error.code !== 409) throw error
      })
  }

  /**
   * An expired lease is watched for as long as a living holder needs to renew it: the clocks of two machines may differ by more than its
   * duration.
   */
  private async refuseWhileHeld(found: V1Lease): Promise<void> {
    const { holderIdentity = '', renewTime, leaseDurationSeconds = this.durationS } = found.spec ?? {}
    if (holderIdentity === '') return
    const leftMs = new Date(renewTime ?? 0).getTime() + leaseDurationSeconds * 1_000 - Date.now()
    if (leftMs > 0) throw elsewhere(this.place, found)
    const deadline = performance.now() + (2 * leaseDurationSeconds * 1_000) / RENEWALS
    while (performance.now() < deadline) {
      await delay(Math.min(1_000, (leaseDurationSeconds * 1_000) / 10))
      const now = await this.read()
      if (now === null) return
      if (now.metadata?.resourceVersion !== found.metadata?.resourceVersion) throw elsewhere(this.place, now)
    }
  }
}

function unlessConflict(error: { code?: number }): null {
  if (error.code === 409) return null
  throw error
}

function elsewhere({ context, namespace }: Place, { spec }: V1Lease): FiredrillError {
  const { holderIdentity, acquireTime, leaseDurationSeconds } = spec ?? {}
  const since = acquireTime === undefined ? '' : ` since ${new Date(acquireTime).toISOString()}`
  return new FiredrillError('DRILL_ELSEWHERE', `${holderIdentity} drills in namespace ${namespace} of ${context}${since}`, {
    exitCode: 3,
    next: `wait for it; one that died is out ${leaseDurationSeconds} s after its last sign of life (kubectl -n ${namespace} get lease ${NAME})`,
  })
}

function lostError({ context, namespace }: Place, taken: boolean): FiredrillError {
  const why = taken ? 'another has taken it' : 'it could not be renewed until it expired'
  return new FiredrillError('CLUSTER_LEASE_LOST', `the lease of namespace ${namespace} of ${context} is lost: ${why}`, {
    exitCode: 3,
    next: 'everything is undone; look whether another drill runs there, and whether the API server was reachable',
  })
}
