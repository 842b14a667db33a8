import { specificationTables } from './specification-page.ts'
import { targetFileTables } from './target-file-page.ts'

/** README file -> its generated part. Each text comes from the meta of the units it lists. */
export async function generated(): Promise<Record<string, string>> {
  const [{ faultsTable }, { scenariosMarkdown }, { labTables }, { imagesTable }] = await Promise.all([
    import('../chaos/fault-registry.ts'),
    import('../scenarios/meta.ts'),
    import('../lab/compose/differences.ts'),
    import('../lab/engine/images.ts'),
  ])
  return {
    'chaos/README.md': faultsTable(),
    'docs/target-file.md': targetFileTables(),
    'docs/specification.md': specificationTables(),
    'scenarios/README.md': scenariosMarkdown(),
    'docs/lab.md': labTables(),
    'docs/docker.md': imagesTable(),
  }
}

/** Files that are generated as a whole: a page for each check, their index, and the schema of report.json. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const { checkPages, pageIndex, pageText } = await import('../verify/commands/check-page.ts')
  const pages = await checkPages()
  const { reportSchema } = await import('./report-schema.ts')
  return {
    'docs/report.schema.json': reportSchema(),
    'docs/checks/README.md': pageIndex(pages),
    ...Object.fromEntries(pages.map((page) => [`docs/checks/${page.meta.id}.md`, pageText(page)])),
  }
}
