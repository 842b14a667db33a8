import type { Labels } from '../model/spec.ts'
import type { Selector } from './ast.ts'

/** An instant selector as text, without range, offset and @; `also`: further labels that must be equal. */
export function selectorText({ metric, matchers }: Pick<Selector, 'metric' | 'matchers'>, also: Labels = {}): string {
  const parts = [
    ...Object.entries(also).map(([label, value]) => `${label}=${JSON.stringify(value)}`),
    ...matchers.filter(({ label }) => also[label] === undefined).map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`),
  ]
  return `${metric ?? ''}${parts.length === 0 ? '' : `{${parts.join(',')}}`}`
}
