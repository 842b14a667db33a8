import type { Spec } from '../model/spec.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { factsOf } from '../recordings/metrics.ts'
import { casesFor, type Case } from './cases.ts'
import { stimuli } from './stimulus.ts'

/** All tests that follow from a specification, by alert, and what of it cannot be tested this way. */
export interface Generated {
  cases: Case[]
  undriven: { alert: string; reason: string }[]
}

export function generate(spec: Spec, catalogue: Catalogue): Generated {
  const facts = factsOf(catalogue, spec)
  const cases: Case[] = []
  const undriven: { alert: string; reason: string }[] = []
  for (const rule of spec.rules) {
    const found = stimuli(rule, spec, facts)
    undriven.push(...found.undriven.map((reason) => ({ alert: rule.alert, reason })))
    // Every boundary once for each form of the condition; the other services only that they fire.
    const forms = new Set<string>()
    for (const stimulus of found.stimuli) {
      const form = `${stimulus.numerator.selector.metric ?? ''}/${stimulus.denominator?.selector.metric ?? ''}`
      const own = casesFor(stimulus, spec, catalogue, !forms.has(form))
      if (own.some(({ series }) => series.length === 0)) {
        undriven.push({ alert: rule.alert, reason: 'no recording has the series of its condition' })
        continue
      }
      cases.push(...own)
      forms.add(form)
    }
  }
  return { cases, undriven }
}
