import type { Facts } from '../model/facts.ts'
import { anchored } from '../text/re2.ts'
import type { Matcher } from './ast.ts'

export function validRegex(pattern: string): boolean {
  return anchored(pattern, 's') !== null
}

/** Whether a label value passes. An absent label is ''. */
export function accepts(matcher: Matcher, value: string): boolean {
  switch (matcher.op) {
    case '=':
      return value === matcher.value
    case '!=':
      return value !== matcher.value
    case '=~':
      return matches(matcher.value, value)
    case '!~':
      return !matches(matcher.value, value)
  }
}

/** Of each regex the values it was asked about: a rule's matchers are held against the same hundreds of statuses and jobs again. */
const asked = new Map<string, Map<string, boolean>>()
const MOST_VALUES = 2_000

function matches(regex: string, value: string): boolean {
  let known = asked.get(regex)
  if (known === undefined) asked.set(regex, (known = new Map()))
  let answer = known.get(value)
  if (answer === undefined) {
    answer = anchored(regex, 's')?.matches(value) ?? false
    if (known.size < MOST_VALUES) known.set(value, answer)
  }
  return answer
}

/** A label whose values are HTTP statuses. */
export function isStatus(label: string): boolean {
  return /^(status|code|status_code|http_status|http_response_status_code)$/.test(label)
}

const STATUSES = Array.from({ length: 500 }, (_, index) => String(index + 100))
const FRESH = '\u0001never-recorded'

/**
 * The label values over which two sets of matchers are compared. HTTP statuses and jobs are closed sets; for other labels the
 * recorded values, the literals of both sides and one value that was never recorded stand for all there can be.
 */
function domain(metric: string | null, label: string, literals: string[], facts: Facts): string[] {
  if (isStatus(label)) return STATUSES
  const recorded = metric === null ? undefined : facts.valuesOf(metric, label)
  if ((label === 'job' || label === 'instance') && recorded !== undefined) return [...recorded]
  const named = literals.flatMap((literal) => [literal, ...literal.split('|'), literal.replace(/\.[*+]/g, 'x')])
  return [...(recorded ?? []), ...named, '', FRESH]
}

export interface MatcherDifference {
  label: string
  expected: string
  observed: string
  /** A label value that one side takes and the other does not. */
  example: string
}

/** Labels on which the two select different series of a metric; spelling does not count. */
export function compareMatchers(metric: string | null, expected: Matcher[], observed: Matcher[], facts: Facts): MatcherDifference[] {
  const differences: MatcherDifference[] = []
  for (const label of new Set([...expected, ...observed].map((matcher) => matcher.label))) {
    const mine = expected.filter((matcher) => matcher.label === label)
    const theirs = observed.filter((matcher) => matcher.label === label)
    const values = domain(
      metric,
      label,
      [...mine, ...theirs].map((matcher) => matcher.value),
      facts,
    )
    const example = values.find(
      (value) => mine.every((matcher) => accepts(matcher, value)) !== theirs.every((matcher) => accepts(matcher, value)),
    )
    if (example === undefined) continue
    differences.push({
      label,
      expected: printMatchers(mine, label),
      observed: printMatchers(theirs, label),
      example: example === FRESH ? 'any other value' : example === '' ? 'a series without the label' : example,
    })
  }
  return differences
}

function printMatchers(matchers: Matcher[], label: string): string {
  return matchers.length === 0
    ? `any ${label}`
    : matchers.map((matcher) => `${matcher.label}${matcher.op}${JSON.stringify(matcher.value)}`).join(',')
}

/** Jobs a selector can meet, or undefined when unknown. */
export function jobsSelected(metric: string | null, matchers: Matcher[], facts: Facts): string[] | undefined {
  const jobs = metric === null ? undefined : facts.jobsExposing(metric)
  return jobs?.filter((job) => matchers.every((matcher) => matcher.label !== 'job' || accepts(matcher, job)))
}
