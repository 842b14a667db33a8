import type { PlannedExperiment } from '../model/plan.ts'
import type { LoadedGroup } from '../model/journal.ts'
import type { Labels } from '../model/spec.ts'
import { episodesOf } from '../judge/alert/episodes.ts'
import { replaysOf } from '../judge/alert/replay.ts'
import type { InstanceReplay } from '../judge/alert/replay.ts'
import type { ReplayEpisode } from '../judge/alert/oracle.ts'
import { recordOf } from '../judge/record/recorder.ts'
import type { AlertHistory, RunRecord, ScrapeColumn } from '../judge/record/recorder.ts'
import type { Candidate } from './candidate.ts'
import type { Track } from './chunks.ts'
import { cutHistory, cutTrack, withBegin } from './active-stretches.ts'
import type { Stretch } from './active-stretches.ts'

/**
 * not-fired: it should have; without-cause: it fired and should not have; evaluation: pending at other evaluations than it should be;
 * not-loaded: it is promised and no rule has its name.
 */
export type DifferenceKind = 'not-loaded' | 'not-fired' | 'without-cause' | 'late' | 'early' | 'evaluation'

export interface Difference {
  kind: DifferenceKind
  labels: Labels
  /** The first evaluation that differs. */
  atMs: number
  expected: string
  observed: string
  /** late, early: by how much it fired otherwise than it should have. */
  byMs?: number
}

/** An alert instance from pending on; null: it never fired, it was active at the end. */
export interface Life extends ReplayEpisode {
  labels: Labels
}

export interface Compared {
  /** By the rule and the samples. */
  expected: Life[]
  differences: Difference[]
  /** Evaluations of all label sets that were compared. */
  compared: number
  /** Explained by a scrape in flight, or missed by the server's own counters. */
  ambiguous: number
  skipped: number
  /** Label sets of which nothing could be said, and why. */
  undecided: { labels: Labels; atMs: number; because: string }[]
}

/** What is known beside the rule's own samples. */
export interface Beside {
  /** Histories of all alerts of the rule's group. */
  siblings: readonly AlertHistory[]
  /** An instant at which the group surely was evaluated, on its grid; undefined: its grid is not known. */
  witnessMs: number | undefined
  health: RunRecord['health']
  scrapes: ScrapeColumn[]
  /** The part left of the comparison, where a mismatch is looked at closely. */
  value?: Track[]
  threshold: number
  kind: 'gauge' | 'rate' | 'up'
  /** The longest range of the expression; 0: it has none. */
  windowMs: number
  /** Of the targets that were looked at closely; 0: none was. */
  scrapeIntervalMs: number
}

const ID = 'backtest'
/** No alert has it: every label set is judged alike. */
const NO_SUBJECT = { firedrill: 'no subject' }

/** One stretch of one rule, through the judge of a drill: its expression at each evaluation against what ALERTS holds. */
export function compareStretch(
  rule: Candidate,
  stretch: Stretch,
  stepMs: number,
  own: { tracks: readonly Track[]; histories: readonly AlertHistory[] },
  beside: Beside,
): Compared {
  const { fromMs, toMs } = stretch
  const tracks = own.tracks.map((track) => cutTrack(track, fromMs, toMs)).filter(({ timesMs }) => timesMs.length > 0)
  const histories = own.histories.map((history) => cutHistory(history, fromMs, toMs)).filter(({ timesMs }) => timesMs.length > 0)
  const begun = stretch.atBegin
    ? withBegin(rule, stretch, stepMs, { tracks, histories })
    : { startMs: fromMs, tracks, histories, unjudged: 0 }
  // The last instant of an evaluation is never judged: one more than the stretch has.
  const evaluated = { seq: 0, expr: rule.expr, startMs: begun.startMs, endMs: toMs + stepMs, stepMs, series: begun.tracks }
  const others = beside.siblings
    .filter(({ alert }) => alert !== rule.alert)
    .map((history) => cutHistory(history, fromMs, toMs))
    .filter(({ timesMs }) => timesMs.length > 0)
  const group: LoadedGroup = rule.group ?? { name: '', file: '', intervalMs: stepMs, rules: [] }
  const run: RunRecord = {
    ...recordOf({ entries: [], problems: [] }),
    header: headerFor(rule, beside),
    rules: [{ seq: 0, atMs: 0, groups: [group] }],
    alerts: [...begun.histories, ...others, ...witness(rule, beside.witnessMs, begun.startMs, stepMs)],
    health: beside.health,
    scrapes: beside.scrapes,
    evaluated: new Map(beside.value === undefined ? [] : [[`${ID}\nvalue`, { ...evaluated, series: beside.value }]]),
  }
  const experiment = {
    id: ID,
    alert: rule.alert,
    subject: NO_SUBJECT,
    labels: rule.labels,
    threshold: beside.threshold,
    forMs: rule.forMs,
    keepFiringForMs: rule.keepFiringForMs,
  } as unknown as PlannedExperiment
  const replays = replaysOf(run, experiment, evaluated, group.name, { fromMs: begun.startMs, untilMs: toMs + stepMs })
  return summed(replays, stretch, stepMs, begun.unjudged)
}

/** What the judge of a drill takes from its specification and its plan: how the condition comes about, and how often samples do. */
function headerFor({ alert }: Candidate, { kind, windowMs, scrapeIntervalMs }: Beside): RunRecord['header'] {
  const plan = {
    timing: { scrapeIntervalMs, jobs: {} },
    promised: { rules: windowMs > 0 ? [{ alert, value: { windowMs } }] : [] },
  }
  return { spec: { rules: [{ alert, condition: { kind } }] }, plan } as unknown as RunRecord['header']
}

/** A sample of the group on the same grid, long before: it says that the grid is known. */
function witness(rule: Candidate, atMs: number | undefined, startMs: number, stepMs: number): AlertHistory[] {
  if (atMs === undefined) return []
  const before = startMs - stepMs - ((((startMs - atMs) % stepMs) + stepMs) % stepMs)
  return [{ alert: rule.alert, labels: { alertname: rule.alert }, timesMs: [before], states: ['pending'], activeAtS: [NaN], seqs: [] }]
}

function summed(replays: readonly InstanceReplay[], stretch: Stretch, stepMs: number, unjudged: number): Compared {
  const sum: Compared = { expected: [], differences: [], compared: 0, ambiguous: 0, skipped: 0, undecided: [] }
  for (const { labels, exact, result, history } of replays) {
    const recorded = recordedLives(history, stretch, stepMs)
    const expected = result.expected.map((episode) => ({ labels, ...episode }))
    sum.expected.push(...(result.mismatch === null && exact ? result.accepted.map((episode) => ({ labels, ...episode })) : expected))
    sum.compared += result.compared
    sum.ambiguous += result.ambiguities.length
    sum.skipped += result.skipped.length
    if (result.mismatch !== null) {
      const found = exact ? differencesOf(labels, expected, recorded, stepMs) : []
      const { atMs, expected: wanted, observed } = result.mismatch
      sum.differences.push(
        ...(found.length > 0
          ? found.map((each) => ({ ...each, atMs, expected: wanted, observed }))
          : [{ kind: exact ? ('evaluation' as const) : ('not-fired' as const), labels, atMs, expected: wanted, observed }]),
      )
    } else if (!exact)
      sum.undecided.push({ labels, atMs: stretch.fromMs, because: 'its rule group wrote no sample of ALERTS on a grid that is known' })
  }
  if (unjudged > 0)
    sum.undecided.push({ labels: {}, atMs: stretch.fromMs, because: `${unjudged} active at the begin, for reasons before it` })
  return sum
}

/** What ALERTS recorded of one instance, whether it could be compared or not. */
export function recordedLives(history: AlertHistory | undefined, { toMs }: Pick<Stretch, 'toMs'>, stepMs: number): Life[] {
  if (history === undefined) return []
  const activeAtS = new Map(history.timesMs.map((t, index) => [t, history.activeAtS[index] ?? NaN]))
  return episodesOf(history, stepMs, toMs + stepMs).map(({ activeAtMs, firingAtMs, endedMs }) => {
    // Of what was active before its first sample here ALERTS_FOR_STATE knows the begin.
    const beganMs = (activeAtS.get(activeAtMs) ?? NaN) * 1_000
    return {
      labels: history.labels,
      activeAtMs: beganMs < activeAtMs - stepMs ? beganMs : activeAtMs,
      startsAtMs: firingAtMs,
      endsAtMs: endedMs,
    }
  })
}

type Found = Pick<Difference, 'kind' | 'labels' | 'byMs'>

/** What a person calls the difference, where it is one of firing. */
function differencesOf(labels: Labels, expected: readonly Life[], recorded: readonly Life[], stepMs: number): Found[] {
  const fired = (lives: readonly Life[]): (Life & { startsAtMs: number })[] =>
    lives.filter((life): life is Life & { startsAtMs: number } => life.startsAtMs !== null)
  const meets = (a: Life, b: Life): boolean =>
    (a.startsAtMs ?? 0) < (b.endsAtMs ?? Infinity) && (b.startsAtMs ?? 0) < (a.endsAtMs ?? Infinity)
  const [wanted, seen] = [fired(expected), fired(recorded)]
  return [
    ...wanted.flatMap((life): Found[] => {
      const own = seen.find((other) => meets(life, other))
      if (own === undefined) return [{ kind: 'not-fired', labels }]
      const byMs = own.startsAtMs - life.startsAtMs
      if (Math.abs(byMs) < stepMs) return []
      return [{ kind: byMs > 0 ? 'late' : 'early', labels, byMs: Math.abs(byMs) }]
    }),
    ...seen.filter((life) => !wanted.some((other) => meets(life, other))).map((): Found => ({ kind: 'without-cause', labels })),
  ]
}
