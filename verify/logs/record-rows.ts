/** Of how many lines a stored log entry is: of text, or of the longest text in a JSON object, where a line break is written \n. */
export function rowsOf(entry: string): number {
  if (!entry.startsWith('{')) return rows(entry)
  try {
    return Math.max(1, ...textsIn(JSON.parse(entry)).map(rows))
  } catch {
    // Half an object, or one with something glued to it.
    return rows(entry)
  }
}

function rows(text: string): number {
  return text.trimEnd().split('\n').length
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
