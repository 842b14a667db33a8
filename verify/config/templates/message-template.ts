import { templateActions } from './template-actions.ts'
import { ALERTMANAGER } from './template-dialects.ts'
import { executionProblem } from './template-types.ts'

/** Those that come with Alertmanager. */
const SHIPPED = /^__|^[a-z]+\.default\./

/**
 * Why Alertmanager cannot make a text of this template; undefined when nothing speaks against it. `named`: templates of its own files, null
 * where they are not known.
 */
export function templateProblem(text: string, named: ReadonlySet<string> | null = new Set()): string | undefined {
  const problem = executionProblem(text, ALERTMANAGER)
  if (problem !== undefined || named === null) return problem
  const defined = new Set([...text.matchAll(/\{\{-?\s*(?:define|block)\s+"([^"]*)"/g)].map(([, name = '']) => name))
  const used = (templateActions(text) ?? []).flatMap((action) => /^template\s+"([^"]*)"/.exec(action)?.[1] ?? [])
  const missing = used.find((name) => !named.has(name) && !defined.has(name) && !SHIPPED.test(name))
  return missing === undefined ? undefined : `the template "${missing}", which no file of templates defines`
}
