import { line } from './printable.ts'

/** Between these a table follows the terminal. */
const [NARROWEST, WIDEST] = [80, 140]
/** Where there is no terminal. */
const ELSEWHERE = 100

const GAP = '  '
const LAST_AT_LEAST = 24

/** How many columns output may take. */
export function widthOf({ columns: terminal }: { columns?: number }): number {
  return terminal === undefined ? ELSEWHERE : Math.min(WIDEST, Math.max(NARROWEST, terminal))
}

/** Words into lines of at most `width` characters; a longer word is cut. At least one line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let now = ''
  for (const word of line(text).split(' ')) {
    if (now !== '' && now.length + 1 + word.length > width) {
      lines.push(now)
      now = ''
    }
    now = now === '' ? word : `${now} ${word}`
    for (; now.length > width; now = now.slice(width)) lines.push(now.slice(0, width))
  }
  return [...lines, now]
}

/**
 * Rows in columns, two spaces between, without rules: as wide as their longest cell, the last one takes what is left. Cells wrap; `paint`
 * colours a cell after it was padded.
 */
export function columns(
  rows: readonly (readonly string[])[],
  width: number,
  paint: (text: string, row: number, column: number) => string = (text) => text,
): string[] {
  const count = Math.max(0, ...rows.map((cells) => cells.length))
  const widths = Array.from({ length: count }, (_, column) => Math.max(0, ...rows.map((cells) => line(cells[column] ?? '').length)))
  // The last column keeps room for words; what is missing is taken from the widest of the others.
  const others = widths.slice(0, -1)
  const room = width - LAST_AT_LEAST - GAP.length * others.length
  while (others.reduce((sum, own) => sum + own, 0) > room) others[others.indexOf(Math.max(...others))]! -= 1
  others.forEach((own, column) => (widths[column] = own))
  widths[count - 1] = width - others.reduce((sum, own) => sum + own + GAP.length, 0)
  return rows.flatMap((cells, row) => {
    const parts = widths.map((own, column) => wrapped(cells[column] ?? '', Math.max(1, own)))
    const height = Math.max(...parts.map((lines) => lines.length))
    return Array.from({ length: height }, (_, index) =>
      parts
        .map((lines, column) => {
          const text = lines[index] ?? ''
          const padded = column === count - 1 ? text : text.padEnd(widths[column] ?? 0)
          return text === '' ? padded : paint(padded, row, column)
        })
        .join(GAP)
        .trimEnd(),
    )
  })
}
