import { clockTime } from '../../text/instant.ts'

/**
 * Oracle replay: the state machine of one alert instance, run over the specification's own expression, against what ALERTS recorded.
 * Semantics: prometheus/prometheus v2.48 rules/alerting.go (Eval); same logic in 3.x.
 */
export type AlertState =
  | { kind: 'inactive' }
  | { kind: 'pending'; activeAtMs: number }
  | { kind: 'firing'; activeAtMs: number; startsAtMs: number; missingSinceMs: number | null }

export interface AlertTiming {
  forMs: number
  keepFiringForMs: number
}

const INACTIVE: AlertState = { kind: 'inactive' }

/** One evaluation at `atMs`: whether the condition holds for this label set -> the next state. */
export function step(state: AlertState, holds: boolean, atMs: number, timing: AlertTiming): AlertState {
  if (state.kind === 'inactive') {
    if (!holds) return INACTIVE
    return timing.forMs === 0
      ? { kind: 'firing', activeAtMs: atMs, startsAtMs: atMs, missingSinceMs: null }
      : { kind: 'pending', activeAtMs: atMs }
  }
  if (state.kind === 'pending') {
    if (!holds) return INACTIVE
    return atMs - state.activeAtMs >= timing.forMs
      ? { kind: 'firing', activeAtMs: state.activeAtMs, startsAtMs: atMs, missingSinceMs: null }
      : state
  }
  if (holds) return state.missingSinceMs === null ? state : { ...state, missingSinceMs: null }
  const missingSinceMs = state.missingSinceMs ?? atMs
  return atMs - missingSinceMs < timing.keepFiringForMs ? { ...state, missingSinceMs } : INACTIVE
}

/** One instant of the group's grid. */
export interface Instant {
  atMs: number
  holds: boolean
  /** The other answer that the real evaluation may have got, because a scrape was being committed while it ran. */
  either?: boolean
  /** Between the last instant and the scrape in flight there was another scrape: what the evaluation saw is on no instant of the grid. */
  unseen?: boolean
  /**
   * The slot may have been skipped, or the rule's query failed: nothing was written and the state stayed. 'bridged': proven by the same
   * activeAt on both
   * sides of the hole; 'counted': the server's counters say that it happened about then, so no more often than they moved.
   */
  skippable?: 'bridged' | 'counted'
}

export interface Observation {
  state: 'pending' | 'firing'
  /** Whole unix seconds, from ALERTS_FOR_STATE; NaN when not recorded. */
  activeAtS: number
}

export interface ReplayEpisode {
  activeAtMs: number
  startsAtMs: number | null
  endsAtMs: number | null
}

export interface Mismatch {
  atMs: number
  expected: string
  observed: string
}

export interface Replayed {
  /** By the recorded answers alone, without any ambiguity. */
  expected: ReplayEpisode[]
  /** The history that agrees with the observations; equal to `expected` unless an ambiguity was used. Empty episodes after a mismatch. */
  accepted: ReplayEpisode[]
  mismatch: Mismatch | null
  /** Instants where the recorded answer and the real one differed, allowed by a scrape in flight. */
  ambiguities: number[]
  skipped: number[]
  compared: number
}

interface Hypothesis {
  state: AlertState
  episodes: ReplayEpisode[]
  ambiguities: number[]
  skipped: number[]
  counted: number
  unseen: number
}

/** A blip between two instants is rare; excusing more than one would let a wrong rule hide behind them. */
const UNSEEN_LIMIT = 1

/**
 * Walks the grid with every state that is still possible and drops those that ALERTS contradicts; a mismatch is an instant that leaves
 * none.
 * `observed(atMs)` is the ALERTS sample at that instant. Starts at the first instant where the condition is false and nothing is recorded:
 * what was active before has a history that this recording does not hold. `countedSkips`: by how much the server's counters of missed
 * evaluations moved.
 */
export function replay(
  instants: readonly Instant[],
  timing: AlertTiming,
  observed: (atMs: number) => Observation | undefined,
  countedSkips = 0,
): Replayed {
  const first = instants.findIndex((instant) => !instant.holds && observed(instant.atMs) === undefined)
  const judged = first === -1 ? [] : instants.slice(first)
  const expected = deterministic(judged, timing)
  let hypotheses: Hypothesis[] = [{ state: INACTIVE, episodes: [], ambiguities: [], skipped: [], counted: 0, unseen: 0 }]
  let compared = 0
  for (const instant of judged) {
    const seen = observed(instant.atMs)
    const next = new Map<string, Hypothesis>()
    for (const hypothesis of hypotheses) {
      for (const [holds, excuse] of outcomes(instant)) {
        const unseen = hypothesis.unseen + (excuse === 'unseen' ? 1 : 0)
        if (unseen > UNSEEN_LIMIT) continue
        const state = step(hypothesis.state, holds, instant.atMs, timing)
        if (!agrees(state, seen)) continue
        const ambiguities = excuse === 'none' ? hypothesis.ambiguities : [...hypothesis.ambiguities, instant.atMs]
        keep(next, {
          state,
          episodes: advance(hypothesis.episodes, hypothesis.state, state, instant.atMs),
          ambiguities,
          skipped: hypothesis.skipped,
          counted: hypothesis.counted,
          unseen,
        })
      }
      const counted = hypothesis.counted + (instant.skippable === 'counted' ? 1 : 0)
      if (instant.skippable !== undefined && seen === undefined && counted <= countedSkips)
        keep(next, { ...hypothesis, skipped: [...hypothesis.skipped, instant.atMs], counted })
    }
    if (next.size === 0) {
      const wanted = new Set(
        hypotheses.flatMap((hypothesis) =>
          outcomes(instant).map(([holds]) => describe(step(hypothesis.state, holds, instant.atMs, timing))),
        ),
      )
      const mismatch = { atMs: instant.atMs, expected: [...wanted].join(' or '), observed: describeSeen(seen) }
      return { expected, accepted: [], mismatch, ambiguities: [], skipped: hypotheses[0]?.skipped ?? [], compared }
    }
    compared++
    hypotheses = [...next.values()]
  }
  const best = hypotheses.reduce((a, b) => (cost(b) < cost(a) ? b : a))
  return { expected, accepted: best.episodes, mismatch: null, ambiguities: best.ambiguities, skipped: best.skipped, compared }
}

/** The state machine over the recorded answers alone. */
export function deterministic(instants: readonly Instant[], timing: AlertTiming): ReplayEpisode[] {
  let state: AlertState = INACTIVE
  let episodes: ReplayEpisode[] = []
  for (const instant of instants) {
    const next = step(state, instant.holds, instant.atMs, timing)
    episodes = advance(episodes, state, next, instant.atMs)
    state = next
  }
  return episodes
}

function outcomes(instant: Instant): [boolean, 'none' | 'in-flight' | 'unseen'][] {
  const { holds, either } = instant
  if (either !== undefined && either !== holds)
    return [
      [holds, 'none'],
      [either, 'in-flight'],
    ]
  return instant.unseen === true
    ? [
        [holds, 'none'],
        [!holds, 'unseen'],
      ]
    : [[holds, 'none']]
}

function agrees(state: AlertState, seen: Observation | undefined): boolean {
  if (seen === undefined) return state.kind === 'inactive'
  if (state.kind !== seen.state) return false
  return Number.isNaN(seen.activeAtS) || Math.floor(state.activeAtMs / 1_000) === Math.floor(seen.activeAtS)
}

function advance(episodes: ReplayEpisode[], before: AlertState, after: AlertState, atMs: number): ReplayEpisode[] {
  if (before.kind === after.kind) return episodes
  const last = episodes.at(-1)
  if (after.kind === 'inactive') return last === undefined ? episodes : [...episodes.slice(0, -1), { ...last, endsAtMs: atMs }]
  if (before.kind === 'inactive')
    return [...episodes, { activeAtMs: after.activeAtMs, startsAtMs: after.kind === 'firing' ? after.startsAtMs : null, endsAtMs: null }]
  return last === undefined ? episodes : [...episodes.slice(0, -1), { ...last, startsAtMs: atMs }]
}

/** Of two ways to the same state the one that needed fewer excuses. */
function keep(into: Map<string, Hypothesis>, hypothesis: Hypothesis): void {
  const key = JSON.stringify(hypothesis.state)
  const other = into.get(key)
  if (other === undefined || cost(hypothesis) < cost(other)) into.set(key, hypothesis)
}

function cost(hypothesis: Hypothesis): number {
  return hypothesis.ambiguities.length + hypothesis.skipped.length + hypothesis.unseen
}

function describe(state: AlertState): string {
  return state.kind === 'inactive' ? 'nothing' : `${state.kind} (active since ${clockTime(state.activeAtMs)})`
}

function describeSeen(seen: Observation | undefined): string {
  if (seen === undefined) return 'nothing'
  return Number.isNaN(seen.activeAtS)
    ? seen.state
    : `${seen.state} (active since ${clockTime(Math.floor(seen.activeAtS) * 1_000).slice(0, 8)})`
}
