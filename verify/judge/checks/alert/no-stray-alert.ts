import { defineCheck } from '../../drill-check.ts'
import { clockTime } from '../../../text/instant.ts'
import { blamed, straysOf, cutBehind } from '../../alert/unexpected.ts'
import { formatLabels } from '../../../promql/labels.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'no-stray-alert',
    scope: 'drill',
    title: 'no alert fired outside the experiments',
    failureTitle: 'an alert fired outside every experiment',
    why: 'Every alert during a drill has a cause in an experiment; any other one is a real incident or a wrong rule.',
    mend: "Look at the alert's own labels and time in the journal: mend what was really wrong on the platform, or narrow the rule's expression.",
    example: 'HighMemory{job="payments"} firing from 12:05:10, two minutes after the last experiment',
    needs: ['spans', 'alerts', 'notified', 'timing', 'spec', 'scrapes', 'whyCut'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spans, alerts, notified, timing, spec, scrapes, whyCut }) => {
    const expected = 'every alert of the run belongs to an experiment'
    if (spans.length === 0) return skip(expected, 'the drill had no experiment')
    const beganMs = Math.min(...spans.map((span) => span.beginMs))
    // What was active before the first experiment is healthy-start's finding.
    const strays = straysOf(spans, alerts, notified, timing.evaluationIntervalMs).filter(
      (stray) => blamed(spans, stray).length === 0 && stray.atMs >= beganMs,
    )
    if (strays.length === 0) return pass(expected, `${alerts.length} alerts, each within an experiment`, [])
    const observed = strays
      .slice(0, 5)
      .map(
        (stray) => `${stray.labels['alertname'] ?? 'an alert'}${formatLabels(stray.labels)} ${stray.what} (from ${clockTime(stray.atMs)})`,
      )
      .join('; ')
    const pointers = [...new Set(strays.flatMap((stray) => stray.pointers))]
    const slow = strays.map((stray) => cutBehind(stray, spans, scrapes, timing, spec))
    const first = slow[0]
    if (first !== undefined && slow.every((each) => each !== undefined)) {
      const why = whyCut(first)
      return unknown(why.cause, expected, `${observed}; but ${why.text}`, [...new Set([...pointers, ...why.pointers])])
    }
    return fail(expected, observed, pointers)
  },
)
