import type { FiredrillError } from '../model/error.ts'
import { terminal, underlined } from './printable.ts'

/** The message of what was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** `file:line:column: message`, the faulty line with a caret under it, and the next step. Plain text, no colour. */
export function formatError(error: FiredrillError): string {
  const { place } = error
  const where = place === undefined ? '' : [place.file, place.line, place.column].filter((part) => part !== undefined).join(':') + ': '
  const lines = [terminal(`${where}${error.message} [${error.code}]`)]
  if (place?.source !== undefined && place.column !== undefined)
    lines.push(...underlined(place.source, place.column, place.length ?? 1).map((text) => `  ${text}`))
  if (error.next !== undefined) lines.push(`  ${terminal(error.next)}`)
  return lines.join('\n')
}
