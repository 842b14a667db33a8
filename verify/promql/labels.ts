import type { Labels } from '../model/spec.ts'

/** A text that is equal exactly when the label sets are equal. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

/** Whether `labels` has all pairs of `subset`. As in PromQL a missing label and an empty one are the same. */
export function hasLabels(labels: Labels, subset: Labels): boolean {
  return Object.entries(subset).every(([name, value]) => (labels[name] ?? '') === value)
}

export function withoutLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)))
}

/** `{job="a", severity="critical"}`, sorted. */
export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** `severity is "info", not "critical"; job is missing; team="x" is not expected`, or '' when equal. */
export function labelDifference(expected: Labels, observed: Labels): string {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(observed)])].sort()
  const parts: string[] = []
  for (const name of names) {
    const want = expected[name]
    const got = observed[name]
    if (want === got) continue
    if (got === undefined) parts.push(`${name} is missing (expected ${JSON.stringify(want)})`)
    else if (want === undefined) parts.push(`${name}=${JSON.stringify(got)} is not expected`)
    else parts.push(`${name} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`)
  }
  return parts.join('; ')
}

/** Go-template text as Prometheus expands it, for the one form a specification may use: {{ $labels.x }} (or {{ .Labels.x }}). */
export function expandTemplate(text: string, labels: Labels): string {
  return text.replace(/\{\{-?\s*(?:\$labels|\.Labels)\.([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}/g, (_, name: string) => labels[name] ?? '')
}
