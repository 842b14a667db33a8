import { defineCheck } from '../../drill-check.ts'
import { clockTime } from '../../../text/instant.ts'
import { blamed, straysOf, cutBehind } from '../../alert/unexpected.ts'
import { formatLabels } from '../../../promql/labels.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'isolation',
    scope: 'experiment',
    title: 'no other alert fired',
    failureTitle: 'an alert fired that the specification does not list',
    why: 'A fault may fire its own alert and the side effects that the specification lists. Any other alert or notification is a false alarm or an unlisted side effect.',
    mend: 'Narrow the expression of the rule that fired. If it is right to fire, list the alert as a side effect (`may`) of the experiment in the specification (rules/).',
    example: 'HighErrorRate{job="gateway"} firing while only redis was paused',
    needs: ['experiment', 'spans', 'alerts', 'notified', 'timing', 'spec', 'scrapes', 'whyCut'],
    needsInjection: 'pass',
    slowMachine: 'excuses',
  },
  ({ experiment, spans, alerts, notified, timing, spec, scrapes, whyCut }) => {
    const side = [...experiment.alsoMust, ...experiment.may].map((ref) => `${ref.alert}${formatLabels(ref.labels)}`)
    const expected = `only ${experiment.alert}${formatLabels(experiment.subject)}${side.length > 0 ? ` and its side effects ${side.join(', ')}` : ''}`
    const mine = straysOf(spans, alerts, notified, timing.evaluationIntervalMs).filter((stray) =>
      blamed(spans, stray).some((span) => span.experiment.id === experiment.id && span.superseded !== true),
    )
    if (mine.length === 0) return pass(expected, `no other alert fired, no other notification arrived`, [])
    const others = new Set(
      mine.flatMap((stray) => blamed(spans, stray).map((span) => span.experiment.id)).filter((id) => id !== experiment.id),
    )
    const list = mine
      .slice(0, 5)
      .map(
        (stray) => `${stray.labels['alertname'] ?? 'an alert'}${formatLabels(stray.labels)} ${stray.what} (from ${clockTime(stray.atMs)})`,
      )
    const names = [...new Set(mine.map(({ labels }) => labels['alertname'] ?? 'the alert'))]
    const slow = mine.map((stray) => cutBehind(stray, spans, scrapes, timing, spec))
    const first = slow[0]
    if (first !== undefined && slow.every((each) => each !== undefined)) {
      const { cause, text, pointers } = whyCut(first)
      return unknown(cause, expected, `${list.join('; ')}; but ${text}`, [
        ...new Set([...mine.flatMap((stray) => stray.pointers), ...pointers]),
      ])
    }
    return fail(
      expected,
      `${list.join('; ')}${mine.length > 5 ? ` and ${mine.length - 5} more` : ''}${others.size > 0 ? `; experiments at the same time: ${[...others].join(', ')}` : ''}`,
      [...new Set(mine.flatMap((stray) => stray.pointers))],
      {
        ...(names.length === 1 ? { part: names[0] } : {}),
        diagnosis: `Narrow the expression of ${names.join(', ')}. If it is right to fire, list it as a side effect (\`may\`) of ${experiment.id} in the specification (rules/).`,
      },
    )
  },
)
