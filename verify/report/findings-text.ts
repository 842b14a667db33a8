import colors from 'picocolors'
import type { Severity } from '../model/lint-finding.ts'
import { countOf } from '../text/count-of.ts'
import { formatError } from '../text/error-text.ts'
import { line, underlined } from '../text/printable.ts'
import { unreviewedText } from '../text/unreviewed.ts'
import type { Findings } from './result.ts'

/** For people: place, the line with a caret, what was expected and what is there, what to change; the count at the end. */
export function findingsText({ rung, findings, summary, problems }: Findings, options: { color: boolean }): string {
  const paint = colors.createColors(options.color)
  const shade: Record<Severity, (text: string) => string> = { error: paint.red, warning: paint.yellow, note: paint.cyan }
  const blocks = findings.map(({ file, line: row, column, severity, subject, message, id, source, length, expected, observed }) => {
    const [shown, caret] = underlined(source, column, length)
    return [
      `${line(file)}:${row}:${column}: ${shade[severity](severity)}: ${line(subject)}: ${line(message)} [${id}]`,
      ...(source === '' ? [] : [`  ${shown}`, `  ${caret.replace(/\^+/, (carets) => shade[severity](carets))}`]),
      `  expected: ${line(expected)}`,
      `  observed: ${line(observed)}`,
    ].join('\n')
  })
  const { errors, warnings, notes, files, checks, suppressed = [], unreviewed } = summary
  const total = `${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}, ${countOf(notes, 'note')} in ${countOf(files, 'file')} (${countOf(checks, 'check')})${suppressed.length > 0 ? `; ${suppressed.length} suppressed by comments` : ''}`
  const copied = unreviewed === undefined ? [] : [unreviewedText(unreviewed, rung)]
  return [...problems.map(formatError), ...blocks, total, ...copied].join('\n\n') + '\n'
}
