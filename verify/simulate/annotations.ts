import { formatDuration } from '../promql/duration.ts'
import { asksForLabelsAlone, labelKey, withoutLabels } from '../promql/labels.ts'
import type { Labels, RuleSpec, Spec } from '../model/spec.ts'
import type { Case } from './cases.ts'
import { printedAlerts, type PromtoolResult } from './promtool.ts'

/** Runs cases against one rule file. */
export type RunCases = (cases: Case[], spec: Spec) => Promise<PromtoolResult>

/** Annotations that ask for more than labels: `$value`, humanize, a query. */
function askingForMore({ annotations }: RuleSpec): Labels {
  return Object.fromEntries(Object.entries(annotations).filter(([, text]) => !asksForLabelsAlone(text)))
}

/**
 * Cases with the annotations that promtool makes of the specification's own rule, and the specification without those of rules whose
 * annotations promtool did not make. `run` gets rules that have these annotations alone, and cases that expect none: all are printed.
 */
export async function withExpanded(cases: Case[], spec: Spec, run: RunCases): Promise<{ cases: Case[]; spec: Spec }> {
  const asking = spec.rules.flatMap((rule) => {
    const annotations = askingForMore(rule)
    return Object.keys(annotations).length === 0 ? [] : [{ ...rule, annotations }]
  })
  const alerts = new Set(asking.map(({ alert }) => alert))
  const firing = cases.filter(({ alert, expect }) => alerts.has(alert) && expect.some(({ fires }) => fires.length > 0))
  const ran = firing.length === 0 ? undefined : await run(firing, { ...spec, rules: asking })
  const expanded = cases.map((each) => (firing.includes(each) ? withTexts(each, ran?.failures.get(each.name) ?? []) : each))
  const unknown = new Set(
    expanded.filter(({ expect }) => expect.some(({ texts }) => texts?.some((text) => text === UNKNOWN) === true)).map(({ alert }) => alert),
  )
  return {
    cases: expanded.map((each) => (unknown.has(each.alert) ? { ...each, expect: each.expect.map(({ texts: _, ...rest }) => rest) } : each)),
    spec: {
      ...spec,
      rules: spec.rules.map((rule) => ({
        ...rule,
        annotations: Object.fromEntries(
          Object.entries(rule.annotations).filter(([, text]) => asksForLabelsAlone(text) || !unknown.has(rule.alert)),
        ),
      })),
    },
  }
}

const UNKNOWN: Labels = {}

function withTexts(each: Case, blocks: readonly string[]): Case {
  const printed = new Map(blocks.map((block) => [/\btime: ([^,]+)/.exec(block)?.[1] ?? '', printedAlerts(block)?.observed ?? []]))
  return {
    ...each,
    expect: each.expect.map((instant) => {
      const alerts = printed.get(formatDuration(instant.atMs)) ?? []
      const textsOf = (labels: Labels): Labels =>
        alerts.find((alert) => labelKey(withoutLabels(alert.labels, ['alertname'])) === labelKey(labels))?.annotations ?? UNKNOWN
      return { ...instant, texts: instant.fires.map(textsOf) }
    }),
  }
}

/**
 * Whether two texts are equal but for how their numbers are rounded: Prometheus adds up series in any order, so that the last digit that
 * is printed may be another one.
 */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [one.split(NUMBER), other.split(NUMBER)]
  return a.length === b.length && a.every((part, index) => part === b[index] || (index % 2 === 1 && sameNumber(part, b[index] ?? '')))
}

/** Every second part of a text that is split at it is a number. */
const NUMBER = /(\d+(?:\.\d+)?(?:e[+-]?\d+)?)/

function sameNumber(one: string, other: string): boolean {
  const decimals = (text: string): number => /\.(\d+)/.exec(text)?.[1]?.length ?? 0
  const apart = Math.abs(Number(one) - Number(other))
  return apart <= Math.abs(Number(one)) * 1e-9 || (decimals(one) === decimals(other) && apart <= 1.000001 * 10 ** -decimals(one))
}
