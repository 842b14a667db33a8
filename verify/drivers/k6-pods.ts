import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { LoadPod } from '../model/load-pod.ts'
import type { Credentials, LoadPods } from '../model/target.ts'
import type { EndedLoad, Load, LoadStart, RunningLoad } from '../run/ports.ts'
import { messageOf } from '../text/error-text.ts'
import { loadObjects, type LoadObjects } from './k6-job.ts'
import { mergeSlices } from './merge-load.ts'
import { PodLog } from './pod-log.ts'
import { endedLoad, type PodEnd } from './pods-ended.ts'

/** The cluster that the Job runs in (chaos/drivers/kubernetes-load.ts). */
export interface LoadCluster {
  /** Makes the objects; how to take them away is on disk before. Rejects with nothing left behind. */
  place(objects: LoadObjects, experiment: string, maxMs: number): Promise<PlacedLoad>
  pods(name: string): Promise<LoadPod[]>
  /** Why a Job has fewer pods than it was asked for, in words; undefined: nothing is known. */
  whyFewer(name: string): Promise<string | undefined>
  /** The log of k6 from `since` on, as it is written. Resolves at its end; rejects where the connection breaks. */
  follow(pod: string, since: string | undefined, write: (text: string) => void, signal: AbortSignal): Promise<void>
  /** k6's own API in the pod: changes what is given, and answers how it is then. */
  k6(pod: string, change?: K6Change): Promise<K6Status>
}

export interface PlacedLoad {
  /** Deletes all of it and waits until no pod is left. */
  undo(): Promise<unknown>
}

export type K6Change = { paused: boolean } | { stopped: boolean }

/** https://grafana.com/docs/k6/latest/reference/k6-rest-api/ */
export interface K6Status {
  status: number
  paused: boolean
  vusMax: number
}

/** All that comes before the first request is done: ExecutionStatusInitDone, and after it PausedBeforeRun, of k6's lib package. */
const INITIALISED = 3

interface PodClocks {
  /** Between two looks at the pods. */
  pollMs: number
  /** How long a pod may take to confirm that it was let go, or stopped. */
  confirmMs: number
  /** How long the pods' last words may take to arrive after that. */
  lastWordsMs: number
  /** k6 writes samples every second: a connection that brings none for so long is dead. */
  silenceMs: number
}

const CLOCKS: PodClocks = { pollMs: 500, confirmMs: 10_000, lastWordsMs: 45_000, silenceMs: 15_000 }
/** k6 writes its summary up to so much later than its last request. */
const SUMMARY_MS = 3_000
/** How much longer than the load may last its Job is there, until the watchdog takes it away. */
const SPARE_MS = 120_000
/** A log of a pod that is over is asked for so often. */
const MOST_READS = 3

/** Sends each load from pods of a cluster. `program`: of a scenario, in one file. */
export function k6Pods(options: {
  load: LoadPods
  cluster: LoadCluster
  program: (scenario: string) => Promise<string>
  credentials: Record<string, Credentials>
  clocks?: PodClocks
}): Load {
  const { load, cluster, credentials } = options
  return {
    async start(use, begin) {
      const job = new JobRun(load, cluster, options.clocks ?? CLOCKS)
      try {
        const program = await options.program(use.scenario)
        begin.signal?.throwIfAborted()
        await job.place(loadObjects(job.name, use, begin, { load, program, credentials }), begin)
        await job.untilReady(begin.signal)
      } catch (error) {
        await job.takeAway()
        if (begin.signal?.aborted === true) throw error
        return neverBegan(load.pods, messageOf(error))
      }
      return job.letGo()
    },
  }
}

function neverBegan(pods: number, why: string): RunningLoad {
  const ended: EndedLoad = { exitCode: -1, summary: null, error: `nothing was sent: k6 was to begin in ${pods} pods at once. ${why}` }
  return { done: Promise.resolve(ended), stop: () => Promise.resolve(ended) }
}

interface Member {
  index: number
  log: PodLog
  seen?: LoadPod
  status?: K6Status
  unreachable?: string
  replacedBy?: string
  lagMs?: number
  /** Its log is read to its end, unix ms. */
  readMs?: number
}

/** When it was stopped, unix ms; `everywhere`: every pod has confirmed it by then. */
interface Stopping {
  fromMs: number
  byMs?: number
  everywhere?: boolean
}

/** One load: its Job, and what is known of each pod. */
class JobRun {
  readonly name = `firedrill-load-${randomBytes(5).toString('hex')}`
  private readonly load: LoadPods
  private readonly cluster: LoadCluster
  private readonly clocks: PodClocks
  private readonly members: Member[]
  private readonly left = new AbortController()
  private placed: PlacedLoad | undefined
  private begunMs = 0
  private stopping: Stopping | undefined
  private taken: Promise<unknown> | undefined

  constructor(load: LoadPods, cluster: LoadCluster, clocks: PodClocks) {
    this.load = load
    this.cluster = cluster
    this.clocks = clocks
    this.members = Array.from({ length: load.pods }, (_, index) => ({ index, log: new PodLog(load.services) }))
  }

  async place(objects: LoadObjects, { experiment, maxMs }: LoadStart): Promise<void> {
    this.placed = await this.cluster.place(objects, experiment, maxMs + this.load.startWithinS * 1_000 + SPARE_MS)
  }

  /** Rejects with what is wrong where not all are ready in time, or one cannot be. */
  async untilReady(signal: AbortSignal | undefined): Promise<void> {
    const deadline = performance.now() + this.load.startWithinS * 1_000
    for (;;) {
      signal?.throwIfAborted()
      await this.look()
      const unready = this.members.filter(({ status }) => !isReady(status))
      await Promise.all(unready.filter(({ seen }) => seen?.running === true).map((member) => this.ask(member)))
      const missing = this.members.filter(({ status, seen }) => !isReady(status) || seen?.over === true)
      if (missing.length === 0) return this.requireUsers()
      const lost = missing.filter(({ seen }) => seen?.over === true || seen?.hopeless === true)
      if (lost.length > 0) throw new Error(await this.whyNot(lost))
      if (performance.now() > deadline)
        throw new Error(`Not all were ready within ${this.load.startWithinS} s: ${await this.whyNot(missing)}`)
      await delay(this.clocks.pollMs, undefined, signal === undefined ? {} : { signal })
    }
  }

  /** Lets k6 go in all pods at once. */
  letGo(): RunningLoad {
    this.begunMs = Date.now()
    const letGoAt = performance.now()
    for (const member of this.members) {
      void this.tell(member, { paused: false }).then((confirmed) => {
        if (confirmed) member.lagMs = performance.now() - letGoAt
      })
      void this.read(member)
    }
    const done = this.untilOver().then(() => this.end())
    return {
      done,
      soFar: () => mergeSlices(this.members.flatMap(({ log }) => log.soFar())),
      stop: async () => {
        await this.stopAll()
        return done
      },
    }
  }

  /** Deletes everything; what cannot be deleted is left to the ledger, and named there. */
  async takeAway(): Promise<void> {
    this.left.abort()
    await (this.taken ??= this.placed?.undo().catch(() => undefined))
  }

  private requireUsers(): void {
    const idle = this.members.filter(({ status }) => status?.vusMax === 0).map(({ index }) => index)
    if (idle.length > 0)
      throw new Error(
        `The scenario has fewer virtual users than there are pods: none for pod ${idle.join(', ')}. Its options need at least ${this.load.pods} of them (FIREDRILL_PODS), or the target file fewer pods.`,
      )
  }

  private async whyNot(missing: readonly Member[]): Promise<string> {
    const fewer = missing.some(({ seen }) => seen === undefined)
      ? await this.cluster.whyFewer(this.name).catch((error: unknown) => messageOf(error))
      : undefined
    return missing
      .map(({ index, seen, unreachable }) => {
        if (seen === undefined) return `pod ${index} is not there${fewer === undefined ? '' : `: ${fewer}`}`
        const why = seen.because ?? unreachable
        return `pod ${index} (${seen.name}${seen.node === undefined ? '' : ` on ${seen.node}`}) is not ready${why === undefined ? '' : `: ${why}`}`
      })
      .join('; ')
  }

  private async look(): Promise<void> {
    try {
      const pods = await this.cluster.pods(this.name)
      for (const pod of pods) {
        const member = this.members[pod.index]
        if (member === undefined) continue
        if (member.seen !== undefined && member.seen.name !== pod.name) member.replacedBy = pod.name
        else member.seen = pod
      }
      const listed = new Set(pods.map(({ name }) => name))
      for (const member of this.members)
        if (member.seen !== undefined && !listed.has(member.seen.name) && !member.seen.over)
          member.seen = { ...member.seen, running: false, over: true, because: 'it was deleted' }
      for (const member of this.members) if (member.seen?.over !== true) delete member.unreachable
    } catch (error) {
      // The API server may be away for a while; what it says then counts.
      for (const member of this.members) member.unreachable = messageOf(error)
    }
  }

  private async ask(member: Member): Promise<void> {
    try {
      member.status = await this.cluster.k6(member.seen?.name ?? '')
    } catch (error) {
      // Its container runs for a moment before k6 listens.
      member.unreachable = messageOf(error)
    }
  }

  /** Whether k6 in the pod has confirmed the change. */
  private async tell(member: Member, change: K6Change): Promise<boolean> {
    const deadline = performance.now() + this.clocks.confirmMs
    while (member.log.summary === null && member.seen?.over !== true && performance.now() < deadline) {
      try {
        await this.cluster.k6(member.seen?.name ?? '', change)
        return true
      } catch (error) {
        member.unreachable = messageOf(error)
        // An answer may have been lost on its way, and k6 refuses to let go what is let go.
        if ('paused' in change && (await this.isLetGo(member))) return true
        await delay(this.clocks.pollMs)
      }
    }
    return false
  }

  private async isLetGo({ seen }: Member): Promise<boolean> {
    return this.cluster.k6(seen?.name ?? '').then(
      ({ paused }) => !paused,
      () => false,
    )
  }

  private async stopAll(): Promise<void> {
    if (this.stopping !== undefined) return
    const stopping: Stopping = { fromMs: Date.now() }
    this.stopping = stopping
    const confirmed = await Promise.all(
      this.members.map(async (member) => (await this.tell(member, { stopped: true })) || member.log.summary !== null || isOver(member)),
    )
    stopping.byMs = Date.now()
    stopping.everywhere = confirmed.every(Boolean)
  }

  /** Follows a log through broken connections until the summary has come or the pod is over and has no more to say. */
  private async read(member: Member): Promise<void> {
    let reads = 0
    while (!this.left.signal.aborted && member.log.summary === null && reads < MOST_READS) {
      // The last read of a pod that is over has everything that there is.
      if (member.seen?.over === true) reads += 1
      try {
        await this.readOn(member)
        if (reads > 0) break
      } catch (error) {
        member.unreachable = messageOf(error)
      }
      if (member.log.summary === null) await delay(this.clocks.pollMs, undefined, { signal: this.left.signal }).catch(() => undefined)
    }
    member.readMs = Date.now()
  }

  private async readOn({ seen, log }: Member): Promise<void> {
    const dead = new AbortController()
    const silence = setTimeout(() => dead.abort(new Error('its log brought nothing any more')), this.clocks.silenceMs)
    const write = (text: string): void => {
      silence.refresh()
      log.write(text)
    }
    try {
      await this.cluster.follow(seen?.name ?? '', log.since(), write, AbortSignal.any([this.left.signal, dead.signal]))
    } finally {
      clearTimeout(silence)
    }
  }

  private async untilOver(): Promise<void> {
    let patience = Infinity
    for (;;) {
      await this.look()
      if (this.members.every((member) => isOver(member))) return
      if (this.stopping?.byMs !== undefined) patience = Math.min(patience, performance.now() + this.clocks.lastWordsMs)
      if (performance.now() > patience) return
      await delay(this.clocks.pollMs)
    }
  }

  private async end(): Promise<EndedLoad> {
    const { stopping } = this
    const read = this.members.map(({ readMs }) => readMs ?? Date.now())
    const taken = this.takeAway()
    // What was not confirmed to be stopped sends until it is deleted.
    if (stopping !== undefined && stopping.everywhere !== true) await taken
    const overMs: [number, number] =
      stopping === undefined
        ? [Math.min(...read) - SUMMARY_MS, Math.max(...read)]
        : [stopping.fromMs, stopping.everywhere === true ? (stopping.byMs ?? Date.now()) : Date.now()]
    return endedLoad(this.members.map(endOf), { begunMs: this.begunMs, overMs, stopped: stopping !== undefined })
  }
}

function isReady(status: K6Status | undefined): boolean {
  return status !== undefined && status.paused && status.status >= INITIALISED
}

/** Nothing more will come from it. */
function isOver({ seen, readMs }: Member): boolean {
  return seen?.over === true && readMs !== undefined
}

function endOf({ index, seen, log, lagMs, unreachable, replacedBy }: Member): PodEnd {
  return {
    index,
    ...(seen === undefined ? {} : { pod: seen.name }),
    ...(seen?.node === undefined ? {} : { node: seen.node }),
    ...(seen?.exitCode === undefined ? {} : { exitCode: seen.exitCode }),
    ...(seen?.because === undefined ? {} : { because: seen.because }),
    summary: log.summary,
    counted: log.counted(),
    slices: log.soFar(),
    rows: log.rows(),
    lastWords: log.lastWords(),
    ...(lagMs === undefined ? {} : { lagMs }),
    ...(unreachable === undefined ? {} : { unreachable }),
    ...(replacedBy === undefined ? {} : { replacedBy }),
  }
}
