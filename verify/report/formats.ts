import type { Report } from '../model/report.ts'
import { consoleText } from './console.ts'
import { findingsText } from './findings-text.ts'
import { findingsJson, reportJson } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { resultsOfFindings, resultsOfReport } from './result.ts'
import type { Findings } from './result.ts'
import { sarif } from './sarif.ts'

export { isReported, reportedPart, summarise } from './summarise.ts'
export { historyFrom, resultsOf } from './trends.ts'
export { consoleText } from './console.ts'
export { html, inertJson, liveHtml } from './html.ts'

/**
 * Name on the command line -> Report to text; `html` needs the page besides. `console` here is without colour; call consoleText for a
 * terminal.
 */
export const formats: Readonly<Record<'console' | 'json' | 'junit' | 'markdown' | 'sarif', (report: Report) => string>> = {
  console: (report) => consoleText(report),
  json: reportJson,
  junit: (report) => junit(resultsOfReport(report)),
  markdown,
  sarif: (report) => sarif(resultsOfReport(report)),
}

/** Name on the command line -> what lint or simulate found to text. */
export const findingFormats = {
  text: findingsText,
  json: findingsJson,
  junit: (found) => junit(resultsOfFindings(found)),
  sarif: (found) => sarif(resultsOfFindings(found)),
} satisfies Record<string, (found: Findings, options: { color: boolean }) => string>
