import type { ExperimentSpec, HttpProbe, OutageSpec, Spec } from '../../model/spec.ts'
import { Answers } from '../record/answer-columns.ts'
import type { Answer } from '../record/answer-columns.ts'
import type { RunRecord } from '../record/recorder.ts'
import { remembered } from '../../text/remembered.ts'

/** When a cause came and went: it may be there from `onFromMs`, surely is from `onByMs`; the same for its end. */
export interface Presence {
  onFromMs: number
  onByMs: number
  offFromMs: number
  offByMs: number
}

/** A fault, or a load that plays one, unix ms. */
export interface InForce extends Presence {
  /** Experiment or outage. */
  id: string
  /** "kill-process redis" or "load error-burst". */
  what: string
  /** Of a fault: the part that it was done to. */
  target?: string
  /** From then on the target answers again as promised. */
  recoveredMs: number
  effects: readonly string[]
}

/** What an experiment needs to answer again when its specification does not say (as in verify/plan/hold.ts). */
const RECOVERS_WITHIN_MS = 500

/** Every fault and load leg of the run that was applied, by begin. Asked for by every experiment; a judged record does not change. */
export const inForce = remembered(readInForce)

/** The first from `index` on. */
function firstFrom<T>(all: readonly T[], index: number, is: (one: T) => boolean): T | undefined {
  for (let place = index; place < all.length; place++) {
    const one = all[place]
    if (one !== undefined && is(one)) return one
  }
  return undefined
}

function readInForce(run: RunRecord): InForce[] {
  const faulty = new Set(run.faults.map(({ experiment }) => experiment))
  const spec = run.header?.spec
  const found = run.faults.flatMap((fault, index): InForce[] => {
    if (fault.phase !== 'inject' || !fault.ok) return []
    const undo = firstFrom(
      run.faults,
      index,
      (other) => other.phase === 'undo' && other.experiment === fault.experiment && other.target === fault.target,
    )
    const offByMs = undo?.effectiveMs ?? Infinity
    const { effects, recoversWithinMs } = ofSpec(spec, fault.experiment)
    return [
      {
        id: fault.experiment,
        what: `${fault.fault} ${fault.target}`,
        target: fault.target,
        onFromMs: fault.startedMs,
        onByMs: fault.effectiveMs,
        offFromMs: undo?.startedMs ?? Infinity,
        offByMs,
        recoveredMs: offByMs + recoversWithinMs,
        effects,
      },
    ]
  })
  const loads = run.loads.flatMap((load, index): InForce[] => {
    if (load.phase !== 'begin' || (load.leg !== 'quiet' && load.leg !== 'fire')) return []
    // Beside a fault the load is only the traffic that the fault hits.
    if (faulty.has(load.experiment)) return []
    const end = firstFrom(
      run.loads,
      index,
      (other) => other.phase === 'end' && other.experiment === load.experiment && other.leg === load.leg,
    )
    const [offFromMs, offByMs] = end?.overMs ?? [end?.atMs ?? Infinity, end?.atMs ?? Infinity]
    const { effects, recoversWithinMs } = ofSpec(spec, load.experiment)
    return [
      {
        id: load.experiment,
        what: `load ${load.scenario}`,
        onFromMs: load.atMs,
        onByMs: load.atMs,
        offFromMs,
        offByMs,
        recoveredMs: offByMs + recoversWithinMs,
        effects,
      },
    ]
  })
  return [...found, ...loads].sort((a, b) => a.onFromMs - b.onFromMs)
}

/** Every experiment and outage of the specification. */
export function specified(spec: Spec): (ExperimentSpec | OutageSpec)[] {
  return [...spec.rules.flatMap(({ experiments }) => experiments), ...(spec.outages ?? [])]
}

/** Asked for by every experiment; a specification does not change once it is judged by. */
const byId = remembered(
  (spec: Spec) =>
    new Map(
      specified(spec)
        .reverse()
        .map((each) => [each.id, each]),
    ),
)

/** The experiment or outage of that id; of several the first. */
export function specifiedAs(spec: Spec, id: string): ExperimentSpec | OutageSpec | undefined {
  return byId(spec).get(id)
}

function ofSpec(spec: Spec | undefined, id: string): { effects: readonly string[]; recoversWithinMs: number } {
  const own = spec === undefined ? undefined : specifiedAs(spec, id)
  return { effects: own?.effects ?? [], recoversWithinMs: own?.recoversWithinMs ?? RECOVERS_WITHIN_MS }
}

/** Whether the specification says that it disturbs the answers of `service`. */
export function disturbs({ effects }: Pick<InForce, 'effects'>, service: string): boolean {
  const answers = `${service}:answers`
  return effects.some((effect) => effect === answers || answers.startsWith(`${effect}:`))
}

/** Whether `service` did not answer as its experiment promises while this fault was in force, or before it had recovered. */
export function breaksPromise(fault: InForce, spec: Spec, service: string, answers: (request: HttpProbe) => Answers | undefined): boolean {
  return brokenAnswers(fault, spec, service, answers).length > 0
}

/** The answers of `service` that were not as its experiment promises while this fault was in force, or before it had recovered. */
export function brokenAnswers(
  { id, onFromMs, recoveredMs }: InForce,
  spec: Spec,
  service: string,
  answers: (request: HttpProbe) => Answers | undefined,
): Answer[] {
  const promises = specifiedAs(spec, id)?.keepsAnswering ?? []
  return promises.flatMap(({ request, statusMeanwhile, withinMs }) => {
    const rows = request.service === service ? (answers(request)?.between(onFromMs, recoveredMs) ?? []) : []
    return rows.filter((row) => !isGood(row, statusMeanwhile ?? request.expectStatus, withinMs))
  })
}

export function isGood(answer: Answer, status: number, withinMs: number): boolean {
  return answer.status === status && answer.tookMs <= withinMs
}

const answersIn = remembered((run: RunRecord) => remembered((request: string) => readAnswers(run, JSON.parse(request) as Asked)))
type Asked = Pick<HttpProbe, 'service' | 'method' | 'path' | 'body'>

/** What became of each such request of the run, by the time it was sent; undefined when none was recorded. */
export function answersTo(run: RunRecord, { service, method, path, body }: Asked): Answers | undefined {
  return answersIn(run)(JSON.stringify({ service, method, path, body }))
}

function readAnswers(run: RunRecord, request: Asked): Answers | undefined {
  const asked = run.answers.filter(({ requests }) => requests.some((each) => same(each, request)))
  if (asked.length === 0) return undefined
  let count = 0
  eachAnswer(asked, request, () => count++)
  // Filled, not grown: what columns of a million leave behind while they grow is as much again.
  const [sent, took, statuses] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  let at = 0
  eachAnswer(asked, request, (sentMs, tookMs, status) => {
    sent[at] = sentMs
    took[at] = tookMs
    statuses[at++] = status
  })
  return new Answers(sent, took, statuses)
}

function eachAnswer(all: RunRecord['answers'], request: Asked, look: (sentMs: number, tookMs: number, status: number) => void): void {
  for (const { requests, startedMs, rows } of all) {
    const own = requests.map((each) => same(each, request))
    rows.each((row, sentMs, tookMs, status) => {
      if (own[row % own.length] === true) look(startedMs + sentMs, tookMs, status)
    })
  }
}

function same(a: Asked, b: Asked): boolean {
  return a.service === b.service && a.method === b.method && a.path === b.path && a.body === b.body
}

/** "12 of 15 answered 200 within 1 s (3 x 500), slowest 0.52 s". */
export function countAnswers(answers: readonly Answer[], status: number, withinMs: number): { good: number; text: string } {
  const count = new AnswerCount(status, withinMs)
  for (const answer of answers) count.add(answer.tookMs, answer.status)
  return { good: count.good, text: count.text() }
}

/** The same of answers that are too many to be held, one by one. */
export class AnswerCount {
  all = 0
  good = 0
  private slowestMs = 0
  private readonly wrong = new Map<string, number>()
  private readonly status: number
  private readonly withinMs: number
  constructor(status: number, withinMs: number) {
    this.status = status
    this.withinMs = withinMs
  }

  isGood(tookMs: number, status: number): boolean {
    return status === this.status && tookMs <= this.withinMs
  }

  add(tookMs: number, status: number): void {
    this.all++
    this.slowestMs = Math.max(this.slowestMs, tookMs)
    if (this.isGood(tookMs, status)) {
      this.good++
      return
    }
    const what = status === 0 ? 'no answer' : status === this.status ? 'too late' : String(status)
    this.wrong.set(what, (this.wrong.get(what) ?? 0) + 1)
  }

  text(): string {
    const others = [...this.wrong].map(([what, count]) => `${count} x ${what}`).join(', ')
    return `${this.good} of ${this.all} answered ${this.status} within ${this.withinMs / 1000} s${others === '' ? '' : ` (${others})`}, slowest ${(this.slowestMs / 1000).toFixed(2)} s`
  }
}
