import { actionsIn } from './template-actions.ts'
import { notDefined, readsItsData, withoutData, type TemplateDefinition } from './template-definitions.ts'
import { ALERTMANAGER } from './template-dialects.ts'
import { NEVER_CLOSED, problemIn } from './template-types.ts'

/** Those that come with Alertmanager. */
export function isShipped(name: string): boolean {
  return /^__|^[a-z]+\.default\./.test(name)
}

/** Of these, what surely reads the notification. */
const READS_DATA = /\.default\.(?:title|message|text|description|subject|html|summary|fallback)$/

/**
 * Why Alertmanager cannot make a text of this template; undefined when nothing speaks against it. `named`: templates of its own files;
 * not `isWhole`: there may be others.
 */
export function templateProblem(
  text: string,
  named: ReadonlyMap<string, TemplateDefinition> = new Map(),
  isWhole = true,
): string | undefined {
  const actions = actionsIn(text)
  if (actions === undefined) return NEVER_CLOSED
  const defined = new Set([...text.matchAll(/\{\{-?\s*(?:define|block)\s+"([^"]*)"/g)].map(([, name = '']) => name))
  let ofCalls: string | undefined
  const onCall = (name: string, type: string): void => {
    const own = named.get(name)
    if (type === 'nothing' && (own === undefined ? READS_DATA.test(name) : readsItsData(own))) ofCalls ??= withoutData(name)
    if (own === undefined && !defined.has(name) && !isShipped(name) && isWhole) ofCalls ??= notDefined(name, named.keys())
  }
  return problemIn(actions, ALERTMANAGER, { onCall })?.message ?? ofCalls
}
