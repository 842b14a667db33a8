import type { RunRecord } from '../record/recorder.ts'
import { remembered } from '../../text/remembered.ts'

/** A stretch in which nothing of the platform answered. Open-ended where nothing answered again. */
export interface Gone {
  fromMs: number
  untilMs: number
  seq: number
}

/** A scrape interval of Prometheus of itself may end in the middle; more than this many without a sample is no accident. */
const SILENT_INTERVALS = 3

/**
 * When what runs every part (the container engine, the machine) was stopped or restarted: no service answered any stamped request, and
 * Prometheus itself was gone too: it was started anew, took no sample of itself, or could not be asked from then on. A fault of the drill
 * is in one part; no single part takes all of them along and Prometheus as well.
 */
export const goneIn = remembered((run: RunRecord): Gone[] => silences(run).flatMap((silence) => withPrometheus(run, silence) ?? []))

/** Stretches in which at least two services were asked and none answered. */
function silences({ answers }: RunRecord): Gone[] {
  const asked: { service: string; sentMs: number; answered: boolean; seq: number }[] = []
  for (const { requests, startedMs, rows, seq } of answers)
    rows.each((row, sentMs, _, status) => {
      const { service } = requests[row % requests.length] ?? {}
      if (service !== undefined) asked.push({ service, sentMs: startedMs + sentMs, answered: status !== 0, seq })
    })
  asked.sort((a, b) => a.sentMs - b.sentMs)
  const all = new Set(asked.map(({ service }) => service)).size
  const found: Gone[] = []
  let open: { gone: Gone; services: Set<string> } | undefined
  const close = (untilMs: number): void => {
    if (open !== undefined && all > 1 && open.services.size === all) found.push({ ...open.gone, untilMs })
    open = undefined
  }
  for (const { service, sentMs, answered, seq } of asked) {
    if (answered) {
      close(sentMs)
      continue
    }
    open ??= { gone: { fromMs: sentMs, untilMs: Infinity, seq }, services: new Set() }
    open.services.add(service)
  }
  close(Infinity)
  return found
}

function withPrometheus({ header, health, scrapes, sourceErrors }: RunRecord, silence: Gone): Gone | undefined {
  const { fromMs, untilMs } = silence
  const silentMs = SILENT_INTERVALS * (header?.plan.timing.scrapeIntervalMs ?? Infinity)
  const samples = scrapes.filter(({ job }) => job === 'prometheus').flatMap(({ timesMs }) => [...timesMs])
  const holeFrom = (atMs: number, index: number): boolean => {
    const next = samples[index + 1] ?? Infinity
    return next - atMs > silentMs && next > fromMs && atMs < untilMs
  }
  const restarted = health.some(
    ({ metric, column }) =>
      metric === 'process_start_time_seconds' &&
      column.labels['job'] === 'prometheus' &&
      column.values.some((value) => value * 1_000 >= fromMs - silentMs && value * 1_000 < untilMs + silentMs),
  )
  const lost = samples.length > 0 && samples.some(holeFrom) && samples.some((atMs) => atMs > untilMs)
  const unreachable = untilMs === Infinity && sourceErrors.some(({ source, atMs }) => source === 'prometheus' && atMs >= fromMs)
  return restarted || lost || unreachable ? silence : undefined
}
