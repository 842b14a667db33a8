import type { LintInput } from './lint-check.ts'
import { isOfOperator } from '../config/alerting/operator-routing.ts'
import { isShipped } from '../config/templates/message-template.ts'
import { actionsIn } from '../config/templates/template-actions.ts'
import {
  definitionsIn,
  executed,
  type TemplateCall,
  type TemplateDefinition,
  type TemplateProblem,
} from '../config/templates/template-definitions.ts'
import { ALERTMANAGER } from '../config/templates/template-dialects.ts'
import { templatePatterns, type TemplatePattern } from '../config/deployment/template-files.ts'
import { problemIn } from '../config/templates/template-types.ts'
import { scalarsIn, type ConfigText, type Cursor } from '../config/yaml/cursor.ts'
import { integrationsOf } from './receivers.ts'

/** The templates that an Alertmanager has besides those that come with it. */
export interface OwnTemplates {
  patterns: readonly TemplatePattern[]
  files: readonly ConfigText[]
  defined: ReadonlyMap<string, TemplateDefinition>
  /** Whether it has no others: a pattern finds nothing else than what is known here. */
  isWhole: boolean
  /** What is wrong in the files, as they are parsed and as receivers execute them. */
  problems: readonly TemplateProblem[]
  /** Names that receivers execute, by themselves or by other templates. */
  used: ReadonlySet<string>
  /** Of these, those that nothing defines. */
  missing: ReadonlySet<string>
}

export function ownTemplates(alertmanager: Cursor, { config, exists }: Pick<LintInput, 'config' | 'exists'>): OwnTemplates {
  const patterns = templatePatterns(alertmanager, config, exists)
  const files = [...new Set(patterns.flatMap((pattern) => pattern.files))]
  const read = files.map(definitionsIn)
  const defined = new Map(read.flatMap(({ definitions }) => definitions.map((each) => [each.name, each] as const)))
  // The operator puts an AlertmanagerConfig into a file that may have templates.
  const isWhole =
    !isOfOperator(alertmanager) && patterns.length === alertmanager.items('templates').length && patterns.every((each) => each.isWhole)
  const isKnown = (name: string): boolean => !isWhole || isShipped(name)
  const { problems, used } = executed([...callsOf(alertmanager), ...overridden(defined)], defined, isKnown)
  return {
    patterns,
    files,
    defined,
    isWhole,
    problems: [...read.flatMap(({ problem }) => problem ?? []), ...problems],
    used,
    missing: new Set([...used].filter((name) => !defined.has(name) && !isShipped(name))),
  }
}

/** What the texts of receivers execute. */
function callsOf(alertmanager: Cursor): TemplateCall[] {
  return templatedTexts(alertmanager).flatMap(({ at }) => {
    const calls: TemplateCall[] = []
    problemIn(actionsIn(at.string() ?? '') ?? [], ALERTMANAGER, { onCall: (name, type) => calls.push({ name, type }) })
    return calls
  })
}

/** Defaults of integrations that a file defines anew: an integration that says nothing executes them. */
function overridden(defined: ReadonlyMap<string, TemplateDefinition>): TemplateCall[] {
  return [...defined.keys()].flatMap((name) => (isShipped(name) ? [{ name, type: name.startsWith('__') ? 'any' : 'message' }] : []))
}

/** Texts of receivers that are templates, each with the kind of its integration. */
export function templatedTexts(alertmanager: Cursor): { receiver: string; kind: string; integration: Cursor; at: Cursor }[] {
  return alertmanager.items('receivers').flatMap((receiver) =>
    integrationsOf(receiver).flatMap(({ key, at: integration }) =>
      scalarsIn(integration)
        .filter((at) => at.string()?.includes('{{') === true)
        .map((at) => ({ receiver: receiver.string('name') ?? '', kind: key, integration, at })),
    ),
  )
}
