import { specificationTables } from './specification-page.ts'
import { targetFileTables } from './target-file-page.ts'

/** README file -> its generated part. Each text comes from the meta of the units it lists. */
export async function generated(): Promise<Record<string, string>> {
  const [{ faultsTable }, { checks: judgeChecks }, { checksMarkdown }, { scenariosMarkdown }, { labTables }] = await Promise.all([
    import('../chaos/registry.ts'),
    import('../verify/judge/registry.ts'),
    import('../verify/lint/check-pages.ts'),
    import('../scenarios/meta.ts'),
    import('../lab/compose/differences.ts'),
  ])
  return {
    'chaos/README.md': faultsTable(),
    'verify/judge/README.md': table(
      ['check', 'looks at', 'passes when', 'why'],
      judgeChecks.map(({ meta }) => [meta.id, meta.scope, meta.title, meta.why]),
    ),
    'verify/lint/README.md': checksMarkdown(),
    'docs/target-file.md': targetFileTables(),
    'docs/specification.md': specificationTables(),
    'scenarios/README.md': scenariosMarkdown(),
    'docs/lab.md': labTables(),
  }
}

function table(head: string[], rows: string[][]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
}
