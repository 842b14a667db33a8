import type { Page } from '../model/page.ts'
import type { Verdict } from '../model/verdict.ts'
import { reasonAndStep } from '../report/next-step.ts'

/** What the report takes for the cause of a subject's outcome, else what was found of it first: what to change, or why it is unknown. */
export function WhatToChange({ page, id, verdicts }: { page: Page; id: string; verdicts: readonly Verdict[] }) {
  const found =
    page.report.causes.find(({ root, also }) => [root, ...also].some(({ subject }) => subject === id))?.root ??
    verdicts.find(({ status }) => status === 'fail') ??
    verdicts.find(({ status }) => status === 'unknown')
  const text = found === undefined ? undefined : reasonAndStep(found)
  return text === undefined ? null : <p class="change">{text}</p>
}
