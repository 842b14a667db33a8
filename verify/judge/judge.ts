import type { Journal, JournalEntry } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { UnknownCause, Verdict, VerdictStatus } from '../model/verdict.ts'
import { besides, blamed, withConfirmation } from './confirmed-alone.ts'
import { askedByHand, cutShort, overtaken, shortened, unjudged } from './cut-short.ts'
import { SOURCE_OF } from './drill-check.ts'
import type { Check, EvidenceKey, Finding } from './drill-check.ts'
import { diagnose, type Diagnosis } from './alert/diagnosis.ts'
import { restartedBy } from './alert/cut-scrape.ts'
import { whyCut } from './alert/why-cut.ts'
import { unlessLost, unlessOfLater } from './alert/lost-samples.ts'
import { unlessUnderWay } from './alert/under-way.ts'
import { beganMs, EvidenceRoom, Missing, legsOf } from './evidence-room.ts'
import { askedOfObservation, observed } from './observed.ts'
import { followsFrom } from './rule/not-drilled.ts'
import { checks as registry } from './drill-checks.ts'
import { deafTo } from './signal/deaf-target.ts'
import { readJournal } from './record/parse-journal.ts'
import { ofExperiment } from './record/by-name.ts'
import { lastingRefusal } from './record/lasting-refusal.ts'
import { Recorder, recordOf } from './record/recorder.ts'
import type { RunRecord } from './record/recorder.ts'
import { starvedText } from './record/cpu-waits.ts'
import { starved, timeOf } from './starvation.ts'
import { goneIn, type Gone } from './signal/platform-gone.ts'
import { clockTime } from '../text/instant.ts'
import { messageOf } from '../text/error-text.ts'

/**
 * Journal -> verdicts, in plan order, then traces, logs, outages and the drill as a whole. Pure: the same journal gives the same verdicts,
 * byte for byte.
 */
export function judge(journal: Journal, checks: readonly Check[] = registry): Verdict[] {
  return onDamage(journal.damage, judgeRecord(recordOf(journal), checks), checks)
}

/** The same for a journal of any size, line by line; `keep` may collect the entries a report needs, each with its line. */
export async function judgeLines(
  lines: AsyncIterable<string>,
  keep?: (entry: JournalEntry, text: string) => void,
  checks: readonly Check[] = registry,
): Promise<{ verdicts: Verdict[]; problems: string[]; beside: Record<string, string[]> }> {
  const recorder = new Recorder()
  const { problems, damage } = await readJournal(lines, (entry, text) => {
    recorder.add(entry)
    keep?.(entry, text)
  })
  const record = recorder.finish(problems)
  return { verdicts: onDamage(damage, judgeRecord(record, checks), checks), problems: record.problems, beside: besides(record) }
}

/** A failure found in a damaged journal may be the damage: it accuses no one. */
function onDamage(damage: string | undefined, verdicts: Verdict[], checks: readonly Check[]): Verdict[] {
  if (damage === undefined) return verdicts
  return verdicts.map((verdict) => {
    const check = checks.find(({ meta }) => meta.id === verdict.check)
    return verdict.status !== 'fail' || check === undefined
      ? verdict
      : {
          ...verdict,
          status: 'unknown',
          title: sentence(check, 'unknown'),
          observed: `${verdict.observed}. But the journal is damaged: ${damage}`,
          cause: 'evidence-missing',
        }
  })
}

/** A verdict, and what is known of the waits that may be behind it (as in Finding). */
type Judged = Verdict & Pick<Finding, 'handledBy' | 'waitsJudged' | 'late'>

/** A failure of a time in which nothing of the platform answered at all: the promises are of one that runs. */
function unlessGone(run: RunRecord, checks: readonly Check[], verdict: Judged): Judged {
  const check = checks.find(({ meta }) => meta.id === verdict.check)
  if (verdict.status === 'unknown' && verdict.cause === 'source-unreachable') return whenGone(run, verdict)
  if (check === undefined || verdict.status !== 'fail' || check.meta.slowMachine !== 'excuses') return verdict
  const [fromMs, untilMs] = timeOf(run, verdict.subject, verdict.window)
  const gone = goneIn(run).find((each) => each.fromMs < untilMs && each.untilMs > fromMs)
  if (gone === undefined) return verdict
  const { diagnosis: _, part: __, ...rest } = verdict
  return {
    ...rest,
    status: 'unknown',
    title: sentence(check, 'unknown'),
    observed: `${verdict.observed}. But no ${goneText(gone)}`,
    cause: 'source-unreachable',
    diagnosis: goneAdvice(gone),
    pointers: [...new Set([...verdict.pointers, gone.seq])].sort((a, b) => a - b),
  }
}

function goneText({ fromMs, untilMs }: Gone): string {
  const until = untilMs === Infinity ? 'to the end' : `to ${clockTime(untilMs)}`
  return `service and no Prometheus was there from ${clockTime(fromMs)} ${until}: the engine or machine that runs them was stopped or restarted`
}

function goneAdvice(gone: Gone): string {
  return `No ${goneText(gone)}. Look why, start it again, then run the drill again.`
}

/** Of a source that could not be reached because nothing was there: that, and not its address, is to be mended. */
function whenGone(run: RunRecord, verdict: Judged): Judged {
  const gone = goneIn(run).find(({ untilMs }) => untilMs === Infinity)
  return gone === undefined ? verdict : { ...verdict, diagnosis: goneAdvice(gone) }
}

/** A failure that the machine may have made, and not the platform. */
function unlessStarved(run: RunRecord, checks: readonly Check[], judged: Judged[]): Verdict[] {
  return judged.map((each) => {
    const { handledBy, waitsJudged, late, ...verdict } = unlessGone(run, checks, each)
    const check = checks.find(({ meta }) => meta.id === verdict.check)
    const cut = restartedBy(run, verdict)
    const asked = cut === undefined && check?.meta.slowMachine === 'excuses' && waitsJudged !== true
    const waited = asked ? starved(run, verdict, { handledBy, late }) : undefined
    const ofMachine = waited && { cause: 'machine-starved' as const, text: starvedText(waited), pointers: [waited.seq] }
    const why = cut === undefined ? ofMachine : whyCut(run, cut)
    if (check === undefined || why === undefined) return verdict
    const { diagnosis: _, part: __, ...rest } = verdict
    return {
      ...rest,
      status: 'unknown',
      title: sentence(check, 'unknown'),
      observed: `${verdict.observed}. But ${why.text}`,
      cause: why.cause,
      pointers: [...new Set([...verdict.pointers, ...why.pointers])].sort((a, b) => a - b),
    }
  })
}

export function judgeRecord(recorded: RunRecord, checks: readonly Check[] = registry): Verdict[] {
  const { header, confirmations, byHand } = recorded
  const added = [...confirmations, ...byHand.map(({ experiment }) => ({ experiments: [experiment], outages: [] }))]
  const run = { ...recorded, header: header === undefined ? undefined : added.reduce(withConfirmation, header) }
  const plan = run.header?.plan
  const asked = plan?.observe === true ? checks.filter(askedOfObservation) : plan?.gameday === true ? checks.filter(askedByHand) : checks
  const of = (scope: Check['meta']['scope']): Check[] => asked.filter((check) => check.meta.scope === scope)
  const rules = (plan?.observe === true ? [] : rulesSeen(run)).map((alert) => {
    const room = new EvidenceRoom(run, { scope: 'rule', id: alert })
    return { alert, findings: of('rule').map((check) => ({ check, finding: ask(check, room) })) }
  })
  const verdicts = unlessStarved(run, checks, [
    ...(plan?.experiments ?? []).flatMap((experiment) =>
      (plan?.observe === true ? judgeObserved : judgeExperiment)(run, experiment, of('experiment')),
    ),
    ...rules.flatMap(({ alert, findings }) => findings.map(({ check, finding }) => verdict(check, alert, undefined, finding))),
    ...(plan?.traces ?? []).flatMap((id) => judgeAlone(new EvidenceRoom(run, { scope: 'trace', id }), id, of('trace'))),
    ...(plan?.logs ?? []).flatMap((id) => judgeAlone(new EvidenceRoom(run, { scope: 'log', id }), id, of('log'))),
    ...(plan?.outages ?? []).flatMap(({ id, during }) => judgeOutage(run, { id, during }, of('outage'))),
    ...judgeAlone(new EvidenceRoom(run, { scope: 'drill' }), 'drill', of('drill')),
  ])
  const failures = rules.flatMap(({ alert, findings }) => findings.map(({ finding }) => ({ alert, finding })))
  const why = followsFrom(run, failures, verdicts)
  const drilled = verdicts.map((each) => {
    const failure = why(each)
    const check = checks.find(({ meta }) => meta.id === each.check)
    if (failure === undefined || check === undefined) return each
    const { cause: _, ...rest } = each
    const observed = `not drilled: ${failure}. ${each.observed}`
    return { ...rest, status: 'skipped' as const, title: sentence(check, 'skipped'), observed }
  })
  return blamed(drilled, confirmations)
}

/**
 * What no waiting will mend, by what the drill itself measured, in a journal of that moment alone: an alert without a cause, a target that
 * is down although its service answers.
 */
export function inVain(entries: readonly JournalEntry[]): string | undefined {
  const run = recordOf({ entries: [...entries], problems: [] })
  const own = registry.filter(({ meta }) => meta.scope === 'rule')
  const alert = rulesSeen(run).find((each) => {
    const room = new EvidenceRoom(run, { scope: 'rule', id: each })
    return own.some((check) => ask(check, room).failedFor?.some(({ firing }) => firing) === true)
  })
  if (alert !== undefined) return `${alert} fires without a cause`
  const [targets] = run.targets
  const spec = run.header?.spec
  const deaf = spec === undefined || targets === undefined ? [] : deafTo(spec, targets, run.loads)
  return deaf.length === 0 ? undefined : `${deaf.map(({ job }) => job).join(', ')} down although its service answers`
}

/** Every rule of the specification, drilled or not; none in a journal from before their subjects were recorded, or of signals alone. */
function rulesSeen({ header }: RunRecord): string[] {
  if (header === undefined || header.plan.experiments.length === 0) return []
  return (header.plan.promised?.rules ?? []).flatMap(({ alert, value }) => (value === undefined ? [] : [alert]))
}

function judgeAlone(room: EvidenceRoom, subject: string, checks: readonly Check[]): Judged[] {
  const findings = new Map(checks.map((check) => [check.meta.id, ask(check, room)]))
  return checks.map((check) =>
    verdict(check, subject, undefined, settle(findings.get(check.meta.id) ?? could('evidence-missing', 'not judged'), findings)),
  )
}

function judgeOutage(run: RunRecord, { id, during }: { id: string; during: string | undefined }, checks: readonly Check[]): Judged[] {
  const entry = run.outages.findLast(({ outage }) => outage === id)
  const cutOff = entry && endedBefore(run, during ?? id, entry.startedMs)
  if (cutOff !== undefined) return checks.map((check) => verdict(check, id, undefined, could(cutOff.cause, cutOff.text)))
  return judgeAlone(new EvidenceRoom(run, { scope: 'outage', id }), id, checks)
}

/** What is unknown only because of a failure that is reported already is no second trouble. */
function settle(finding: Finding, findings: ReadonlyMap<string, Finding>): Finding {
  const cause = finding.status === 'unknown' ? finding.follows?.find((id) => findings.get(id)?.status === 'fail') : undefined
  if (cause === undefined) return finding
  const { cause: _, ...rest } = finding
  return { ...rest, status: 'skipped', observed: `${finding.observed} (see ${cause})` }
}

function judgeExperiment(run: RunRecord, experiment: PlannedExperiment, checks: readonly Check[]): Judged[] {
  const room = new EvidenceRoom(run, { scope: 'experiment', experiment })
  const refused = ofExperiment(run.faults, experiment.id).find((entry) => entry.refused === true)
  if (refused !== undefined)
    return checks.map((check) =>
      verdict(check, experiment.id, experiment.alert, {
        status: 'skipped',
        expected: 'the fault is applied',
        observed: `the target does not allow it: ${refused.detail}`,
        pointers: [refused.seq],
      }),
    )
  const without = unjudged(run, experiment)
  if (without !== undefined) return checks.map((check) => verdict(check, experiment.id, experiment.alert, without))
  const cutOff = interrupted(run, experiment) ?? endedBefore(run, experiment.id, beganMs(run, experiment.id))
  if (cutOff !== undefined) return checks.map((check) => verdict(check, experiment.id, experiment.alert, could(cutOff.cause, cutOff.text)))

  const findings = new Map(checks.map((check) => [check.meta.id, ask(check, room)]))
  const short = cutShort(room, experiment)
  const gate = [short === undefined ? findings.get('injection-took-hold') : undefined, findings.get('steady-before')].find(
    (finding) => finding !== undefined && finding.status !== 'pass',
  )
  const hole = findings.get('evidence-continuous')
  const load = findings.get('load-delivered')
  const final = new Map<string, Finding>()
  for (const check of checks) {
    const own = findings.get(check.meta.id) ?? could('evidence-missing', 'not judged')
    let finding = own
    const decided = own.status === 'pass' || own.status === 'fail'
    if (
      gate !== undefined &&
      decided &&
      (check.meta.needsInjection === 'both' || (check.meta.needsInjection === 'pass' && own.status === 'pass'))
    ) {
      finding = { ...own, status: 'unknown', cause: gate.cause ?? 'not-injected', observed: `${own.observed}. But: ${gate.observed}` }
    } else if (gate !== undefined && own.status === 'unknown' && own.follows !== undefined) {
      finding = { ...own, cause: gate.cause ?? 'not-injected' }
    } else if (
      own.status === 'fail' &&
      hole?.status === 'unknown' &&
      (check.meta.needsInjection === 'both' || check.meta.id === 'oracle-replay')
    ) {
      finding = { ...own, status: 'unknown', cause: hole.cause ?? 'evidence-missing', observed: `${own.observed}. But: ${hole.observed}` }
    } else if (own.status === 'fail' && own.undue === true && load?.status === 'unknown') {
      finding = { ...own, status: 'unknown', cause: load.cause ?? 'load-short', observed: `${own.observed}. But: ${load.observed}` }
    }
    finding = unlessUnderWay(room, experiment, check.meta.id, finding)
    finding = unlessOfLater(room, final, check.meta.id, unlessLost(room, experiment, check.meta.id, finding))
    if (finding.status === 'fail' && check.meta.diagnose === true && finding.diagnosis === undefined) {
      const diagnosis = explain(room, experiment)
      if (diagnosis !== undefined)
        finding = { ...finding, diagnosis: diagnosis.text, pointers: [...new Set([...finding.pointers, ...diagnosis.seqs])] }
    }
    final.set(check.meta.id, overtaken(room, experiment, check, short === undefined ? finding : shortened(check, finding, short)))
  }
  return checks.map((check) =>
    verdict(check, experiment.id, experiment.alert, settle(final.get(check.meta.id) ?? could('evidence-missing', 'not judged'), final)),
  )
}

/** A rule that nothing was done to. */
function judgeObserved(run: RunRecord, experiment: PlannedExperiment, checks: readonly Check[]): Judged[] {
  const cutOff = interrupted(run, experiment)
  const room = new EvidenceRoom(run, { scope: 'experiment', experiment })
  return checks.map((check) => {
    const finding = cutOff === undefined ? observed(room, experiment, check, ask(check, room)) : could(cutOff.cause, cutOff.text)
    return verdict(check, experiment.id, experiment.alert, finding)
  })
}

/** Why nothing can be said about an experiment that did not run to its end. */
function interrupted(run: RunRecord, experiment: PlannedExperiment): { cause: UnknownCause; text: string } | undefined {
  const legs = legsOf(run, experiment.id)
  const last = experiment.legs.at(-1)?.name ?? 'clear'
  const broken = [...legs.values()].some((leg) => leg.ended === 'failed' || leg.ended === 'interrupted')
  if (legs.get(last)?.ended !== undefined && !broken) return undefined
  if (run.footer?.ended === 'unhealthy-before')
    return { cause: 'unhealthy-start', text: run.footer.detail ?? 'a target was down or an alert active before the drill' }
  const failed = [...legs.values()].find((leg) => leg.ended === 'failed')
  if (failed !== undefined) {
    const isLasting = lastingRefusal(run, experiment.id, beganMs(run, experiment.id)) !== undefined
    return { cause: isLasting ? 'not-injectable' : 'not-injected', text: `the ${failed.name} leg failed: ${failed.detail ?? 'no detail'}` }
  }
  return {
    cause: 'interrupted',
    text: legs.size === 0 ? 'the experiment never began' : `interrupted in its ${[...legs.keys()].at(-1) ?? ''} leg`,
  }
}

/**
 * Why nothing can be said where something else ended the fault of this attempt: what it would have caused to the end is not known, and what
 * its undo is seen to bring about came earlier.
 */
function endedBefore(run: RunRecord, id: string, sinceMs: number): { cause: UnknownCause; text: string } | undefined {
  const early = ofExperiment(run.faults, id).find((entry) => entry.endedBefore === true && entry.startedMs >= sinceMs)
  if (early === undefined) return undefined
  return { cause: 'not-injected', text: early.missed === undefined ? early.detail : `${early.detail}; ${early.missed}` }
}

/** Gives a check the evidence it asked for, and only that; what is missing or unreachable is said instead of judged. */
function ask(check: Check, room: EvidenceRoom): Finding {
  const { needs } = check.meta
  const experiment = room.about.scope === 'experiment' ? room.about.experiment.id : null
  const sources = new Set(needs.flatMap((key) => SOURCE_OF[key] ?? []))
  // The trouble of an earlier attempt is not this one's.
  const sinceMs = experiment === null ? -Infinity : beganMs(room.run, experiment)
  const dead = room.run.sourceErrors.find(
    (error) => sources.has(error.source) && (error.experiment === null || (error.experiment === experiment && error.atMs >= sinceMs)),
  )
  if (dead !== undefined) return { ...could('source-unreachable', `${dead.source}: ${dead.message}`), pointers: [dead.seq] }
  const evidence: Record<string, unknown> = {}
  for (const key of needs as readonly EvidenceKey[]) {
    let answer
    try {
      answer = room.get(key)
    } catch (error) {
      return could('evidence-missing', `the ${key} evidence is unusable: ${messageOf(error)}`)
    }
    if (answer instanceof Missing) return could(answer.cause, answer.text)
    evidence[key] = answer
  }
  try {
    return check.judge(evidence as Parameters<Check['judge']>[0])
  } catch (error) {
    return could('evidence-missing', `check ${check.meta.id} failed: ${messageOf(error)}`)
  }
}

function explain(room: EvidenceRoom, experiment: PlannedExperiment): Diagnosis | undefined {
  try {
    return diagnose(room, experiment)
  } catch (error) {
    return { text: `The diagnosis itself failed: ${messageOf(error)}`, seqs: [] }
  }
}

function could(cause: UnknownCause, observed: string): Finding {
  return { status: 'unknown', cause, expected: 'evidence to judge by', observed, pointers: [] }
}

function verdict(check: Check, subject: string, alert: string | undefined, finding: Finding): Judged {
  return {
    subject,
    ...(alert === undefined ? {} : { alert }),
    check: check.meta.id,
    status: finding.status,
    title: sentence(check, finding.status),
    expected: finding.expected,
    observed: finding.observed,
    ...(finding.cause === undefined ? {} : { cause: finding.cause }),
    ...(finding.window === undefined ? {} : { window: finding.window }),
    ...(finding.diagnosis === undefined
      ? finding.status === 'fail'
        ? { diagnosis: check.meta.mend }
        : {}
      : { diagnosis: finding.diagnosis }),
    ...(finding.part === undefined || finding.status !== 'fail' ? {} : { part: finding.part }),
    ...(finding.handledBy === undefined ? {} : { handledBy: finding.handledBy }),
    ...(finding.waitsJudged === undefined ? {} : { waitsJudged: finding.waitsJudged }),
    ...(finding.late === undefined ? {} : { late: finding.late }),
    pointers: [...new Set(finding.pointers)].sort((a, b) => a - b),
  }
}

function sentence(check: Check, status: VerdictStatus): string {
  const { title, failureTitle } = check.meta
  if (status === 'pass') return upperFirst(title)
  if (status === 'fail') return upperFirst(failureTitle)
  return status === 'unknown' ? `Could not tell whether ${title}` : `Does not apply: ${title}`
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
