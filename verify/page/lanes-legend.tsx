import type { Bar, Lane, Mark } from '../model/page.ts'

/** What each colour of the lanes means, in the order of an experiment's life: class of the swatch, words. */
const BARS: [kind: Bar['kind'], text: string][] = [
  ['planned', 'planned, at most'],
  ['before', 'before: nothing injected yet'],
  ['quiet', 'quiet leg: near miss, must not fire'],
  ['settle', 'settle: back to normal'],
  ['fire', 'fire leg: must fire'],
  ['clear', 'clear leg: must resolve'],
  ['fault', 'fault in force'],
  ['requests', "an outage's own requests"],
  ['load', 'load by k6'],
  ['pending', 'pending (thin)'],
]
const MARKS: [kind: Mark['kind'], text: string][] = [
  ['firing', 'notified: firing (filled)'],
  ['resolved', 'resolved: the alert, or notified (ring)'],
  ['missed', 'evaluations missed'],
]

/** The colours that these lanes have, and no others. */
export function LanesLegend({ lanes }: { lanes: readonly Lane[] }) {
  const bars = new Set(lanes.flatMap((lane) => lane.bars.map(({ kind }) => kind)))
  const marks = new Set(lanes.flatMap((lane) => lane.marks.map(({ kind }) => kind)))
  const firing = lanes.filter((lane) => lane.bars.some(({ kind }) => kind === 'firing'))
  const severities = [...new Set(firing.map(({ severity = '' }) => severity))]
  return (
    <ul class="legend">
      {BARS.filter(([kind]) => bars.has(kind)).map(([kind, text]) => (
        <li key={kind}>
          <span class={`swatch ${kind}`} /> {text}
        </li>
      ))}
      {severities.map((severity) => (
        <li key={severity}>
          <span class={`swatch firing ${severity}`} /> firing{severity === '' ? '' : `, ${severity}`}
        </li>
      ))}
      {MARKS.filter(([kind]) => marks.has(kind)).map(([kind, text]) => (
        <li key={kind}>
          <span class={`swatch dot ${kind}`} /> {text}
        </li>
      ))}
    </ul>
  )
}
