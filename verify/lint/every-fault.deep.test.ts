/** The tests of the checks once more: here each fault that names its line goes through the whole of lint, there the first of each check. */
import { globSync } from 'node:fs'
import { everyFaultThroughAllOfLint } from '../../testing/lint/lint-files.ts'

everyFaultThroughAllOfLint()
const folder = new URL('checks/', import.meta.url)
for (const file of globSync('**/*.test.ts', { cwd: folder }).filter((each) => !each.endsWith('.deep.test.ts'))) {
  const path = new URL(file, folder).href
  await import(path)
}
