import type { PlannedExperiment } from '../../model/plan.ts'
import type { Labels } from '../../model/spec.ts'
import { clockTime } from '../../text/instant.ts'
import { hasLabels } from '../../promql/labels.ts'
import type { Anchors, Finding } from '../drill-check.ts'
import type { EvidenceRoom } from '../evidence-room.ts'
import { scrapesAround } from '../record/recorder.ts'
import type { Column, Evaluated, RunRecord, ScrapeColumn } from '../record/recorder.ts'
import { starvedText, waitedFor, type Starved } from '../record/cpu-waits.ts'
import { lastAtOrBefore } from './episodes.ts'
import { stopsScrapesOf, timedOut, type CutScrape } from './cut-scrape.ts'
import { deterministic, type ReplayEpisode } from './oracle.ts'
import { conditionExplains, grid } from './replay.ts'
import { HALF, whyCut } from './why-cut.ts'

/** The evaluations of a fault's time at which Prometheus had no sample of the subject, each because a scrape ran into its timeout. */
interface Lost {
  atMs: number[]
  /** undefined where every timeout is the deployed one. */
  cut: CutScrape | undefined
  starved: Starved | undefined
}

type AlertCheck = 'alert-pending' | 'alert-fired' | 'alert-resolved'
const ALERT_CHECKS: readonly string[] = ['alert-pending', 'alert-fired', 'alert-resolved'] satisfies AlertCheck[]

/**
 * What failed only because scrapes of the subject ran into their timeout while the fault was in force: without a sample a pending alert
 * begins anew, a firing one resolves, and one that never had a sample is never pending (https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness).
 *
 * Only where the loaded rule did to the millisecond what the samples say, where each scrape was cut by a timeout that only the compressed
 * configuration has or by a part that got no CPU, and where the rule would have kept its promise with those samples. A condition that a
 * sample says was false is no such loss.
 */
export function unlessLost(room: EvidenceRoom, experiment: PlannedExperiment, check: string, finding: Finding): Finding {
  const lost = ALERT_CHECKS.includes(check) ? decisive(room, experiment, check as AlertCheck, finding) : undefined
  if (lost === undefined) return finding
  const { diagnosis: _, part: __, ...rest } = finding
  const { atMs, cut, starved } = lost
  const why = starved === undefined ? (cut === undefined ? '' : whyCut(room.run, cut).text) : starvedText(starved)
  const count = atMs.length === 1 ? 'the evaluation' : `${atMs.length} evaluations, the first`
  return {
    ...rest,
    status: 'unknown',
    observed: `${finding.observed}. But ${why}; Prometheus had no sample of ${experiment.subject['job']} at ${count} at ${clockTime(atMs[0] ?? NaN)}`,
    cause: starved === undefined ? 'scrape-gap' : 'machine-starved',
    pointers: starved === undefined ? finding.pointers : [...finding.pointers, starved.seq],
  }
}

/**
 * What the receiver got of an alert that began anew because a sample was lost: that of a later episode, or nothing. `final` holds what was
 * found before.
 */
export function unlessOfLater(room: EvidenceRoom, final: ReadonlyMap<string, Finding>, check: string, finding: Finding): Finding {
  const resolved = final.get('alert-resolved')
  if (check !== 'resolved-notified' || finding.status !== 'fail' || resolved === undefined || !EXCUSED.has(resolved.cause)) return finding
  const observedMs = finding.window?.observedMs ?? null
  const later = room.ask('subject')?.episodes.slice(1) ?? []
  const near = (a: number | undefined, b: number | null): boolean => a !== undefined && b !== null && Math.abs(a - b) <= 1
  const ofLater = room
    .ask('notified')
    ?.some(
      ({ arrivedMs, startsAtMs, endsAtMs }) =>
        arrivedMs === observedMs && later.some((each) => near(startsAtMs, each.firingAtMs) && near(endsAtMs, each.endedMs)),
    )
  if (observedMs !== null && ofLater !== true) return finding
  const { diagnosis: _, part: __, ...rest } = finding
  const cause = resolved.cause === undefined ? {} : { cause: resolved.cause }
  return { ...rest, status: 'unknown', ...cause, observed: `${finding.observed}. But the alert began anew (see alert-resolved)` }
}

const EXCUSED: ReadonlySet<Finding['cause']> = new Set(['scrape-gap', 'machine-starved'])

/** What was lost, where that decided this finding. */
function decisive(room: EvidenceRoom, experiment: PlannedExperiment, check: AlertCheck, finding: Finding): Lost | undefined {
  const { window } = finding
  const job = experiment.subject['job']
  const platform = room.run.header?.spec.platform
  if (window === undefined || job === undefined || platform === undefined || stopsScrapesOf(experiment, job, platform)) return undefined
  // "True for less than `for`, because the fault did not last": as far as the samples tell.
  if (finding.status !== 'fail' && finding.cause !== 'not-injected') return undefined
  const [anchors, condition, value] = [room.ask('anchors'), room.ask('condition'), room.ask('value')]
  if (anchors === undefined || condition === undefined || value === undefined) return undefined
  const holds = instantsOf(condition, experiment)
  if (!ruleIsInnocent(room, anchors, holds)) return undefined
  const lost = lostIn(room, experiment, job, anchors, instantsOf(value, experiment), grid(condition))
  if (lost === undefined) return undefined
  const bridged = new Set([...holds, ...lost.atMs])
  const kept = (held: ReadonlySet<number>): boolean => {
    const episodes = deterministic(
      grid(condition)
        .filter((atMs) => atMs >= anchors.onFromMs)
        .map((atMs) => ({ atMs, holds: held.has(atMs) })),
      experiment,
    )
    // As the checks do: the first that fired, and the first of all where none did.
    const episode = episodes.find(({ startsAtMs }) => startsAtMs !== null) ?? episodes[0]
    return episode !== undefined && keeps(check, episode, window, anchors)
  }
  return kept(bridged) && !kept(holds) ? lost : undefined
}

/** Whether an episode keeps the promise of the check, and was there as long as the fault. */
function keeps(check: AlertCheck, episode: ReplayEpisode, window: NonNullable<Finding['window']>, { offFromMs }: Anchors): boolean {
  const { activeAtMs, startsAtMs, endsAtMs } = episode
  const within = (atMs: number | null): boolean => atMs !== null && atMs >= window.earliestMs && atMs < window.latestMs
  if (check === 'alert-resolved') return startsAtMs !== null && within(endsAtMs)
  return (endsAtMs ?? Infinity) >= offFromMs && within(check === 'alert-pending' ? activeAtMs : startsAtMs)
}

/** Whether ALERTS is to the sample what the specification gives; where the group wrote none, whether it had no reason to. */
function ruleIsInnocent(room: EvidenceRoom, { onFromMs, offByMs }: Anchors, holds: ReadonlySet<number>): boolean {
  const replays = room.ask('replays')
  if (replays === undefined) return false
  if (conditionExplains(replays)) return true
  const own = replays.filter(({ isSubject }) => isSubject)
  const quiet = own.every(({ exact, result }) => !exact && result.mismatch === null) && room.ask('subject')?.episodes.length === 0
  return quiet && [...holds].every((atMs) => atMs < onFromMs || atMs > offByMs)
}

function lostIn(
  room: EvidenceRoom,
  experiment: PlannedExperiment,
  job: string,
  { onFromMs, offFromMs }: Anchors,
  sampled: ReadonlySet<number>,
  instants: readonly number[],
): Lost | undefined {
  const { header } = room.run
  const own = (room.ask('scrapes') ?? [])
    .filter((scrape) => scrape.job === job && (experiment.subject['instance'] ?? scrape.instance) === scrape.instance)
    .map((scrape) => scrapesAround(scrape, onFromMs, offFromMs))
  if (header === undefined || own.length === 0) return undefined
  const found: Lost = { atMs: [], cut: undefined, starved: undefined }
  const waited: CutScrape[] = []
  for (const atMs of instants) {
    if (atMs < onFromMs || atMs >= offFromMs || sampled.has(atMs)) continue
    const behind = own.map((scrape) => scrapeBehind(scrape, atMs))
    const cut = behind.flatMap((scrape) => (scrape === undefined ? [] : timedOut([scrape], header.plan.timing)))
    // One that was answered, or failed for another reason: the sample is missing for that.
    if (cut.length < behind.length) continue
    const starved = cut.every(({ atMs, tookMs }) => waitedFor(room.run, atMs, atMs + tookMs, HALF * tookMs) !== undefined)
    const compressed = cut.every(({ timeoutMs }) => timeoutMs < header.spec.platform.scrapeTimeoutMs)
    if (!compressed && !starved) continue
    found.atMs.push(atMs)
    if (compressed) found.cut ??= cut[0]
    if (starved) waited.push(...cut)
  }
  return found.atMs.length === 0 ? undefined : { ...found, starved: longestWait(room.run, waited) }
}

/** Over all these scrapes, or over one of them where too much time lies between. */
function longestWait(run: RunRecord, cuts: readonly CutScrape[]): Starved | undefined {
  const over = (own: readonly CutScrape[]): Starved | undefined => {
    const tookMs = own.reduce((sum, each) => sum + each.tookMs, 0)
    return waitedFor(run, Math.min(...own.map(({ atMs }) => atMs)), Math.max(...own.map((each) => each.atMs + each.tookMs)), HALF * tookMs)
  }
  return cuts.length === 0 ? undefined : (over([...new Set(cuts)]) ?? over(cuts.slice(0, 1)))
}

/** The scrape whose samples, or whose staleness, an evaluation sees: both carry the time of its begin. */
function scrapeBehind({ job, instance, timesMs, up, durationsMs }: ScrapeColumn, atMs: number): ScrapeColumn | undefined {
  const last = lastAtOrBefore(timesMs, atMs)
  if (last < 0) return undefined
  const one = <T>(values: readonly T[]): T[] => values.slice(last, last + 1)
  return { job, instance, timesMs: one(timesMs), up: one(up), durationsMs: one(durationsMs) }
}

function instantsOf({ series }: Evaluated, { subject, labels }: PlannedExperiment): Set<number> {
  const own = (column: Column): boolean => hasLabels({ ...column.labels, ...labels } satisfies Labels, subject)
  return new Set(series.filter(own).flatMap(({ timesMs }) => timesMs))
}
