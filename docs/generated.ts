import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { targetFileTables } from './target-file-page.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** README file -> its generated part. Each text comes from the meta of the units it lists. */
export async function generated(): Promise<Record<string, string>> {
  const [{ faultsTable }, { checks: judgeChecks }, { checksMarkdown }] = await Promise.all([
    import('../chaos/registry.ts'),
    import('../verify/judge/registry.ts'),
    import('../verify/lint/check-pages.ts'),
  ])
  return {
    'chaos/README.md': faultsTable(),
    'verify/judge/README.md': table(
      ['check', 'looks at', 'passes when', 'why'],
      judgeChecks.map(({ meta }) => [meta.id, meta.scope, meta.title, meta.why]),
    ),
    'verify/lint/README.md': checksMarkdown(),
    'docs/target-file.md': targetFileTables(),
    'scenarios/README.md': table(['scenario', 'shape'], scenarios()),
  }
}

/** The header comment of each script, its comment marks removed. */
function scenarios(): string[][] {
  return readdirSync(join(ROOT, 'scenarios'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => {
      const comment = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(ROOT, 'scenarios', name), 'utf8'))?.[1]
      if (comment === undefined) throw new Error(`scenarios/${name} must begin with a comment that says its shape and who uses it`)
      return [name.replace(/\.ts$/, ''), comment.replace(/\n \* ?/g, ' ').trim()]
    })
}

function table(head: string[], rows: string[][]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
}
