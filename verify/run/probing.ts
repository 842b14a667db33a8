import { randomBytes } from 'node:crypto'
import type { LogLine } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { LogSpec, Spec, TraceSpec } from '../model/spec.ts'
import type { DrillOptions } from './run.ts'
import type { Ports } from './ports.ts'

const PROBES_PER_PATH = 3
const POLL_MS = 250
const LINES_PER_STAMP = 50

interface Sent { traceId: string, stamp: string, sentMs: number }

/**
 * Sends a few requests along each trace path and one stamped request per service. The returned function reads the traces (by
 * id, until they stop growing) and the lines (by stamp), and follows each line's trace id back into the trace store.
 */
export async function sendProbes(plan: Plan, spec: Spec, ports: Ports, options: DrillOptions): Promise<() => Promise<void>> {
  const collect: (() => Promise<void>)[] = []
  const traces = spec.traces.filter(({ id }) => plan.traces.includes(id))
  const logs = spec.logs.filter(({ service }) => plan.logs.includes(service))
  await Promise.all([
    ...traces.flatMap((trace) => Array.from({ length: PROBES_PER_PATH }, async (_, index) => {
      const sent = await send(trace, `${options.runId}-${trace.id}-${index}`, ports, (body) => { ports.journal.append({ kind: 'trace-probe', spec: trace.id, experiment: null, ...body }) })
      if (sent !== null) collect.push(() => pollTrace(trace, sent, ports, options))
    })),
    ...logs.map(async (log) => {
      const sent = await send(log, `${options.runId}-log-${log.service}`, ports, (body) => { ports.journal.append({ kind: 'log-probe', spec: log.service, ...body }) })
      if (sent === null) return
      collect.push(async () => {
        const lines = await pollLines(log, sent, ports, options)
        if (log.linksToTrace) await followLink(log, lines, ports, options)
      })
    }),
  ])
  return async () => { await Promise.all(collect.map((read) => read())) }
}

async function pollTrace(trace: TraceSpec, { traceId, sentMs }: Sent, ports: Ports, options: DrillOptions): Promise<void> {
  const { clock, journal, jaeger } = ports
  const deadline = sentMs + trace.maxDelayMs
  let polls = 0
  let spans = -1
  let stable = 0
  for (;;) {
    polls += 1
    try {
      const found = await jaeger.trace(traceId)
      const now = clock.now()
      stable = found !== null && found.spans.length === spans ? stable + 1 : 0
      spans = found?.spans.length ?? -1
      // Unchanged for a while is not yet complete (batches of several services): only the promised services make it so.
      const complete = found !== null && servicesOf(trace).every((service) => found.spans.some((span) => span.service === service)) && stable >= 4
      if (complete || now >= deadline) {
        journal.append({ kind: 'trace', spec: trace.id, traceId, foundMs: found === null ? null : now, polls, trace: found })
        return
      }
    } catch (error) {
      if (clock.now() >= deadline) {
        const message = error instanceof Error ? error.message : String(error)
        journal.append({ kind: 'trace', spec: trace.id, traceId, foundMs: null, polls, trace: null, error: message })
        journal.append({ kind: 'source-error', source: 'jaeger', experiment: null, message })
        return
      }
    }
    await clock.sleep(POLL_MS, options.signal)
  }
}

function servicesOf(trace: TraceSpec): string[] {
  const services = new Set<string>()
  const visit = (span: TraceSpec['tree']): void => {
    services.add(span.service)
    span.children.forEach(visit)
  }
  visit(trace.tree)
  return [...services]
}

async function pollLines(log: LogSpec, { stamp, sentMs }: Sent, ports: Ports, options: DrillOptions): Promise<LogLine[]> {
  const { clock, journal, loki } = ports
  const selector = Object.entries(log.labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')
  const query = `{service=${JSON.stringify(log.service)}} |= ${JSON.stringify(stamp)}`
  const deadline = sentMs + log.maxDelayMs
  for (let polls = 1; ; polls += 1) {
    try {
      const lines = await loki.queryRange(query, sentMs - 5_000, clock.now() + 5_000, LINES_PER_STAMP)
      if (lines.length > 0 || clock.now() >= deadline) {
        // Where the promised labels find nothing the line may still be there under others: what was found tells which label broke.
        const anywhere = lines.length > 0 ? lines : await loki.queryRange(`{service=~".+"} |= ${JSON.stringify(stamp)}`, sentMs - 5_000, clock.now() + 5_000, LINES_PER_STAMP)
        journal.append({ kind: 'log-lines', spec: log.service, stamp, query: `${query} (promised {${selector}})`, foundMs: anywhere.length > 0 ? clock.now() : null, polls, lines: anywhere })
        return anywhere
      }
    } catch (error) {
      if (clock.now() >= deadline) {
        const message = error instanceof Error ? error.message : String(error)
        journal.append({ kind: 'log-lines', spec: log.service, stamp, query, foundMs: null, polls, lines: [], error: message })
        journal.append({ kind: 'source-error', source: 'loki', experiment: null, message })
        return []
      }
    }
    await clock.sleep(POLL_MS, options.signal)
  }
}

async function followLink(log: LogSpec, lines: LogLine[], ports: Ports, options: DrillOptions): Promise<void> {
  const { clock, journal, jaeger } = ports
  const regex = options.derivedFieldsRegex
  const cut = regex === null ? null : lines.map(({ line }) => new RegExp(regex).exec(line)?.[1]).find((id) => id !== undefined) ?? null
  let found = false
  const deadline = clock.now() + log.maxDelayMs
  while (cut !== null && !found) {
    found = await jaeger.trace(cut).then((trace) => trace !== null, () => false)
    if (found || clock.now() >= deadline) break
    await clock.sleep(POLL_MS, options.signal)
  }
  journal.append({ kind: 'log-link', spec: log.service, regex: regex ?? '', traceId: cut, found })
}

/** An all-zero id is invalid in W3C trace context; random ones never are in practice, and these are checked by the judge anyway. */
async function send(spec: TraceSpec | LogSpec, stamp: string, ports: Ports, append: (body: { traceId: string, stamp: string, sentMs: number, status: number, error?: string }) => void): Promise<Sent | null> {
  const traceId = randomBytes(16).toString('hex')
  const sentMs = ports.clock.now()
  try {
    const { status } = await ports.probes.send(spec.request, { traceId, spanId: randomBytes(8).toString('hex'), stamp })
    append({ traceId, stamp, sentMs, status })
    return { traceId, stamp, sentMs }
  } catch (error) {
    append({ traceId, stamp, sentMs, status: 0, error: error instanceof Error ? error.message : String(error) })
    return null
  }
}
