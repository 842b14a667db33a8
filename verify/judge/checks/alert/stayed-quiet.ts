import { historiesOf, ofExperiment } from '../../record/by-name.ts'
import { compares } from '../../../promql/operators.ts'
import { defineCheck } from '../../drill-check.ts'
import type { EvidenceMap } from '../../drill-check.ts'
import { deterministic } from '../../alert/oracle.ts'
import { alertLabels, grid } from '../../alert/replay.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { hasLabels } from '../../../promql/labels.ts'
import { round } from '../../alert/diagnosis.ts'
import { specifiedAs } from '../../signal/faults-in-force.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'stayed-quiet',
    scope: 'experiment',
    title: 'the alert did not fire below its threshold or `for`',
    failureTitle: 'the alert fired below its threshold or `for`',
    why: 'A rule that fires below its threshold or before its `for` pages for nothing; that it fires is half the proof.',
    mend: 'In the rule file, compare threshold, comparator and `for` with the specification: the alert fired at a value or duration that must not fire.',
    example: 'firing at 12:00:45; value 0.78 at most against > 0.8',
    needs: ['experiment', 'spec', 'legs', 'faults', 'alerts', 'value', 'condition', 'replays'],
    needsInjection: 'pass',
    slowMachine: 'excuses',
  },
  ({ experiment, spec, legs, faults, alerts, value, condition, replays }) => {
    const quiet = legs.get('quiet')
    if (!experiment.legs.some((leg) => leg.name === 'quiet')) return skip('a near miss', 'this experiment has no quiet leg')
    if (quiet === undefined) return unknown('interrupted', 'a near miss', 'the quiet leg never began', [])
    const untilMs = legs.get('fire')?.beginMs ?? quiet.endMs
    const specification = specifiedAs(spec, experiment.id)
    const kind = (specification !== undefined && 'quiet' in specification ? specification.quiet?.kind : undefined) ?? 'level'
    const expected =
      kind === 'level'
        ? `no ${experiment.alert} pending or firing, value not ${experiment.comparator} ${round(experiment.threshold)}`
        : `${experiment.alert} pending at most, not firing: the fault is shorter than \`for\``
    const pointers = [...quiet.pointers, value.seq]

    const planned = experiment.legs.find((leg) => leg.name === 'quiet')
    const longestMs = planned?.mustEndWithinMs
    const own = ofExperiment(faults, experiment.id).filter((entry) => entry.leg === 'quiet' && entry.atMs >= quiet.beginMs)
    const injected = own.find((entry) => entry.phase === 'inject')
    const undone = own.find((entry) => entry.phase === 'undo')
    const lastedMs = injected === undefined || undone === undefined ? 0 : undone.effectiveMs - injected.startedMs
    // A container takes its time to come back. What the evaluations saw decides then.
    const overlong = longestMs !== undefined && lastedMs > longestMs
    if (overlong && !wasNearMiss({ experiment, condition, replays }, lastedMs, quiet.beginMs, untilMs))
      return unknown('not-injected', expected, `no near miss: the fault lasted ${seconds(lastedMs)}, longer than ${seconds(longestMs)}`, [
        ...pointers,
        ...own.map(({ seq }) => seq),
      ])
    if (planned?.fault !== undefined && injected === undefined)
      return unknown(
        'not-injected',
        expected,
        `the journal has no injection of ${planned.fault.id} on ${planned.fault.target}, so there was no near miss`,
        pointers,
      )
    if (longestMs !== undefined && injected?.ok === true && undone?.ok !== true)
      return unknown(
        'not-injected',
        expected,
        `no near miss: the journal has no successful undo of the fault${undone === undefined ? '' : ` (${undone.detail})`}`,
        [...pointers, injected.seq, ...(undone === undefined ? [] : [undone.seq])],
      )
    if (injected?.ok === false)
      return unknown('not-injected', expected, `the fault of the quiet leg could not be applied: ${injected.detail}`, [
        ...pointers,
        injected.seq,
      ])

    const seen = historiesOf(alerts, experiment.alert).filter(({ labels }) => hasLabels(labels, experiment.subject))
    const active = seen
      .flatMap((history) =>
        history.timesMs.flatMap((t, index) =>
          t >= quiet.beginMs && t < untilMs ? [{ t, state: history.states[index], seqs: history.seqs }] : [],
        ),
      )
      .sort((a, b) => a.t - b.t)
    const values = value.series
      .filter((column) => hasLabels(alertLabels(experiment, column.labels), experiment.subject))
      .flatMap((column) =>
        column.values.filter(
          (v, index) => !Number.isNaN(v) && (column.timesMs[index] ?? 0) >= quiet.beginMs && (column.timesMs[index] ?? 0) < untilMs,
        ),
      )
    const extreme = experiment.comparator.startsWith('<') ? Math.min(...values) : Math.max(...values)
    const reached =
      values.length === 0
        ? 'no value was recorded'
        : `value at most ${round(extreme)}, threshold ${experiment.comparator} ${round(experiment.threshold)}`

    if (kind === 'level' && values.some((v) => compares(v, experiment.comparator, experiment.threshold))) {
      return unknown('not-injected', expected, `no near miss: ${reached}`, pointers)
    }
    const wrong = active.find((sample) => sample.state === 'firing') ?? (kind === 'level' ? active[0] : undefined)
    if (wrong !== undefined) return fail(expected, `${wrong.state} at ${clockTime(wrong.t)}; ${reached}`, [...pointers, ...wrong.seqs])
    return pass(
      expected,
      [
        ...(active.length === 0 ? ['no alert'] : [`pending at ${active.length} evaluations, never firing`]),
        reached,
        ...(overlong ? [`the fault lasted ${seconds(lastedMs)}, and the condition was true for less than \`for\``] : []),
      ].join('; '),
      pointers,
    )
  },
)

/**
 * Whether a fault that lasted longer than planned still was a near miss, by the evaluations themselves: the condition was never true as
 * long as `for`. Nor does a scrape in flight explain that the alert fired.
 */
function wasNearMiss(
  { experiment, condition, replays }: Pick<EvidenceMap, 'experiment' | 'condition' | 'replays'>,
  lastedMs: number,
  fromMs: number,
  untilMs: number,
): boolean {
  const own = replays.filter(({ isSubject }) => isSubject)
  const fired = own.flatMap(({ result }) => result.accepted).filter(({ startsAtMs }) => startsAtMs !== null && startsAtMs < untilMs)
  if (own.some(({ exact }) => !exact) || fired.some(({ endsAtMs }) => (endsAtMs ?? Infinity) > fromMs)) return false
  const holdsAt = new Set(
    condition.series
      .filter(({ labels }) => hasLabels(alertLabels(experiment, labels), experiment.subject))
      .flatMap(({ timesMs }) => timesMs),
  )
  const instants = grid(condition).flatMap((atMs) => (atMs >= fromMs && atMs < untilMs ? [{ atMs, holds: holdsAt.has(atMs) }] : []))
  const episodes = deterministic(instants, experiment)
  const short = episodes.every(({ startsAtMs, endsAtMs }) => startsAtMs === null && endsAtMs !== null)
  // What no scrape saw was still a fault, and a near miss where it was over before `for` was.
  return short && (episodes.length > 0 || lastedMs < experiment.forMs)
}
