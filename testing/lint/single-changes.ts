import { readFileSync } from 'node:fs'

/** One way to change testing/deployment, a row of a table beside this file with its further changes. */
export interface FoundKind {
  what: string
  /** Part of the line that the first finding must stand at (one of several; '' is any line); null: no error and no warning is added. */
  at: string[] | null
  /** `from` null: the file goes. */
  changes: { file: string; from: string | RegExp | null; to: string }[]
}

export const FOUND_KINDS: readonly FoundKind[] = rowsOf('single-changes.tsv')
/** Of the files for Kubernetes, as delivered. */
export const KUBERNETES_KINDS: readonly FoundKind[] = rowsOf('kubernetes-changes.tsv')
/** What was reported to us, each a test by itself: its kind has further rows among FOUND_KINDS. */
export const REPORTED: readonly FoundKind[] = rowsOf('reported-inputs.tsv')

function rowsOf(file: string): FoundKind[] {
  return read(readFileSync(new URL(file, import.meta.url), 'utf8'))
}

function read(table: string): FoundKind[] {
  const kinds: FoundKind[] = []
  let file = ''
  for (const row of table.replaceAll('\n\t', '\t').split('\n')) {
    const section = /^\[(\S+)\]$/.exec(row)?.[1]
    if (section !== undefined) file = section
    else if (row !== '' && !row.startsWith('#')) {
      const [what = '', place = '', ...cells] = row.split('\t')
      if (what !== '+') kinds.push({ what, at: placesOf(place), changes: [changeOf(file, cells)] })
      else kinds.at(-1)?.changes.push(changeOf(place === '' ? file : place, cells))
    }
  }
  return kinds
}

function placesOf(cell: string): string[] | null {
  return cell === '(fine)' ? null : cell === '(any)' ? [''] : cell.split(' | ').map(plain)
}

function changeOf(file: string, [from = '', to = '', more = '']: readonly string[]): FoundKind['changes'][number] {
  if (from === '(remove)') return { file, from: null, to: '' }
  if (from === '(rule)') return { file, from: /\s*$/, to: extraRule(plain(to), plain(more)) }
  const [, source, flags] = /^~\/(.*)\/(\w*)$/.exec(from) ?? []
  return { file, from: source === undefined ? plain(from) : new RegExp(source, flags), to: plain(to) }
}

function extraRule(expr: string, more: string): string {
  const labels = more.startsWith('labels:') ? '' : '        labels: { severity: warning }\n'
  return `\n\n      - alert: Extra\n        expr: ${JSON.stringify(expr)}\n        for: 5m\n${labels}${more === '' ? '' : `        ${more}\n`}`
}

function plain(cell: string): string {
  return cell.replace(/\\([nt\\])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign === 't' ? '\t' : '\\'))
}
