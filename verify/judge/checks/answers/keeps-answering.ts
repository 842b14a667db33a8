import type { AnswerPromise } from '../../../model/spec.ts'
import { defineCheck } from '../../check.ts'
import type { EvidenceMap, Finding } from '../../check.ts'
import { countAnswers, disturbs, specifiedAs } from '../../signal/answers.ts'
import type { Answer, Answers } from '../../record/answer-columns.ts'
import type { InForce } from '../../signal/answers.ts'
import { Stretches } from '../../signal/stretches.ts'

export const check = defineCheck(
  {
    id: 'keeps-answering',
    scope: 'experiment',
    title: 'what must keep answering did, during the fault and after it',
    failureTitle: 'a service that must keep answering did not',
    why: 'An alert that fires in time is half of a promise: the runbook says what goes on working meanwhile (the rate limiter fails open), and the person on call relies on it.',
    mend: 'Make the named service independent of the harmed part: a time limit, a fallback, a queue; or correct keeps-answering in the specification.',
    example:
      'rate-limiter GET /api/v1/rate-limit/check: 0 of 9 answered 200 within 1 s (9 x 500), slowest 2.01 s while redis-killed was in force',
    needs: ['experiment', 'spec', 'legs', 'faultsInForce', 'answers'],
    needsInjection: 'pass',
  },
  ({ experiment, spec, legs, faultsInForce, answers }) => {
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
    const said = promises.map((promise) => judgePromise(promise, span, own, faultsInForce, answers(promise.request)))
    const worst = (['fail', 'unknown', 'pass'] as const).find((status) => said.some((each) => each.status === status)) ?? 'pass'
    const chosen = said.filter(({ status }) => status === worst)
    const first = chosen[0]
    return {
      status: worst,
      expected: promises.map((promise) => promised(promise)).join('; '),
      observed: chosen.map(({ observed }) => observed).join('; '),
      ...(first?.cause === undefined ? {} : { cause: first.cause }),
      ...(worst !== 'fail' || first?.diagnosis === undefined ? {} : { diagnosis: first.diagnosis, part: first.part ?? '' }),
      pointers,
    }
  },
)

function promised({ request, statusMeanwhile, withinMs, share }: AnswerPromise): string {
  return `${nameOf(request)} answers ${statusMeanwhile ?? request.expectStatus} within ${withinMs / 1000} s${share < 1 ? ` for ${share * 100} % of the requests` : ''}`
}

function nameOf({ service, method, path }: AnswerPromise['request']): string {
  return `${service} ${method} ${path.replace(/\?.*$/, '')}`
}

type Said = Pick<Finding, 'status' | 'observed' | 'cause' | 'diagnosis' | 'part'>

function judgePromise(
  promise: AnswerPromise,
  span: { fromMs: number; untilMs: number },
  own: readonly InForce[],
  all: EvidenceMap['faultsInForce'],
  answers: Answers | undefined,
): Said {
  const { request, withinMs, share, because } = promise
  const name = nameOf(request)
  if (answers === undefined) return { status: 'unknown', cause: 'evidence-missing', observed: `${name}: no request was recorded` }
  const first = own[0]
  const last = own.at(-1)
  if (first === undefined || last === undefined)
    return { status: 'unknown', cause: 'not-injected', observed: `${name}: the fault was never in force` }
  // What another fault is known to disturb says nothing about this one.
  const others = all.filter((each) => each.id !== first.id && disturbs(each, request.service))
  const disturbed = new Stretches(others.map(({ onFromMs, recoveredMs }) => [onFromMs, recoveredMs]))
  const undisturbed = answers.filter(({ sentMs, tookMs }) => sentMs >= span.fromMs && !disturbed.meets(sentMs, sentMs + tookMs))
  const between = (fromMs: number, untilMs: number): Answer[] => undisturbed.filter(({ sentMs }) => sentMs >= fromMs && sentMs < untilMs)
  const before = between(span.fromMs, first.onFromMs)
  const meanwhile = own.flatMap(({ onFromMs, offFromMs }) => between(onFromMs, offFromMs))
  const after = between(last.recoveredMs, span.untilMs)
  const count = {
    before: countAnswers(before, request.expectStatus, withinMs),
    meanwhile: countAnswers(meanwhile, promise.statusMeanwhile ?? request.expectStatus, withinMs),
    after: countAnswers(after, request.expectStatus, withinMs),
  }
  if (before.length > 0 && count.before.good < share * before.length)
    return { status: 'unknown', cause: 'unhealthy-start', observed: `${name}: ${count.before.text} before the fault` }
  if (meanwhile.length === 0)
    return others.length > 0
      ? { status: 'unknown', cause: 'not-alone', observed: `${name}: ${others.map(({ id }) => id).join(', ')} disturbed it all the while` }
      : { status: 'unknown', cause: 'load-short', observed: `${name}: no request was sent while ${first.id} was in force` }
  const beside = [
    ...new Set(
      all
        .filter(({ id, onFromMs, recoveredMs }) => id !== first.id && onFromMs < last.offByMs && recoveredMs > first.onFromMs)
        .map(({ id }) => id),
    ),
  ]
  const observed = `${name}: ${count.meanwhile.text} while ${first.id} was in force; afterwards ${after.length === 0 ? 'no request' : count.after.text}`
  const diagnosis = `${because} Look at the time limit and the fallback of ${request.service}.${beside.length === 0 ? '' : ` In force at the same time: ${beside.join(', ')}.`}`
  const kept = count.meanwhile.good >= share * meanwhile.length && count.after.good >= share * after.length
  return kept ? { status: 'pass', observed } : { status: 'fail', observed, diagnosis, part: request.service }
}
