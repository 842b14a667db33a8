import type { Matcher } from '../model/route.ts'
import type { InhibitionSpec, Labels, RoutingSpec } from '../model/spec.ts'
import { labelsFor, matches, valuesBeside } from './route-matchers.ts'

export interface Inhibition {
  source: Matcher[]
  target: Matcher[]
  equal: string[]
}

/** Whether an alert of these labels is one that inhibits. */
export function isSourceOf({ source, sourceMatchers = [] }: InhibitionSpec, labels: Labels): boolean {
  return (
    Object.entries(source).every(([label, value]) => (labels[label] ?? '') === value) &&
    sourceMatchers.every((matcher) => matches(matcher, labels))
  )
}

/** Whether an alert of these labels is one that is inhibited. */
export function isTargetOf({ target, targetMatchers = [] }: InhibitionSpec, labels: Labels): boolean {
  return (
    Object.entries(target).every(([label, values]) => values.includes(labels[label] ?? '')) &&
    targetMatchers.every((matcher) => matches(matcher, labels))
  )
}

/** Whether the specification wants `target` inhibited while `source` fires. */
export function inhibitsAsSpecified({ inhibitions }: RoutingSpec, source: Labels, target: Labels): boolean {
  return inhibitions.some((inhibition) =>
    decide(
      (labels) => isSourceOf(inhibition, labels),
      (labels) => isTargetOf(inhibition, labels),
      inhibition.equal,
      source,
      target,
    ),
  )
}

/** Whether a written inhibit rule makes a firing `source` inhibit `target`. */
export function inhibits(rule: Inhibition, source: Labels, target: Labels): boolean {
  const passes =
    (matchers: Matcher[]) =>
    (labels: Labels): boolean =>
      matchers.every((matcher) => matches(matcher, labels))
  return decide(passes(rule.source), passes(rule.target), rule.equal, source, target)
}

/**
 * An alert that is source and target does not inhibit another such; a label missing on both sides is equal.
 * https://github.com/prometheus/alertmanager/blob/v0.27.0/inhibit/inhibit.go
 */
function decide(
  isSource: (labels: Labels) => boolean,
  isTarget: (labels: Labels) => boolean,
  equal: readonly string[],
  source: Labels,
  target: Labels,
): boolean {
  if (!isTarget(target) || !isSource(source) || (isSource(target) && isTarget(source))) return false
  return equal.every((label) => (source[label] ?? '') === (target[label] ?? ''))
}

/** Alerts on both sides of an inhibition's conditions; the first of each does what all of them ask for. */
export interface BesideInhibition {
  inhibition: InhibitionSpec
  sources: Labels[]
  targets: Labels[]
}

/**
 * For each inhibition that asks for more than equality: alerts that it takes, and the same with each label changed to a value that the
 * specified or the written matchers name, to one that none names, and left out. None where no labels are known that it takes.
 */
export function besideInhibitions({ inhibitions }: RoutingSpec, written: readonly Matcher[]): BesideInhibition[] {
  return inhibitions
    .filter(({ sourceMatchers = [], targetMatchers = [] }) => sourceMatchers.length + targetMatchers.length > 0)
    .map((inhibition) => {
      const { source, target, sourceMatchers = [], targetMatchers = [] } = inhibition
      const first = Object.fromEntries(Object.entries(target).map(([label, values]) => [label, values[0] ?? '']))
      return { inhibition, sources: beside(source, sourceMatchers, written), targets: beside(first, targetMatchers, written) }
    })
}

function beside(given: Labels, matchers: readonly Matcher[], written: readonly Matcher[]): Labels[] {
  const taken = labelsFor(matchers, given)
  if (taken === undefined) return []
  const labels = [...new Set([...Object.keys(given), ...matchers.map(({ label }) => label)])]
  const own = [...matchers, ...Object.entries(given).map(([label, value]): Matcher => ({ label, op: '=', value }))]
  const others = labels.flatMap((label) =>
    valuesBeside([...own, ...written], label)
      .filter((value) => value !== (taken[label] ?? ''))
      .map((value): Labels => ({ ...taken, [label]: value })),
  )
  return [taken, ...others].map((each) => {
    const { alertname = '', ...rest } = each
    const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''))
    return { alertname: alertname === '' ? 'FiredrillProbe' : alertname, ...present }
  })
}
