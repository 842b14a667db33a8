import type { OutageCourse, Page } from '../model/page.ts'
import { figure } from '../text/figure.ts'
import { DelayChart } from './delay-chart.tsx'
import { Pointer } from './journal-view.tsx'
import { DrillLanes } from './lanes-view.tsx'
import { VerdictTable } from './verdicts.tsx'
import { WhatToChange } from './what-to-change.tsx'

/** An outage: how long the answer, span and line of each stamped request took, before, during and after. */
export function Outage({ page, id }: { page: Page; id: string }) {
  const courses = page.outages.filter(({ outage }) => outage === id)
  const verdicts = page.report.others.filter(({ subject }) => subject === id)
  if (courses.length === 0 && verdicts.length === 0) return <p>This run has no outage {id}.</p>
  return (
    <>
      <h2>{id}</h2>
      <WhatToChange page={page} id={id} verdicts={verdicts} />
      {courses.map((course) => (
        <section key={course.pointer} aria-label={course.title}>
          <p>
            {course.title}. <Pointer seq={course.pointer} />
          </p>
          <DelayChart course={course} />
          <Spreads course={course} />
        </section>
      ))}
      <section aria-labelledby="beside">
        <h3 id="beside">At the same time</h3>
        <DrillLanes page={page} only={id} />
      </section>
      <section aria-labelledby="verdicts">
        <h3 id="verdicts">Verdicts</h3>
        <VerdictTable verdicts={verdicts} />
      </section>
    </>
  )
}

/** How the delays are distributed. */
function Spreads({ course }: { course: OutageCourse }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">of each request</th>
          <th scope="col">came</th>
          <th scope="col">min</th>
          <th scope="col">median</th>
          <th scope="col">p99</th>
          <th scope="col">max</th>
        </tr>
      </thead>
      <tbody>
        {course.spreads.map(({ of, sent, came, quantiles }) => (
          <tr key={of}>
            <td>{of}</td>
            <td>
              {came} of {sent}
            </td>
            {quantiles === null ? (
              <td colSpan={4}>none came</td>
            ) : (
              [quantiles.min, quantiles.median, quantiles.p99, quantiles.max].map((ms, index) => <td key={index}>{figure(ms, 'ms')}</td>)
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
