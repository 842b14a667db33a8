import { useMemo } from 'preact/hooks'
import type { Signal } from '../model/page.ts'
import { figure } from '../text/figure.ts'
import { Chart, windowStrips } from './chart.tsx'

const COLOURS = ['--curve-1', '--curve-2', '--curve-3', '--curve-4']
/** More curves beside the subject's are a thicket; the rest is in the numbers. */
const MOST_OTHERS = 4

/**
 * The condition's value at each evaluation, with threshold, legs, faults, load, legal windows, what was observed, and k6's own
 * measurement over it.
 */
export function SignalChart({ signal }: { signal: Signal }) {
  const drawn = useMemo(() => {
    const own = signal.value.filter(({ subject }) => subject)
    const others = signal.value.filter(({ subject }) => !subject)
    return {
      curves: [
        ...own.map((curve, index) => ({ curve, colour: COLOURS[index % COLOURS.length]!, width: 2.5 })),
        ...signal.measured.map((curve) => ({ curve, colour: '--measured', dashed: true })),
        // Another subject's value may be a hundred times as high: it is there for who asks for it.
        ...others.slice(0, MOST_OTHERS).map((curve) => ({ curve, colour: '--other', width: 1, hidden: true })),
      ],
      strips: [
        { name: 'legs', bars: signal.legs },
        { name: 'fault', bars: signal.faults },
        { name: 'load (k6)', bars: signal.loads },
        ...windowStrips(signal, ['pending', 'firing', 'notified', 'resolved', 'resolved notified']),
      ],
    }
  }, [signal])
  const format = (value: number | null | undefined): string => figure(value, signal.unit)
  return (
    <>
      <Chart
        curves={drawn.curves}
        strips={drawn.strips}
        extent={signal.extent}
        threshold={{ value: signal.threshold, text: `fires ${signal.comparator} ${format(signal.threshold)}` }}
        format={format}
        label={`The value of ${signal.experiment} at each evaluation`}
      />
      <ul class="legend">
        {(['before', 'quiet', 'settle', 'fire', 'clear'] as const)
          .filter((kind) => signal.legs.some((leg) => leg.kind === kind))
          .map((kind) => (
            <li key={kind}>
              <span class={`swatch ${kind}`} /> {kind} leg
            </li>
          ))}
        {signal.faults.length > 0 ? (
          <li>
            <span class="swatch fault" /> {[...new Set(signal.faults.map(({ text }) => text))].join(', ')}
          </li>
        ) : null}
        {signal.loads.map((load) => (
          <li key={load.pointer}>
            <span class="swatch load" /> {load.text}
          </li>
        ))}
        {signal.windows.length > 0 ? (
          <li>
            <span class="swatch window" /> legal window, with what was observed in it
          </li>
        ) : null}
        {signal.marks.some(({ kind }) => kind === 'resolved') ? (
          <li>
            <span class="swatch dot resolved" /> resolved
          </li>
        ) : null}
      </ul>
    </>
  )
}
