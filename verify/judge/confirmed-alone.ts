import type { JournalEntry } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Verdict } from '../model/verdict.ts'
import type { RunRecord } from './record/recorder.ts'
import { inForce } from './signal/faults-in-force.ts'

type Confirmation = Extract<JournalEntry, { kind: 'confirmation' }>

/** Experiment or outage -> what else was in force, or had not recovered yet, while it ran; only those that had company. */
export function besides(run: RunRecord): Record<string, string[]> {
  const faults = inForce(run)
  const planned = [
    ...(run.header?.plan.experiments ?? []),
    ...(run.header?.plan.outages ?? []).map((outage) => ({ ...outage, id: outage.during ?? outage.id, own: outage.id })),
  ]
  return Object.fromEntries(
    planned.flatMap((each): [string, string[]][] => {
      const times = faults.filter(({ id }) => id === each.id)
      const fromMs = Math.min(...times.map(({ onFromMs }) => onFromMs))
      const untilMs = Math.max(...times.map(({ recoveredMs }) => recoveredMs))
      const others = faults.filter(({ id, onFromMs, recoveredMs }) => id !== each.id && onFromMs <= untilMs && recoveredMs >= fromMs)
      return others.length === 0 ? [] : [['own' in each ? each.own : each.id, [...new Set(others.map(({ id }) => id))]]]
    }),
  )
}

/**
 * What is to be confirmed alone: experiments and outages that failed while another fault was in force, each with those others. A failure is
 * never tried away: both attempts stand in the report, and either fails the run.
 */
export function toConfirm(verdicts: readonly Verdict[], beside: Readonly<Record<string, string[]>>, plan: Plan): Record<string, string[]> {
  const planned = [...plan.experiments, ...(plan.outages ?? [])].map(({ id }) => id)
  const failed = planned.filter((id) => verdicts.some((each) => each.subject === id && each.status === 'fail'))
  return Object.fromEntries(failed.flatMap((id) => (beside[id] === undefined ? [] : [[id, beside[id]]])))
}

/** What was promised and planned, with what is confirmed alone as further experiments and outages of both. */
export function withConfirmation<T extends { spec: Spec; plan: Plan }>(
  header: T,
  { experiments, outages }: Pick<Confirmation, 'experiments' | 'outages'>,
): T {
  const { spec, plan } = header
  const names = new Map([...experiments, ...outages].map(({ id, confirms }) => [confirms ?? id, id]))
  const rules = spec.rules.map((rule): Spec['rules'][number] => ({
    ...rule,
    experiments: rule.experiments.flatMap((each) => [
      each,
      ...(names.has(each.id) ? [{ ...each, id: names.get(each.id) ?? each.id }] : []),
    ]),
  }))
  const promised = (spec.outages ?? []).flatMap((each) => {
    const id = names.get(each.id)
    if (id === undefined) return [each]
    return [each, { ...each, id, ...(each.during === undefined ? {} : { during: names.get(each.during) ?? each.during }) }]
  })
  return {
    ...header,
    spec: { ...spec, rules, ...(spec.outages === undefined ? {} : { outages: promised }) },
    plan: { ...plan, experiments: [...plan.experiments, ...experiments], outages: [...(plan.outages ?? []), ...outages] },
  }
}

/** Each failed verdict that was confirmed says whether it fails alone too, or only beside what was in force with it. */
export function blamed(verdicts: readonly Verdict[], confirmations: readonly Confirmation[]): Verdict[] {
  const alone = new Map(
    confirmations.flatMap(({ experiments, outages, beside }) =>
      [...experiments, ...outages].flatMap(({ id, confirms }) =>
        confirms === undefined ? [] : [[confirms, { id, beside: beside[confirms] ?? [] }] as const],
      ),
    ),
  )
  return verdicts.map((verdict) => {
    const again = alone.get(verdict.subject)
    if (again === undefined || verdict.status !== 'fail') return verdict
    const second = verdicts.find(({ subject, check }) => subject === again.id && check === verdict.check)?.status
    const others = again.beside.join(', ')
    const text =
      second === 'fail'
        ? `Fails alone too (${again.id}).`
        : second === 'pass'
          ? `Fails only beside ${others}: alone it passes (${again.id}). What ${others} disturbs is not in its effects, or the platform couples the two.`
          : undefined
    return text === undefined ? verdict : { ...verdict, diagnosis: verdict.diagnosis === undefined ? text : `${text} ${verdict.diagnosis}` }
  })
}
