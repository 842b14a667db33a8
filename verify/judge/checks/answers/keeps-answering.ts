import { defineCheck } from '../../drill-check.ts'
import { specifiedAs } from '../../signal/faults-in-force.ts'
import { judgePromise, worstOf } from '../../signal/kept-promise.ts'

export const check = defineCheck(
  {
    id: 'keeps-answering',
    scope: 'experiment',
    title: 'what must keep answering did, during the fault and after it',
    failureTitle: 'a service that must keep answering did not',
    why: 'An alert that fires in time is half of a promise. The runbook says what goes on working meanwhile (the rate limiter fails open), and the person on call relies on it.',
    mend: 'Make the named service independent of the harmed part: a time limit, a fallback, a queue; or correct keeps-answering in the specification.',
    example:
      'gateway GET /api/v1/rate-limit/check: 0 of 9 answered 200 within 1 s (9 x 500), slowest 2.01 s while redis-killed was in force',
    needs: ['experiment', 'spec', 'legs', 'faultsInForce', 'answers', 'requestWaits'],
    needsInjection: 'pass',
    slowMachine: 'excuses',
  },
  ({ experiment, spec, legs, ...world }) => {
    const { faultsInForce } = world
    const promises = specifiedAs(spec, experiment.id)?.keepsAnswering ?? []
    const all = [...legs.values()]
    const span = { fromMs: Math.min(...all.map(({ beginMs }) => beginMs)), untilMs: Math.max(...all.map(({ endMs }) => endMs)) }
    const pointers = all.flatMap((leg) => leg.pointers)
    if (promises.length === 0)
      return {
        status: 'skipped',
        expected: 'nothing is promised',
        observed: 'the specification names no service that must keep answering',
        pointers: [],
      }
    const own = faultsInForce.filter(({ id, onFromMs }) => id === experiment.id && onFromMs >= span.fromMs && onFromMs <= span.untilMs)
    return { ...worstOf(promises.map((promise) => judgePromise(promise, span, own, { spec, ...world }))), pointers }
  },
)
