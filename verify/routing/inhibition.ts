import type { Matcher } from '../model/route.ts'
import type { Labels, RoutingSpec } from '../model/spec.ts'
import { matches } from './matchers.ts'

export interface Inhibition {
  source: Matcher[]
  target: Matcher[]
  equal: string[]
}

/** Whether the specification wants `target` inhibited while `source` fires. */
export function inhibitsAsSpecified({ inhibitions }: RoutingSpec, source: Labels, target: Labels): boolean {
  return inhibitions.some((inhibition) => {
    const isSource = (labels: Labels): boolean => Object.entries(inhibition.source).every(([label, value]) => labels[label] === value)
    const isTarget = (labels: Labels): boolean =>
      Object.entries(inhibition.target).every(([label, values]) => values.includes(labels[label] ?? ''))
    return decide(isSource, isTarget, inhibition.equal, source, target)
  })
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
