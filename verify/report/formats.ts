import type { Report } from '../model/report.ts'
import { consoleText } from './console.ts'
import { reportJson } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { resultsOfReport } from './result.ts'
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
