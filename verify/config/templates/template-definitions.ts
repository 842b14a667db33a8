import type { ConfigText, Place } from '../yaml/cursor.ts'
import { actionsIn, type TemplateAction } from './template-actions.ts'
import { ALERTMANAGER } from './template-dialects.ts'
import { NEVER_CLOSED, problemIn } from './template-types.ts'
import { didYouMean } from '../../text/did-you-mean.ts'

/** A `define` or `block` of a file of templates. */
export interface TemplateDefinition {
  name: string
  text: ConfigText
  /** Offset of its action. */
  at: number
  actions: readonly TemplateAction[]
  /** What stands between it and its end. */
  body: string
}

export interface TemplateProblem {
  at: Place
  message: string
  /** Alertmanager does not load the file; else the execution fails, or shows nothing. */
  refused: boolean
}

/** What a file defines, or why it is not parsed. https://pkg.go.dev/text/template#hdr-Nested_template_definitions */
export function definitionsIn(text: ConfigText): { definitions: TemplateDefinition[]; problem?: TemplateProblem } {
  const actions = actionsIn(text.text)
  const definitions: TemplateDefinition[] = []
  const refuse = (at: number, message: string): { definitions: TemplateDefinition[]; problem: TemplateProblem } => ({
    definitions,
    problem: { at: placeIn(text, at), message, refused: true },
  })
  if (actions === undefined) return refuse(lastOpened(text.text), NEVER_CLOSED)
  const open: { keyword: string; name: string | undefined; at: number; index: number }[] = []
  for (const [index, { text: action, at }] of actions.entries()) {
    // A single brace at its end: what follows is taken for a part of it.
    if (/[{}]/.test(action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`|'[^']*'/g, ''))) return refuse(at, NEVER_CLOSED)
    const [, keyword = '', name] = /^(if|range|with|define|block|end)\b\s*(?:"((?:[^"\\]|\\.)*)")?/.exec(action) ?? []
    if (keyword === 'define' && open.length > 0) {
      const inner = open.at(-1) ?? { keyword: '', at: 0 }
      return refuse(inner.at, `{{ ${inner.keyword} }} without its {{ end }} before the next {{ define }}`)
    }
    if (keyword === 'end') {
      const last = open.pop()
      if (last === undefined) return refuse(at, '{{ end }} where nothing is open')
      if (last.name !== undefined && /^(?:define|block)$/.test(last.keyword)) {
        const from = text.text.indexOf('}}', last.at) + 2
        const own = actions.slice(last.index + 1, index)
        definitions.push({ name: last.name, text, at: last.at, actions: own, body: text.text.slice(from, at) })
      }
    } else if (keyword !== '') open.push({ keyword, name, at, index })
  }
  const last = open.at(-1)
  if (last !== undefined) return refuse(last.at, `{{ ${last.keyword} }} without its {{ end }}`)
  const problem = problemIn(actions, ALERTMANAGER, {}, 'any')
  return problem?.refused === true ? refuse(problem.at, problem.message) : { definitions }
}

/** Place of an offset in a text. */
export function placeIn({ file, text, lineOffset, columnOffset }: ConfigText, at: number): Place {
  const before = text.slice(0, at).split('\n')
  const length = Math.max(1, (/^\{\{[^\n]*?\}\}/.exec(text.slice(at))?.[0] ?? '{{').length)
  return { file, line: before.length + lineOffset, column: (before.at(-1)?.length ?? 0) + 1 + columnOffset, length }
}

/** Of the braces the first that is not closed. */
function lastOpened(text: string): number {
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 2))
    if (actionsIn(text.slice(at).replace(/\{\{/g, (braces, index: number) => (index === 0 ? braces : '  '))) === undefined) return at
  return Math.max(0, text.lastIndexOf('{{'))
}

/** A template that another one, or a receiver, executes: with what type of data, and where that is written. */
export interface TemplateCall {
  name: string
  type: string
}

/**
 * What happens when these templates are executed, with all that they execute in turn: what fails or shows nothing, where it is written.
 * `calls` are those of receivers; their names that are not defined are for the caller to say.
 */
export function executed(
  calls: readonly TemplateCall[],
  defined: ReadonlyMap<string, TemplateDefinition>,
  isKnown: (name: string) => boolean,
): { problems: TemplateProblem[]; used: ReadonlySet<string> } {
  const problems: TemplateProblem[] = []
  const used = new Set<string>()
  const done = new Set<string>()
  const queue = [...calls]
  for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
    const { name } = call
    // That it gets no data is said where it is executed.
    const type = call.type === 'nothing' ? 'any' : call.type
    const definition = defined.get(name)
    used.add(name)
    if (definition === undefined || done.has(`${name} ${type}`)) continue
    done.add(`${name} ${type}`)
    const { text, actions } = definition
    const found = problemIn(
      actions,
      ALERTMANAGER,
      {
        onCall: (other, passed, { at }) => {
          const target = defined.get(other)
          if (target === undefined && !isKnown(other))
            problems.push({ at: placeIn(text, at), message: notDefined(other, defined.keys()), refused: false })
          else if (passed === 'nothing' && target !== undefined && readsItsData(target))
            problems.push({ at: placeIn(text, at), message: withoutData(other), refused: false })
          else queue.push({ name: other, type: passed })
        },
      },
      type,
    )
    if (found !== undefined) problems.push({ at: placeIn(text, found.at), message: found.message, refused: found.refused })
  }
  return { problems, used }
}

export function notDefined(name: string, names: Iterable<string>): string {
  return `the template ${JSON.stringify(name)}, which no file of templates defines${didYouMean(name, [...names])}`
}

/** text/template prints `<no value>` for a field of nothing, and ranges over nothing. */
export function withoutData(name: string): string {
  return `{{ template ${JSON.stringify(name)} }} without data: its fields print <no value>; write {{ template ${JSON.stringify(name)} . }}`
}

export function readsItsData({ actions }: TemplateDefinition): boolean {
  return actions.some(({ text }) => /(?:^|[\s(])\$?\.\w/.test(text.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')))
}
