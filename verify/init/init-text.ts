import { table } from '../report/blocks.ts'
import type { Block } from '../report/blocks.ts'
import { markdownOf } from '../report/markdown.ts'
import { columns, wrapped } from '../text/columns.ts'
import type { Change } from './changes.ts'
import type { InitRow } from './specify.ts'

/** What an init found, and what it wrote or would write. */
export interface InitResult {
  /** Addresses and files that were read. */
  from: string[]
  /** The platform's folder. */
  folder: string
  dryRun: boolean
  rows: InitRow[]
  /** What besides rules is not expressed, or was not read. */
  others: { what: string; reason: string }[]
  changes: Omit<Change, 'text'>[]
}

const HEAD = ['rule', 'specified', 'notifies', 'cause that would make it fire', 'in part, or why not']
/** Of one file so many differences are shown. */
const MOST_DIFFERENCES = 12
/** Of new files so many are named. */
const MOST_NAMED = 6

/** For a terminal. */
export function initText(result: InitResult, width: number): string {
  return `${[
    ...columns([HEAD, ...result.rows.map(cells)], width),
    '',
    ...result.others.flatMap(({ what, reason }) => wrapped(`${what}: ${reason}`, width)),
    ...(result.others.length > 0 ? [''] : []),
    ...changeLines(result).flatMap((text) => (text.startsWith(' ') ? [text] : wrapped(text, width))),
    '',
    ...totals(result).flatMap((text) => wrapped(text, width)),
  ].join('\n')}\n`
}

/** For a pull request. */
export function initMarkdown(result: InitResult): string {
  const blocks: Block[] = [
    ...totals(result).map((text): Block => ({ kind: 'line', text })),
    ...table(HEAD, result.rows.map(cells)),
    ...table(
      ['what', 'why not, or in part'],
      result.others.map(({ what, reason }) => [what, reason]),
    ),
    { kind: 'heading', text: 'Files' },
    { kind: 'list', items: changeLines(result) },
  ]
  return `# firedrill init\n\n${markdownOf(blocks)}`
}

function cells({ alert, file, receivers, cause, reasons }: InitRow): string[] {
  return [alert, file === undefined ? 'NO' : 'yes', receivers.join(', ') || 'none known', cause === '' ? '–' : cause, reasons.join('; ')]
}

function changeLines({ changes, dryRun }: InitResult): string[] {
  const created = changes.filter(({ what }) => what === 'created').map(({ path }) => path)
  const more = created.length - MOST_NAMED
  return [
    ...(created.length === 0
      ? []
      : [`${dryRun ? 'would create' : 'created'}: ${created.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`]),
    ...changes
      .filter(({ what }) => what === 'rewritten' || what === 'kept')
      .flatMap(({ path, what, diff, why = 'is reviewed, edited or of someone else' }) => [
        what === 'rewritten'
          ? `${dryRun ? 'would rewrite' : 'rewritten'}: ${path}`
          : `not written: ${path} ${why}, and differs from what is deployed:`,
        ...diff.slice(0, MOST_DIFFERENCES).map((each) => `    ${each.slice(0, 200)}`),
        ...(diff.length > MOST_DIFFERENCES ? [`    and ${diff.length - MOST_DIFFERENCES} more`] : []),
      ]),
  ]
}

function totals({ rows, from, folder, changes, dryRun }: InitResult): string[] {
  const specified = rows.filter(({ file }) => file !== undefined)
  const count = (what: Change['what']): number => changes.filter((change) => change.what === what).length
  const proposed = specified.filter(({ cause }) => cause !== 'none').length
  return [
    `${specified.length} of ${rows.length} alerting rules of ${from.join(', ')} are specified; for ${proposed} a cause is proposed, as a comment.`,
    `In ${folder}: ${count('created')} files created, ${count('rewritten')} rewritten, ${count('unchanged')} unchanged, ${count('kept')} not written${dryRun ? ' (--dry-run: nothing was)' : ''}.`,
    'What is copied says `reviewed: false`: it proves the deployment against itself until a person has read it.',
    ...(dryRun ? [] : [`Next: ${folder === '.' ? '' : `cd ${folder}; `}firedrill lint; firedrill simulate`]),
  ]
}
