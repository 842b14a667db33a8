import type { FiredrillError } from '../model/error.ts'

/** `file:line:column: message`, the faulty line with a caret under it, and the next step. Plain text, no colour. */
export function formatError(error: FiredrillError): string {
  const { place } = error
  const where = place === undefined ? '' : [place.file, place.line, place.column].filter((part) => part !== undefined).join(':') + ': '
  const lines = [`${where}${error.message} [${error.code}]`]
  if (place?.source !== undefined && place.column !== undefined) {
    const indent = place.source.slice(0, place.column - 1).replace(/[^\t]/g, ' ')
    lines.push(`  ${place.source}`, `  ${indent}${'^'.repeat(Math.max(1, place.length ?? 1))}`)
  }
  if (error.next !== undefined) lines.push(`  ${error.next}`)
  return lines.join('\n')
}
