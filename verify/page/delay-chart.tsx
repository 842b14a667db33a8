import { useMemo } from 'preact/hooks'
import type { OutageCourse } from '../model/page.ts'
import { figure } from '../text/figure.ts'
import { Folded } from './folded.tsx'
import { Chart } from './chart.tsx'
import { clock } from './verdict-signs.ts'

/** Delay of answer, span and line by the time each request was sent; a hole is what never came. */
export function DelayChart({ course }: { course: OutageCourse }) {
  const curves = useMemo(
    () =>
      [
        { curve: course.answers, colour: '--curve-1' },
        { curve: course.spans, colour: '--curve-2' },
        { curve: course.lines, colour: '--curve-3' },
      ]
        .filter(({ curve }) => curve.points.some(([, value]) => value !== null))
        .map(({ curve, colour }) => ({
          // A logarithmic axis has no zero.
          curve: {
            ...curve,
            points: curve.points.map(([atMs, value]): [number, number | null] => [atMs, value === null ? null : Math.max(1, value)]),
          },
          colour,
        })),
    [course],
  )
  const strips = useMemo(() => [{ name: 'fault', bars: course.faults }], [course])
  return (
    <>
      <Chart curves={curves} strips={strips} format={(value) => figure(value, 'ms')} label={`Delays during ${course.outage}`} logarithmic />
      <Folded summary={<>The delays in numbers</>}>
        {() => (
          <div class="scroll" tabIndex={0} role="region" aria-label="Delays">
            <table>
              <thead>
                <tr>
                  <th scope="col">sent (UTC)</th>
                  <th scope="col">answer after</th>
                  <th scope="col">span after</th>
                  <th scope="col">line after</th>
                </tr>
              </thead>
              <tbody>
                {course.answers.points.map(([atMs, answer], index) => (
                  <tr key={atMs}>
                    <td>{clock(atMs)}</td>
                    <td>{figure(answer, 'ms')}</td>
                    <td>{figure(course.spans.points[index]?.[1], 'ms')}</td>
                    <td>{figure(course.lines.points[index]?.[1], 'ms')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Folded>
    </>
  )
}
