/** The specification of what survives when an instrument itself is harmed. */
import { FATES, LINKS } from '../model/spec.ts'
import type { OutageSpec } from '../model/spec.ts'
import { flag, kebab, listOf, mapping, numberFrom, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Read } from './reader.ts'
import { complete, fault, present } from './rule.ts'
import { probe } from './signals.ts'

const fate = oneOf(...FATES)

const outage: Read<OutageSpec> = mapping((fields) => {
  const request = fields.need('request', probe)
  if (request !== undefined && request.primedBy !== undefined)
    problem(fields.at('request'), 'SPEC_UNKNOWN_KEY', 'requests beside an outage are not primed')
  const during = fields.may('during', kebab)
  const own = { fault: fields.may('fault', fault), holdMs: fields.may('hold', positiveDuration) }
  if ((during === undefined) === !fields.has('fault'))
    problem(fields.place, 'SPEC_NO_CAUSE', 'needs either a fault of its own or the experiment that brings one (during)')
  if (fields.has('fault') !== fields.has('hold'))
    problem(fields.place, 'SPEC_MISSING_KEY', '"fault" and "hold" go together', 'hold: for how long the fault is in effect, e.g. 6s')
  const fates = { spans: fields.may('spans', fate), lines: fields.may('lines', fate) }
  if (!fields.has('spans') && !fields.has('lines'))
    problem(fields.place, 'SPEC_MISSING_KEY', 'neither "spans" nor "lines" is given, so nothing would be looked at')
  return complete({
    id: fields.need('id', kebab),
    title: fields.need('title', text),
    because: fields.need('because', text),
    request,
    ratePerS: fields.need('rate', numberFrom(0.1, 50)),
    answers: fields.may('answers', flag) ?? true,
    service: fields.may('lines-of', text) ?? request?.service,
    recoversWithinMs: fields.need('recovers-within', positiveDuration),
    named: fields.need('named', oneOf(...LINKS)),
    effects: fields.need('effects', listOf(text)),
    observes: fields.need('observes', listOf(text)),
    ...present({ during, ...own, ...fates }),
  })
})

export const outages: Read<OutageSpec[]> = listOf(outage)
