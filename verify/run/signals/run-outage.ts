import type { StoreAnswers } from '../../model/journal.ts'
import { selectorOf } from '../../logs/selector.ts'
import { OUTAGE_LEAD_MS, OUTAGE_TAIL_MS } from '../../model/plan.ts'
import type { PlannedOutage } from '../../model/plan.ts'
import type { LogSpec, OutageSpec } from '../../model/spec.ts'
import { injectFault, undoFault } from '../experiment/inject.ts'
import { countLines, sendOfFlow, sightLines } from './flow-lines.ts'
import { FlowTally } from './flow-tally.ts'
import type { InjectedFault, Ports } from '../ports.ts'
import type { DrillOptions } from '../options.ts'
import { traceIds } from './trace-ids.ts'
import { messageOf } from '../../text/error-text.ts'

const POLL_MS = 500
const IDS_PER_QUESTION = 50
/** More are asked for less often: what is lost is asked for until the end. */
const IDS_PER_LOOK = 200
/** Applying and undoing take time of their own; more requests than this are not sent. */
const SLACK_MS = 60_000
const MOST_REQUESTS = 100_000

/**
 * Stamped, traced requests at a steady rate from before a fault until after its undo, and what becomes of each one's span and line. The
 * fault is
 * the outage's own, or that of an experiment (`undone`: when it is over). However this ends, an own fault is undone before this ends.
 */
export async function runOutage(
  planned: PlannedOutage,
  outage: OutageSpec,
  logs: readonly LogSpec[],
  undone: Promise<void> | undefined,
  ports: Ports,
  options: DrillOptions,
): Promise<void> {
  const { clock, journal } = ports
  const boundMs = planned.durationMs + SLACK_MS
  const account = new Account(
    `${options.runId}-outage-${outage.id}-`,
    clock.now(),
    Math.min(MOST_REQUESTS, Math.ceil((boundMs / 1000) * outage.ratePerS)),
  )
  const stop = new AbortController()
  const sending = send(outage, account, ports, AbortSignal.any([options.signal, stop.signal]))
  let deadline = Number.POSITIVE_INFINITY
  const query = `${selectorOf(logs.find(({ service }) => service === outage.service) ?? { service: outage.service, labels: {} })} |= ${JSON.stringify(account.tally.prefix)}`
  const over = (whole: () => boolean) => (): boolean => deadline !== Number.POSITIVE_INFINITY && (whole() || clock.now() >= deadline)
  const watching = [
    outage.spans === undefined
      ? undefined
      : watchSpans(
          account,
          ports,
          options.signal,
          over(() => account.unseen().length === 0),
        ),
    outage.lines === undefined
      ? undefined
      : sightLines(
          query,
          account.tally,
          ports,
          options.signal,
          over(() => account.tally.complete),
          (error) => {
            account.asked('loki', clock.now(), error)
          },
        ),
  ]
  // What is awaited here rejects on an interruption; these only end with it.
  for (const watch of watching) watch?.catch(() => undefined)
  let undoneMs: number | undefined
  try {
    if (undone === undefined) await harm(planned, ports, options)
    else await abortable(undone, options.signal)
    undoneMs = clock.now()
    await clock.sleep(OUTAGE_TAIL_MS, options.signal)
    // What reconnects later than that, as gRPC does after a back-off, shows it by later requests.
    while (!account.passes(outage, undoneMs) && clock.now() < undoneMs + outage.recoversWithinMs) await clock.sleep(POLL_MS, options.signal)
  } finally {
    stop.abort()
    await sending
    deadline = Math.max(clock.now(), (undoneMs ?? clock.now()) + outage.recoversWithinMs) + OUTAGE_TAIL_MS
  }
  await Promise.all(watching)
  let error: string | undefined
  if (outage.lines !== undefined) {
    await countLines(query, account.tally, ports, options.signal).catch((trouble: unknown) => {
      options.signal.throwIfAborted()
      error = messageOf(trouble)
    })
  }
  journal.append({
    kind: 'outage',
    outage: outage.id,
    prefix: account.tally.prefix,
    startedMs: account.tally.startedMs,
    rows: account.rows(),
    stores: account.stores,
    ...(error === undefined ? {} : { error }),
  })
}

async function harm({ id, fault: use, holdMs }: PlannedOutage, ports: Ports, options: DrillOptions): Promise<void> {
  if (use === undefined) return
  const owner = { experiment: id, leg: 'outage', holdMs }
  let fault: InjectedFault | null = null
  await ports.clock.sleep(OUTAGE_LEAD_MS, options.signal)
  try {
    fault = (await injectFault(owner, use, ports)).fault
    if (fault !== null) await ports.clock.sleep(holdMs, options.signal)
  } finally {
    if (fault !== null) await undoFault(owner, use, fault, ports)
  }
}

async function send(outage: OutageSpec, account: Account, ports: Ports, signal: AbortSignal): Promise<void> {
  const all: Promise<void>[] = []
  while (account.sent < account.tally.size && !signal.aborted) {
    all.push(sendOfFlow(outage.request, account.tally, account.sent, account.traceId(account.sent), ports))
    account.sent += 1
    await ports.clock.sleep(1000 / outage.ratePerS, signal).catch(() => undefined)
  }
  await Promise.all(all)
}

async function watchSpans(account: Account, { clock, jaeger }: Ports, signal: AbortSignal, over: () => boolean): Promise<void> {
  while (!over()) {
    const unseen = account.unseen()
    try {
      for (let from = 0; from < unseen.length; from += IDS_PER_QUESTION) {
        const ids = new Map(unseen.slice(from, from + IDS_PER_QUESTION).map((index) => [account.traceId(index), index]))
        for (const id of await jaeger.known([...ids.keys()])) account.spanSeen(ids.get(id) ?? -1, clock.now())
      }
      if (unseen.length > 0) account.asked('jaeger', clock.now(), undefined)
    } catch (error) {
      account.asked('jaeger', clock.now(), error)
    }
    await clock.sleep(POLL_MS * Math.max(1, Math.ceil(unseen.length / IDS_PER_LOOK)), signal)
  }
}

/** What is known of each request, and of the stores that were asked for what it left behind. */
class Account {
  readonly tally: FlowTally
  readonly stores: Partial<Record<'jaeger' | 'loki', StoreAnswers>> = {}
  sent = 0
  private readonly spans: number[]
  private readonly ids: string[]

  constructor(prefix: string, startedMs: number, size: number) {
    this.tally = new FlowTally(prefix, startedMs, size)
    this.spans = new Array<number>(size).fill(-1)
    this.ids = traceIds(size)
  }

  traceId(index: number): string {
    return this.ids[index] ?? ''
  }

  spanSeen(index: number, atMs: number): void {
    if (this.spans[index] === -1) this.spans[index] = atMs - this.tally.startedMs
  }

  /** Answered requests whose span was not seen yet. */
  unseen(): number[] {
    return this.tally.answeredIndices().filter((index) => this.spans[index] === -1)
  }

  /** Whether of each promised signal one came of a request that was sent since then. */
  passes({ spans, lines }: OutageSpec, sinceMs: number): boolean {
    const later = this.tally
      .rows()
      .map(([sentMs, , , , arrivedMs], index) => ({ sentMs, arrivedMs, spanMs: this.spans[index] ?? -1 }))
      .filter(({ sentMs }) => sentMs >= sinceMs - this.tally.startedMs)
    return (
      (spans === undefined || later.some(({ spanMs }) => spanMs !== -1)) &&
      (lines === undefined || later.some(({ arrivedMs }) => arrivedMs !== -1))
    )
  }

  asked(store: 'jaeger' | 'loki', atMs: number, error: unknown): void {
    const answers = (this.stores[store] ??= { asked: 0, failedMs: [] })
    answers.asked += 1
    if (error === undefined) return
    answers.failedMs.push(atMs - this.tally.startedMs)
    answers.lastError = messageOf(error)
  }

  rows(): [number, number, number, number, number, number][] {
    return this.tally
      .rows()
      .slice(0, this.sent)
      .map(([sentMs, answeredMs, status, , arrivedMs, copies], index) => [
        sentMs,
        answeredMs,
        status,
        this.spans[index] ?? -1,
        arrivedMs,
        copies,
      ])
  }
}

function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<never>((_, reject) => {
    const end = (): void => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
  return Promise.race([promise, aborted])
}
