import { isScalar, stringify } from 'yaml'
import type { RuleNode } from '../config/alerting/rule-node.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { labelsOf } from '../config/alerting/alert-rules.ts'
import type { Labels, RuleSpec } from '../model/spec.ts'
import { asksForLabelsAlone, labelKey } from '../promql/labels.ts'
import { sameText } from './annotations.ts'
import { printedAlerts, type PrintedAlert } from './promtool.ts'

/** The file as it is; one that stands in a manifest or beside others, as it stands there. */
export function ruleText(root: Cursor): string {
  const { document, text } = root.source
  const [from = 0, , to = 0] = document.range ?? []
  const alone = [text.text.slice(0, from), text.text.slice(to)].every((beside) =>
    beside.split('\n').every((line) => /^\s*(?:#.*|---.*|\.\.\.|%.*|\ufeff)?\s*$/.test(line)),
  )
  return root.node === document.contents && alone ? text.text : stringify(plain(root), { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Aliases and merge keys followed. */
export function plain(at: Cursor): unknown {
  if (at.isMap()) return Object.fromEntries(at.pairs().map(([key, value]) => [key, plain(value)]))
  if (at.isList()) return at.items().map(plain)
  return isScalar(at.node) ? at.node.value : null
}

/** Whether an instant failed only by annotations beside the specified ones or by alerts of another step of the ladder. */
export function sameButForMore(block: string, known: { rule: RuleSpec; steps: RuleNode[] } | undefined): boolean {
  const printed = printedAlerts(block)
  if (printed === undefined || known === undefined) return false
  const { rule, steps } = known
  const has = (labels: Labels, wanted: Labels): boolean => Object.entries(wanted).every(([name, value]) => labels[name] === value)
  const ofStep = (labels: Labels): boolean => !has(labels, rule.labels) && steps.some((step) => has(labels, labelsOf(step)))
  const named = new Set([
    ...Object.keys(rule.annotations).filter((name) => asksForLabelsAlone(rule.annotations[name] ?? '')),
    ...printed.expected.flatMap(({ annotations }) => Object.keys(annotations)),
  ])
  const kept = (alerts: PrintedAlert[]): { key: string; texts: Labels }[] =>
    alerts
      .filter(({ labels }) => !ofStep(labels))
      .map(({ labels, annotations }) => ({
        key: labelKey(labels),
        texts: Object.fromEntries(Object.entries(annotations).filter(([name]) => named.has(name))),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  const [wanted, got] = [kept(printed.expected), kept(printed.observed)]
  return (
    wanted.length === got.length &&
    wanted.every(({ key, texts }, index) => {
      const other = got[index]
      const names = Object.keys({ ...texts, ...other?.texts })
      return key === other?.key && names.every((name) => name in texts && sameText(texts[name] ?? '', other.texts[name] ?? ''))
    })
  )
}
