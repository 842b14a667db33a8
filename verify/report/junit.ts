import builder from 'junit-report-builder'
import type { Builder, TestSuite } from 'junit-report-builder'
import type { Report } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { xml } from './escape.ts'
import { pointers } from './console.ts'

/** JUnit XML: one suite an experiment, one case a check. fail -> failure, unknown -> error, skipped -> skipped. */
export function junit(report: Report): string {
  // Its types describe a default export inside the module; what Node imports is the builder itself.
  const root = (builder as unknown as Builder).newBuilder().name(`firedrill ${xml(report.runId)}`)
  for (const rule of report.rules) {
    for (const experiment of rule.experiments) {
      const suite = root.testSuite().name(xml(`${rule.alert} / ${experiment.id}`))
      for (const verdict of experiment.verdicts) addCase(suite, verdict, `${rule.alert}.${experiment.id}`)
    }
  }
  for (const subject of new Set(report.others.map((verdict) => verdict.subject))) {
    const suite = root.testSuite().name(xml(subject))
    for (const verdict of report.others) if (verdict.subject === subject) addCase(suite, verdict, subject)
  }
  // Readers of JUnit look at cases only: a run that did not end must not look like one in which all went well.
  if (report.ended !== 'completed')
    root
      .testSuite()
      .name('run')
      .testCase()
      .className('run')
      .name('the run came to its end')
      .error(xml(`it ended: ${report.ended}`), 'incomplete', xml(report.problems.join('\n')))
  return root.build() + '\n'
}

function addCase(suite: TestSuite, verdict: Verdict, className: string): void {
  const test = suite.testCase().className(xml(className)).name(xml(verdict.check))
  const text = [
    `expected: ${verdict.expected}`,
    `observed: ${verdict.observed}`,
    ...(verdict.diagnosis === undefined ? [] : [`why: ${verdict.diagnosis}`]),
    `journal: ${pointers(verdict.pointers)}`,
  ].join('\n')
  if (verdict.status === 'fail') test.failure(xml(`${verdict.title}\n${text}`), xml(verdict.check))
  else if (verdict.status === 'unknown') test.error(xml(verdict.title), verdict.cause ?? 'unknown', xml(text))
  else if (verdict.status === 'skipped') test.skipped()
}
