/** The specification of what survives when an instrument itself is harmed. */
import { FATES, LINKS } from '../model/spec.ts'
import type { OutageSpec } from '../model/spec.ts'
import { fault, resource, service } from './named.ts'
import { byDefault, flag, kebab, listOf, mapping, may, need, numberFrom, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Read } from './reader.ts'
import { BECAUSE } from './rule.ts'
import { answerPromise, probe } from './read-probe.ts'

const fate = oneOf(...FATES)

const outage: Read<OutageSpec> = mapping(
  {
    id: need(kebab, 'Unique among experiments, outages and trace paths.'),
    title: need(text, 'What happens.'),
    because: need(text, BECAUSE),
    fault: may(fault, 'A fault of its own, held for `hold`; or:'),
    holdMs: may(positiveDuration, 'Not compressed.'),
    during: may(kebab, 'The experiment that brings the fault.'),
    request: need(probe, 'Sent all the while, each traced and stamped.'),
    ratePerS: need(numberFrom(0.1, 50), 'Requests per second.', { key: 'rate' }),
    answers: byDefault(flag, true, 'Whether the service must answer all the while.'),
    service: may(service, 'The service whose lines are looked for; the one that is asked when absent.', {
      key: 'lines-of',
      example: 'lines-of: shop',
    }),
    keepsAnswering: may(listOf(answerPromise), 'What else keeps answering while it lasts and afterwards.'),
    spans: may(
      fate,
      "What becomes of the requests' spans. `kept`: none lost; `kept-from-then-on`: what the part had in memory may be lost; `may-be-lost`: what was sent meanwhile too.",
    ),
    lines: may(fate, 'The same of the log lines. An outage needs `spans`, `lines` or both.'),
    recoversWithinMs: need(
      positiveDuration,
      'Longest time from the undo until signals pass again and those kept back have arrived. Not compressed.',
    ),
    named: need(oneOf(...LINKS), 'The part of the way that the evidence must point at.'),
    effects: need(listOf(resource), 'Parts and signals that it disturbs.'),
    observes: need(listOf(resource), 'Parts and signals that it watches.'),
  },
  (value, at) => {
    if (value.request.primedBy !== undefined) problem(at('request'), 'SPEC_UNKNOWN_KEY', 'requests beside an outage are not primed')
    if ((value.during === undefined) === (value.fault === undefined))
      problem(at(), 'SPEC_NO_CAUSE', 'needs either a fault of its own or the experiment that brings one (during)')
    if ((value.fault === undefined) !== (value.holdMs === undefined))
      problem(at(), 'SPEC_MISSING_KEY', '"fault" and "hold" go together', 'hold: for how long the fault is in effect, e.g. 6s')
    if (value.spans === undefined && value.lines === undefined)
      problem(at(), 'SPEC_MISSING_KEY', 'neither "spans" nor "lines" is given, so nothing would be looked at')
    return { ...value, service: value.service ?? value.request.service }
  },
)

export const outages: Read<OutageSpec[]> = listOf(outage)
