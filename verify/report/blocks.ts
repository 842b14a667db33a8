import type { VerdictStatus } from '../model/verdict.ts'

/**
 * A report for reading, without its markup: report.md and the part of report.html that needs no script are the same blocks. Every text is
 * taken for one from outside; what renders it escapes it.
 */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'line'; text: string; strong?: string }
  | { kind: 'list'; of?: { strong: string; text: string }; items: string[] }
  | { kind: 'table'; head: string[]; rows: Cell[][] }
  | { kind: 'folded'; summary: string; open: boolean; blocks: Block[] }

/** `text` stands after the status. */
export type Cell = string | { status: VerdictStatus; text?: string } | { journal: readonly number[] }

/** None without rows. */
export function table(head: string[], rows: Cell[][]): Block[] {
  return rows.length === 0 ? [] : [{ kind: 'table', head, rows }]
}

/** The first few are enough to find the place; all of them are in the JSON. Without #, which GitHub would link to an issue. */
export function numbers(seqs: readonly number[]): string {
  return `${seqs.slice(0, 8).join(' ')}${seqs.length > 8 ? ` and ${seqs.length - 8} more` : ''}`
}
