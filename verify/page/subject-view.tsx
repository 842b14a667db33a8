import type { Page } from '../model/page.ts'
import { VerdictTable } from './verdicts.tsx'
import { Trace } from './waterfall.tsx'
import { WhatToChange } from './what-to-change.tsx'

/** What is no experiment and no outage (a trace path, a log stream, a rule, the drill as a whole): its verdicts and its trace. */
export function Subject({ page, id }: { page: Page; id: string }) {
  const verdicts = page.report.others.filter(({ subject }) => subject === id)
  if (verdicts.length === 0) return <p>This run has no verdict on {id}.</p>
  return (
    <>
      <h2>{id}</h2>
      <WhatToChange page={page} id={id} verdicts={verdicts} />
      <VerdictTable verdicts={verdicts} />
      {page.traces
        .filter(({ spec }) => spec === id)
        .map((trace) => (
          <Trace key={trace.traceId} trace={trace} />
        ))}
    </>
  )
}
