import type { Report } from '../model/report.ts'
import { consoleText } from './console.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { sarif } from './sarif.ts'

export { isReported, reportedPart, summarise } from './summarise.ts'
export { consoleText } from './console.ts'

/** Name on the command line -> Report to text. `console` here is without colour; call consoleText for a terminal. */
export const formats: Readonly<Record<'console' | 'html' | 'json' | 'junit' | 'markdown' | 'sarif', (report: Report) => string>> = {
  console: (report) => consoleText(report),
  html,
  json,
  junit,
  markdown,
  sarif,
}
