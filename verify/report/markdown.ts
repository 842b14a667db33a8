import type { Report } from '../model/report.ts'
import type { VerdictStatus } from '../model/verdict.ts'
import { numbers } from './blocks.ts'
import type { Block, Cell } from './blocks.ts'
import { documentOf } from './document.ts'
import { htmlInMarkdown, markdown as md } from './escape.ts'

const MARKS: Record<VerdictStatus, string> = { pass: '✅ pass', fail: '❌ **FAIL**', unknown: '❔ unknown', skipped: '➖ skipped' }

/** For a pull request or a job summary. */
export function markdown(report: Report): string {
  const { title, blocks } = documentOf(report)
  return `# Fire drill: ${md(title)}\n\n${markdownOf(blocks)}`
}

export function markdownOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => `${linesOf(block).join('\n')}\n\n`)
    .join('')
    .replace(/\n\n$/, '\n')
}

function linesOf(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [`## ${md(block.text)}`]
    case 'line':
      return [block.strong === undefined ? md(block.text) : emphasised(block.strong, block.text)]
    case 'list':
      return [
        ...(block.of === undefined ? [] : [emphasised(block.of.strong, block.of.text)]),
        ...block.items.map((item) => `- ${md(item)}`),
      ]
    case 'table':
      return [
        row(block.head.map((title) => md(title))),
        `|${'---|'.repeat(block.head.length)}`,
        ...block.rows.map((cells) => row(cells.map(cell))),
      ]
    case 'folded':
      return ['<details>', `<summary>${htmlInMarkdown(block.summary)}</summary>`, '', markdownOf(block.blocks), '</details>']
  }
}

function emphasised(strong: string, text: string): string {
  return `**${md(strong, true)}**${md(text, true)}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function cell(content: Cell): string {
  if (typeof content === 'string') return md(content)
  if ('journal' in content) return numbers(content.journal)
  return `${MARKS[content.status]}${content.text === undefined ? '' : ` ${md(content.text)}`}`
}
