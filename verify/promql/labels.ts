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

/** `{ job: [a, b], zone: [x] }` -> `{ job: a, zone: x }` and `{ job: b, zone: x }`: the label sets that a rule is promised for. */
export function combinations(holdsFor: Readonly<Record<string, readonly string[]>>): Labels[] {
  return Object.entries(holdsFor).reduce<Labels[]>(
    (found, [label, values]) => found.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value }))),
    [{}],
  )
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

const LABEL = /\{\{-?\s*(?:\$labels|\.Labels)\.([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}/g

/** Go-template text as Prometheus expands it, for labels: {{ $labels.x }} (or {{ .Labels.x }}). All else stays. */
export function expandTemplate(text: string, labels: Labels): string {
  return text.replace(LABEL, (_, name: string) => labels[name] ?? '')
}

/** Whether labels are all that a template asks for: only then is it known what it expands to. */
export function asksForLabelsAlone(text: string): boolean {
  return !text.replace(LABEL, '').includes('{{')
}

/** Whether a text can be what a template expands to: labels and plain text as they are, anything for all other actions. */
export function fitsTemplate(template: string, labels: Labels, text: string): boolean {
  const wanted = expandTemplate(template, labels)
  // Of a branch or a loop not even the plain text is sure to be there.
  if (/\{\{-?\s*(?:if|else|range|with|define|template|block|end)\b/.test(wanted)) return text !== ''
  // Longest literal parts in their order; the first and the last at their ends.
  const parts = wanted.split(/\s*\{\{-[^]*?-\}\}\s*|\s*\{\{-[^]*?\}\}|\{\{[^]*?-\}\}\s*|\{\{[^]*?\}\}/)
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return text === wanted
  let at = first.length
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
