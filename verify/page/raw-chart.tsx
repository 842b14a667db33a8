import { useMemo } from 'preact/hooks'
import type { Bar, Curve, RawSignal, Signal } from '../model/page.ts'
import { took } from '../report/time.ts'
import { Chart, windowStrips } from './chart.tsx'
import { rawFigure } from './raw-figure.ts'

const COLOURS = ['--curve-1', '--curve-2', '--curve-3', '--curve-4', '--measured', '--other']

/** The samples of one selector as points, under the same legs, fault, load and legal windows as the value that is made of them. */
export function RawChart({ raw, signal }: { raw: RawSignal; signal: Signal }) {
  const drawn = useMemo(
    () => ({
      curves: raw.curves.map((curve, index) => ({ curve, colour: COLOURS[index % COLOURS.length]!, points: true })),
      strips: [
        { name: 'legs', bars: signal.legs },
        { name: 'fault', bars: signal.faults },
        { name: 'load (k6)', bars: signal.loads },
        ...raw.windows.map(({ by, rangeMs }) => ({ name: `${by} ${took(rangeMs)}`, bars: lookedAt(signal, rangeMs) })),
        // A notification is no matter of samples.
        ...windowStrips(signal, ['pending', 'firing', 'resolved']),
      ],
    }),
    [raw, signal],
  )
  const windows = raw.windows.map(({ by, rangeMs }) => `${by} over ${took(rangeMs)}`).join(', ')
  return (
    <figure class="raw">
      <figcaption>
        <code>{raw.selector}</code>: {raw.counter ? 'what the counter rose by at each scrape' : 'each sample as it was scraped'}
        {windows === '' ? '' : `; the condition takes ${windows}`}.
      </figcaption>
      {raw.curves.length === 0 ? null : (
        <Chart
          curves={drawn.curves}
          strips={drawn.strips}
          extent={signal.extent}
          {...(raw.threshold === undefined ? {} : { threshold: { value: raw.threshold, text: `${signal.comparator} ${raw.threshold}` } })}
          format={rawFigure}
          label={`The raw samples of ${raw.selector}`}
          height={150}
        />
      )}
      {raw.notes.map((note) => (
        <p key={note} class="hint">
          {note}
        </p>
      ))}
    </figure>
  )
}

/** What the range reached back over at the evaluation when the alert became pending (or fired at once), and when it resolved. */
function lookedAt({ marks }: Signal, rangeMs: number): Bar[] {
  const begun = marks.find(({ text }) => text === 'pending') ?? marks.find(({ text }) => text === 'firing')
  const ended = marks.find(({ text }) => text === 'resolved')
  return [begun, ended].flatMap((mark): Bar[] =>
    mark === undefined
      ? []
      : [{ fromMs: mark.atMs - rangeMs, untilMs: mark.atMs, kind: 'before', text: `looked at when ${mark.text}`, pointer: mark.pointer }],
  )
}

export function rawTitle(raw: RawSignal, { label }: Curve): string {
  const what = raw.counter ? 'rise at each scrape' : 'raw sample'
  return label === raw.selector ? `${raw.selector}, ${what}` : `${raw.selector} ${label}, ${what}`
}
