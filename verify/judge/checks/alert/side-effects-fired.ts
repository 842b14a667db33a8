import { defineCheck } from '../../drill-check.ts'
import { hasLabels, formatLabels } from '../../../promql/labels.ts'
import { fail, pass, skip } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'side-effects-fired',
    scope: 'experiment',
    title: 'every alert that must fire with it fired',
    failureTitle: 'an alert that must fire with it did not fire',
    why: 'Some faults must fire more than one alert (a killed database also means 5xx at the service that needs it).',
    mend: 'Look at the rule of the missing alert: its expression must be true for the system that the fault takes down.',
    example: 'HighErrorRate{job="shop"} never fired while MySQL was stopped',
    needs: ['experiment', 'legs', 'alerts'],
    needsInjection: 'both',
    slowMachine: 'excuses',
  },
  ({ experiment, legs, alerts }) => {
    if (experiment.alsoMust.length === 0) return skip('side effects', 'the specification lists no alert that must fire with it')
    const fromMs = legs.get('fire')?.beginMs ?? 0
    const untilMs = Math.max(...[...legs.values()].map((leg) => leg.endMs))
    const expected = experiment.alsoMust.map((ref) => `${ref.alert}${formatLabels(ref.labels)} firing`).join(', ')
    const fired = (alert: string, labels: Record<string, string>): number[] | undefined =>
      alerts.find(
        (history) =>
          history.alert === alert &&
          hasLabels(history.labels, labels) &&
          history.timesMs.some((t, index) => t >= fromMs && t <= untilMs && history.states[index] === 'firing'),
      )?.seqs
    const silent = experiment.alsoMust.filter((ref) => fired(ref.alert, ref.labels) === undefined)
    if (silent.length > 0)
      return fail(
        expected,
        `${silent.map((ref) => `${ref.alert}${formatLabels(ref.labels)}`).join(', ')} never fired`,
        legs.get('fire')?.pointers ?? [],
      )
    return pass(expected, `${expected}`, [...new Set(experiment.alsoMust.flatMap((ref) => fired(ref.alert, ref.labels) ?? []))])
  },
)
