import { stringify } from 'yaml'
import type { ScenarioMeta } from '../scenarios/generic/generic-scenarios.ts'
import { platformTables } from './platform-page.ts'
import { specificationTables } from './specification-page.ts'
import { targetFileTables } from './target-file-page.ts'

/** README file -> its generated part. Each text comes from the meta of the units it lists. */
export async function generated(): Promise<Record<string, string>> {
  const [{ faultsTable }, { generic, scenariosMarkdown }, { scenarios }, { labTables }, { imagesTable }] = await Promise.all([
    import('../chaos/fault-registry.ts'),
    import('../scenarios/generic/generic-scenarios.ts'),
    import('../scenarios/meta.ts'),
    import('../lab/compose/differences.ts'),
    import('../lab/engine/images.ts'),
  ])
  return {
    'chaos/README.md': faultsTable(),
    'docs/target-file.md': targetFileTables(),
    'docs/platform.md': platformTables(),
    'docs/specification.md': specificationTables(),
    'scenarios/README.md': scenariosMarkdown({ ...generic, ...scenarios }),
    'docs/lab.md': labTables(),
    'docs/docker.md': imagesTable(),
  }
}

/** scenarios.yaml of this platform: keys as a specification has them. */
function scenariosFile(scenarios: Readonly<Record<string, ScenarioMeta>>): string {
  const described = Object.entries(scenarios).map(([name, { title, why, usedBy, byHand, params }]) => [
    name,
    { title, why, 'used-by': usedBy, ...(byHand === undefined ? {} : { 'by-hand': byHand }), params },
  ])
  return `# Written from meta.ts by npm run docs.\n${stringify(Object.fromEntries(described), { lineWidth: 0, aliasDuplicateObjects: false })}`
}

/** Files that are generated as a whole: a page for each check, their index, the schema of report.json, and scenarios.yaml. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const { checkPages, pageIndex, pageText } = await import('../verify/commands/check-page.ts')
  const pages = await checkPages()
  const { reportSchema } = await import('./report-schema.ts')
  const { scenarios } = await import('../scenarios/meta.ts')
  return {
    'docs/report.schema.json': reportSchema(),
    'scenarios/scenarios.yaml': scenariosFile(scenarios),
    'docs/checks/README.md': pageIndex(pages),
    ...Object.fromEntries(pages.map((page) => [`docs/checks/${page.meta.id}.md`, pageText(page)])),
  }
}
