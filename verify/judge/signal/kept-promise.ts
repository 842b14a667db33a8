import type { AnswerPromise, HttpProbe, Spec } from '../../model/spec.ts'
import type { EvidenceMap, Finding } from '../drill-check.ts'
import type { Answer, Answers } from '../record/answer-columns.ts'
import { brokenAnswers, countAnswers, disturbs, isGood } from './faults-in-force.ts'
import type { InForce } from './faults-in-force.ts'
import { servicesOnPath, unlessRequestsWaited } from './late-answers.ts'
import { Stretches } from './stretches.ts'

type Said = Omit<Finding, 'pointers'>

/** Several promises as one finding: the worst of them, with what each of those that are as bad says. */
export function worstOf(said: readonly Said[]): Said {
  const status = (['fail', 'unknown', 'pass'] as const).find((each) => said.some((one) => one.status === each)) ?? 'skipped'
  const chosen = said.filter((each) => each.status === status)
  const [first] = chosen
  return {
    status,
    expected: said.map(({ expected }) => expected).join('; '),
    observed: chosen.map(({ observed }) => observed).join('; '),
    ...(first?.cause === undefined ? {} : { cause: first.cause }),
    ...(first?.diagnosis === undefined ? {} : { diagnosis: first.diagnosis }),
    ...(first?.part === undefined ? {} : { part: first.part }),
    ...(chosen.every(({ handledBy }) => handledBy !== undefined)
      ? { handledBy: [...new Set(chosen.flatMap(({ handledBy = [] }) => handledBy))] }
      : {}),
  }
}

/**
 * Whether a service kept answering from `span.fromMs` to `span.untilMs`, unix ms, while its faults (`own`, by begin) were in force and
 * afterwards. A request that was under way as a fault began or ended may have met either state.
 */
export function judgePromise(
  promise: AnswerPromise,
  span: { fromMs: number; untilMs: number },
  own: readonly InForce[],
  { faultsInForce: all, ...world }: World,
): Said {
  const { request, withinMs, share, because } = promise
  const answers = world.answers(request)
  const name = `${request.service} ${request.method} ${request.path.replace(/\?.*$/, '')}`
  const inFault = promise.statusMeanwhile ?? request.expectStatus
  const expected = `${name} answers ${inFault} within ${withinMs / 1000} s${share < 1 ? ` for ${share * 100} % of the requests` : ''}`
  const unknown = (cause: NonNullable<Finding['cause']>, observed: string): Said => ({ status: 'unknown', cause, expected, observed })
  if (answers === undefined) return unknown('evidence-missing', `${name}: no request was recorded`)
  const [first, last] = [own[0], own.at(-1)]
  if (first === undefined || last === undefined) return unknown('not-injected', `${name}: the fault was never in force`)
  const others = othersBehind(promise, span, own, { faultsInForce: all, ...world }, answers)
  const known = others.filter((each) => disturbs(each, request.service))
  const breaking = stretchesOf(others.filter((each) => !known.includes(each)))
  // Of a fault that is not known to disturb the service, only what failed beside it is left out.
  const counts = (answer: Answer): boolean =>
    isGood(answer, inFault, withinMs) ||
    isGood(answer, request.expectStatus, withinMs) ||
    !breaking.meets(answer.sentMs, answer.sentMs + answer.tookMs)
  const { before, meanwhile, edge, after } = byTime(
    own,
    undisturbed(answers.between(span.fromMs, span.untilMs), known).filter((each) => each.sentMs < span.untilMs && counts(each)),
  )
  const count = {
    before: countAnswers(before, request.expectStatus, withinMs),
    meanwhile: countAnswers(meanwhile, inFault, withinMs),
    after: countAnswers(after, request.expectStatus, withinMs),
  }
  if (before.length > 0 && count.before.good < share * before.length)
    return unknown('unhealthy-start', `${name}: ${count.before.text} before the fault`)
  if (meanwhile.length === 0)
    return others.length > 0
      ? unknown('not-alone', `${name}: ${[...new Set(others.map(({ id }) => id))].join(', ')} disturbed it all the while`)
      : unknown('load-short', `${name}: no request was sent while ${first.id} was in force`)
  const wrongAtEdge = edge.filter(({ status, tookMs }) => tookMs > withinMs || (status !== inFault && status !== request.expectStatus))
  const observed = [
    `${name}: ${count.meanwhile.text} while ${first.id} was in force`,
    ...(wrongAtEdge.length === 0
      ? []
      : [`${countAnswers(wrongAtEdge, request.expectStatus, withinMs).text} under way as it began or ended`]),
    `afterwards ${after.length === 0 ? 'no request' : count.after.text}`,
  ].join('; ')
  const kept =
    count.meanwhile.good >= share * meanwhile.length &&
    edge.length - wrongAtEdge.length >= share * edge.length &&
    count.after.good >= share * after.length
  if (kept) return { status: 'pass', expected, observed }
  const beside = [
    ...new Set(
      all
        .filter(({ id, onFromMs, recoveredMs }) => id !== first.id && onFromMs < last.offByMs && recoveredMs > first.onFromMs)
        .map(({ id }) => id),
    ),
  ]
  const wrong = [
    ...meanwhile.filter((each) => !isGood(each, inFault, withinMs)).map((answer) => ({ answer, right: [inFault] })),
    ...wrongAtEdge.map((answer) => ({ answer, right: [inFault, request.expectStatus] })),
    ...after.filter((each) => !isGood(each, request.expectStatus, withinMs)).map((answer) => ({ answer, right: [request.expectStatus] })),
  ]
  const handledBy = servicesOnPath(world.spec, request)
  const diagnosis = [
    `Promised: ${because} Not kept: ${whereToLook(
      wrong.map(({ answer }) => answer),
      request.service,
      handledBy,
      withinMs,
    )}`,
    ...(wrong.some(({ answer: { sentMs, tookMs } }) => sentMs + tookMs < last.offFromMs)
      ? []
      : after.slice(-1).every((each) => isGood(each, request.expectStatus, withinMs))
        ? [`Only as ${first.id} ended, or just after: look at what had queued up by then, too.`]
        : [`Only after ${first.id}: it has not come back.`]),
    ...(beside.length === 0 ? [] : [`In force at the same time: ${beside.join(', ')}.`]),
  ].join(' ')
  const failed: Said = { status: 'fail', expected, observed, diagnosis, part: request.service, handledBy }
  return unlessRequestsWaited(failed, wrong, withinMs, world.requestWaits(request))
}

/** A time limit is to blame for what came late or not at all, a fallback for an error; a refusal (4xx) comes from where it is decided. */
function whereToLook(wrong: readonly Answer[], service: string, onPath: readonly string[], withinMs: number): string {
  if (wrong.some(({ status, tookMs }) => tookMs > withinMs || status === 0)) return `look at the time limit and the fallback of ${service}.`
  const behind = onPath.filter((each) => each !== service)
  const statuses = [...new Set(wrong.map(({ status }) => status))].sort((a, b) => a - b)
  return statuses.every((status) => status >= 400 && status < 500)
    ? `it answered in time, with ${statuses.join(' and ')}: look at what refuses the request, in ${[service, ...behind].join(' or ')}.`
    : `it answered in time, with ${statuses.join(' and ')}: look at the fallback of ${service}.`
}

/** What a run knows of its faults and of what services answered. */
export interface World {
  spec: Spec
  /** Every fault of the run. */
  faultsInForce: readonly InForce[]
  answers: (request: HttpProbe) => Answers | undefined
  requestWaits: EvidenceMap['requestWaits']
}

/**
 * The other faults of that time that excuse a request which the service did not answer as promised: those that the specification says
 * disturb it, and those that broke their own promise of it, where that is due to them and not to `own`.
 */
export function othersBehind(
  { request, withinMs }: Pick<AnswerPromise, 'request' | 'withinMs'>,
  span: { fromMs: number; untilMs: number },
  own: readonly Pick<InForce, 'id' | 'onFromMs' | 'onByMs' | 'offFromMs' | 'recoveredMs'>[],
  { spec, faultsInForce, answers }: Omit<World, 'requestWaits'>,
  asked: Answers | undefined,
): InForce[] {
  const ids = new Set(own.map(({ id }) => id))
  const disturbing = faultsInForce.filter((each) => disturbs(each, request.service))
  const without = new Map<string, Stretches>()
  const disturbedBeside = (id: string): Stretches => {
    const known = without.get(id) ?? stretchesOf(disturbing.filter((each) => each.id !== id))
    without.set(id, known)
    return known
  }
  const inForce = new Stretches(own.map(({ onByMs, offFromMs }) => [onByMs, offFromMs]))
  const inEffect = new Stretches(own.map(({ onFromMs, recoveredMs }) => [onFromMs, recoveredMs]))
  return faultsInForce.filter((each) => {
    if (ids.has(each.id) || each.onFromMs > span.untilMs || each.recoveredMs < span.fromMs) return false
    if (disturbs(each, request.service)) return true
    const broken = brokenAnswers(each, spec, request.service, answers)
    if (broken.length === 0) return false
    // What failed right before it, or goes on failing, has another reason.
    const disturbed = disturbedBeside(each.id)
    const alone = ({ sentMs, tookMs }: Answer): boolean => !disturbed.meets(sentMs, sentMs + tookMs)
    const around = [
      asked?.lastBefore(each.onFromMs, (answer) => answer.sentMs + answer.tookMs < each.onFromMs && alone(answer)),
      asked?.firstAfter(each.recoveredMs, alone),
    ].filter((answer) => answer !== undefined)
    if (!around.every((answer) => isGood(answer, request.expectStatus, withinMs))) return false
    // What fails only while both are in force, and never saw one without the other, may be due to either.
    return (
      around.some(({ sentMs }) => inForce.holds(sentMs)) || broken.some(({ sentMs, tookMs }) => !inEffect.meets(sentMs, sentMs + tookMs))
    )
  })
}

function stretchesOf(faults: readonly InForce[]): Stretches {
  return new Stretches(faults.map(({ onFromMs, recoveredMs }) => [onFromMs, recoveredMs]))
}

/** What another fault is known to disturb says nothing about this one. */
function undisturbed(answers: readonly Answer[], others: readonly InForce[]): Answer[] {
  const disturbed = stretchesOf(others)
  return answers.filter(({ sentMs, tookMs }) => !disturbed.meets(sentMs, sentMs + tookMs))
}

interface ByTime {
  before: Answer[]
  /** Sent and answered while a fault surely was in force. */
  meanwhile: Answer[]
  /** Under way as a fault began or ended. */
  edge: Answer[]
  after: Answer[]
}

function byTime(own: readonly InForce[], answers: readonly Answer[]): ByTime {
  const edges = new Stretches(
    own.flatMap(({ onFromMs, onByMs, offFromMs, offByMs }) => [[onFromMs, onByMs] as const, [offFromMs, offByMs] as const]),
  )
  const inForce = new Stretches(own.map(({ onByMs, offFromMs }) => [onByMs, offFromMs]))
  const firstMs = own[0]?.onFromMs ?? Infinity
  const recoveredMs = own.at(-1)?.recoveredMs ?? Infinity
  const found: ByTime = { before: [], meanwhile: [], edge: [], after: [] }
  for (const answer of answers) {
    const { sentMs, tookMs } = answer
    if (edges.meets(sentMs, sentMs + tookMs)) found.edge.push(answer)
    else if (sentMs < firstMs) found.before.push(answer)
    else if (inForce.holds(sentMs)) found.meanwhile.push(answer)
    else if (sentMs >= recoveredMs) found.after.push(answer)
  }
  return found
}
