import { defineCheck } from '../check.ts'
import { clockTime } from '../instant.ts'
import { blamed, straysOf } from '../isolation.ts'
import { formatLabels } from '../labels.ts'

export default defineCheck({
  id: 'isolation',
  scope: 'experiment',
  title: 'nothing else went off',
  failureTitle: 'something went off that nobody had announced',
  why: 'A fault may set off its own alert and those side effects that the specification lists. Every other alert or message is either a false alarm or a side effect that somebody should know of.',
  needs: ['experiment', 'spans', 'alerts', 'notified', 'timing'],
  needsInjection: 'pass',
}, ({ experiment, spans, alerts, notified, timing }) => {
  const side = [...experiment.alsoMust, ...experiment.may].map((ref) => `${ref.alert}${formatLabels(ref.labels)}`)
  const expected = `only ${experiment.alert}${formatLabels(experiment.subject)}${side.length > 0 ? ` and its side effects ${side.join(', ')}` : ''}`
  const mine = straysOf(spans, alerts, notified, timing.evaluationIntervalMs).filter((stray) => blamed(spans, stray).some((span) => span.experiment.id === experiment.id))
  if (mine.length === 0) return { status: 'pass', expected, observed: 'nothing else', pointers: [] }
  const others = new Set(mine.flatMap((stray) => blamed(spans, stray).map((span) => span.experiment.id)).filter((id) => id !== experiment.id))
  const list = mine.slice(0, 5).map((stray) => `${stray.labels['alertname'] ?? 'an alert'}${formatLabels(stray.labels)} ${stray.what} (from ${clockTime(stray.atMs)})`)
  return {
    status: 'fail', expected, observed: `${list.join('; ')}${mine.length > 5 ? ` and ${mine.length - 5} more` : ''}${others.size > 0 ? `; under way at the same time: ${[...others].join(', ')}` : ''}`,
    pointers: [...new Set(mine.flatMap((stray) => stray.pointers))],
  }
})
