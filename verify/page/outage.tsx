import type { Page } from '../model/page.ts'
import { DelayChart } from './delay-chart.tsx'
import { DrillLanes } from './lanes.tsx'
import { VerdictTable } from './verdicts.tsx'

/** An outage: how long the answer, span and line of each stamped request took, before, during and after. */
export function Outage({ page, id }: { page: Page; id: string }) {
  const courses = page.outages.filter(({ outage }) => outage === id)
  const verdicts = page.report.others.filter(({ subject }) => subject === id)
  if (courses.length === 0 && verdicts.length === 0) return <p>This run has no outage {id}.</p>
  return (
    <>
      <h2>{id}</h2>
      {courses.map((course) => (
        <section key={course.pointer} aria-label={course.title}>
          <p>{course.title}.</p>
          <DelayChart course={course} />
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
