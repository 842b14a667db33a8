import colors from 'picocolors'
import type { Cause, Report } from '../model/report.ts'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { columns, wrapped } from '../text/columns.ts'
import { countOf } from '../text/count-of.ts'
import { line } from '../text/printable.ts'
import { reachOf } from './causes.ts'
import { NEXT_STEP } from './next-step.ts'
import { pointers } from './result.ts'
import { lastText, subjectText } from './subject-reports.ts'
import { took } from './time.ts'
import { driftTexts } from './trends.ts'
import { turnText } from '../text/turn.ts'
import { unreviewedText } from '../text/unreviewed.ts'

export const WORDS: Record<VerdictStatus, string> = { pass: 'pass', fail: 'FAIL', unknown: 'unknown', skipped: 'skipped' }
/** In the place of a rule's experiments. */
export const UNDRILLED = 'no experiment: not drilled'
const HEAD = ['rule', 'experiment or subject', 'outcome', 'passed', 'findings']
const OUTCOME_COLUMN = HEAD.indexOf('outcome')

/** A table for a terminal, then each verdict that is not a pass with its reason. Colour only when asked for. */
export function consoleText(report: Report, options: { color: boolean; width: number } = { color: false, width: 100 }): string {
  const paint = colors.createColors(options.color)
  const tint: Record<VerdictStatus, (text: string) => string> = {
    pass: paint.green,
    fail: paint.red,
    unknown: paint.yellow,
    skipped: paint.dim,
  }
  const { counts } = report
  const subjects = [...Map.groupBy(report.others, ({ subject }) => subject)]
  const rows = [
    ...report.rules.flatMap(({ alert, experiments }) => [
      ...(experiments.length > 0 ? [] : [rowOf(alert, UNDRILLED, [])]),
      ...experiments.map(({ id, verdicts }, index) => rowOf(index === 0 ? alert : '', id, verdicts)),
    ]),
    ...subjects.map(([subject, verdicts]) => rowOf('', subject, verdicts)),
  ]
  const table = columns([HEAD, ...rows.map(({ cells }) => cells)], options.width, (text, row, column) =>
    row === 0 ? paint.dim(text) : column === OUTCOME_COLUMN ? tint[rows[row - 1]?.outcome ?? 'skipped'](text) : text,
  )
  const failed = report.causes.some(({ root }) => root.status === 'fail')
  const head =
    report.causes.length === 0 ? [] : [`${countOf(report.causes.length, 'cause')}${failed ? '' : ' of what was not decided'}:`, '']
  const details = report.causes.flatMap((cause, index) => [...causeLines(cause, index + 1, tint, options.width), ''])
  // Beside a failure an unknown verdict is another matter.
  const unknown = failed ? verdictsOf(report).filter(({ status }) => status === 'unknown') : []
  details.push(...unknown.flatMap((verdict) => [...detail(verdict, tint.unknown(WORDS.unknown), options.width), '']))
  const unreviewed = report.unreviewed === undefined ? [] : [unreviewedText(report.unreviewed, 'the drill')]
  const warnings = [...driftTexts(report.history), ...unreviewed].flatMap((text) => hanging('warning: ', text, options.width))
  const problems = [...warnings, ...report.problems.flatMap((problem) => hanging('note: ', problem, options.width))]
  const total = `${counts.pass} passed, ${counts.fail} failed, ${counts.unknown} unknown, ${counts.skipped} skipped in ${took(report.endedMs - report.startedMs)}`
  return `${[
    ...table,
    '',
    ...subjectLines(report, options.width),
    ...head,
    ...details,
    ...problems,
    ...(problems.length > 0 ? [''] : []),
    `${tint[report.outcome](OUTCOME[report.outcome])} ${total}`,
    `run ${line(report.runId)}, ${line(report.ended)}, exit code ${report.exitCode}`,
  ].join('\n')}\n`
}

/** The subjects that did not fire in this run, by when they last did; those that did have their rows above. */
function subjectLines(report: Report, width: number): string[] {
  const others = report.rules.flatMap(({ alert, subjects = [] }) =>
    subjects
      .filter(({ last }) => last?.runId !== report.runId)
      .map((subject) => `${alert} ${subjectText(subject.labels)}: ${lastText(subject, report.runId)}`),
  )
  const turn = turnText(report.turn)
  const lines = [
    ...(turn === undefined ? [] : hanging('in turn: ', turn, width)),
    ...(others.length === 0 ? [] : ['last fired:', ...others.flatMap((each) => hanging('  ', each, width))]),
  ]
  return lines.length === 0 ? [] : [...lines, '']
}

export const OUTCOME: Record<VerdictStatus, string> = {
  pass: 'The promises were kept.',
  fail: 'A promise was broken.',
  unknown: 'Could not tell.',
  skipped: 'Nothing was judged.',
}

/** The outcome, of what is wrong or unknown the first cause by name, and what to change. */
export function headline({ outcome, causes }: Pick<Report, 'outcome' | 'causes'>): string {
  const own = causes.filter(({ root }) => root.status === outcome)
  const [first] = own
  if (first === undefined) return OUTCOME[outcome]
  const begin = outcome === 'fail' && own.length > 1 ? `${own.length} promises were broken, this first.` : OUTCOME[outcome]
  const { diagnosis, status, cause } = first.root
  const more = diagnosis ?? (status === 'unknown' ? reasonOf(first.root) : undefined)
  const advice = more === undefined ? '' : ` ${beginOf(more)}`
  const next = status === 'unknown' && diagnosis === undefined && cause !== undefined ? `${fullStop(advice)} ${NEXT_STEP[cause]}` : ''
  // It left many questions open, and none of them is what is to be mended.
  const asked = status === 'unknown' && cause === 'source-unreachable' ? '' : ` ${causeSentence(first)}.`
  return `${begin}${asked}${advice}${next}`
}

function fullStop(text: string): string {
  return /[.!?]$/.test(text) ? '' : '.'
}

/** A heading has room for so many characters of an advice. */
const ADVICE = 340

/** The first sentences of an advice, as many as there is room for; of a longer one its begin. */
function beginOf(advice: string): string {
  const sentences = line(advice).split(/(?<=[.!?]) (?=[A-Z"`])/)
  let [begin = ''] = sentences
  // What follows a sentence that is left out would seem to follow the one before it.
  for (const next of sentences.slice(1)) {
    if (begin.length + next.length >= ADVICE) break
    begin += ` ${next}`
  }
  return begin.length <= ADVICE ? begin : `${begin.slice(0, ADVICE)} ...`
}

const BUT = '. But '

/** Why it is unknown: what kept the evidence away stands after the observation itself. */
function reasonOf({ observed }: Verdict): string {
  const at = observed.indexOf(BUT)
  const reason = at === -1 ? observed : observed.slice(at + BUT.length)
  return reason.charAt(0).toUpperCase() + reason.slice(1)
}

/** Their title alone says too little: which of what it names it is (missing, or late; blind, or firing for nothing) was observed. */
const BY_OBSERVATION: ReadonlySet<string> = new Set(['rule-sees-subject', 'log-line-found', 'slo-panel-has-data'])

/** Of what it is, and what is wrong with it. */
function causeSentence(cause: Cause): string {
  const { status, check, subject, observed } = cause.root
  if (status === 'fail' && BY_OBSERVATION.has(check)) {
    const first = line(observed.split('; ', 1)[0] ?? observed)
    return subject === DRILL || first.split(' ').includes(subject) ? first : `${causeName(cause)}: ${first}`
  }
  return status === 'fail' && subject === DRILL ? causeTitle(cause) : `${causeName(cause)}: ${causeTitle(cause)}`
}

/** The subject of verdicts about the drill as a whole. */
const DRILL = 'drill'

/** What is wrong, and with which part where that is known. */
function causeTitle({ root: { title, part } }: Cause): string {
  return part === undefined || title.includes(part) ? title : `${title} (${part})`
}

/** Rule and experiment of a cause, or its subject. */
function causeName({ root: { alert, subject } }: Cause): string {
  return alert === undefined ? subject : `${alert} (${subject})`
}

function rowOf(rule: string, subject: string, verdicts: readonly Verdict[]): { cells: string[]; outcome: VerdictStatus } {
  const counted = verdicts.filter(({ status }) => status !== 'skipped')
  const passed = counted.filter(({ status }) => status === 'pass').length
  const bad = (['fail', 'unknown'] as const).flatMap((status) => verdicts.filter((verdict) => verdict.status === status))
  const [worst, ...more] = bad
  const outcome = worst?.status ?? (counted.length > 0 ? 'pass' : 'skipped')
  const findings = worst === undefined ? '' : `${worst.title}${more.length > 0 ? ` (+${more.length})` : ''}`
  return { cells: [rule, subject, WORDS[outcome], `${passed}/${counted.length}`, findings], outcome }
}

function causeLines(cause: Cause, number: number, tint: Record<VerdictStatus, (text: string) => string>, width: number): string[] {
  const { root, consequences } = cause
  const { also, follows } = reachOf(cause)
  return [
    ...detail(root, `${number}. ${tint[root.status](WORDS[root.status])}`, width),
    ...(also === '' ? [] : hanging('     also:     ', also, width)),
    ...(follows === '' ? [] : hanging('     follows:  ', `${countOf(consequences.length, 'verdict')}: ${follows}`, width)),
  ]
}

function verdictsOf({ rules, others }: Report): Verdict[] {
  return [...rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts)), ...others]
}

function detail(verdict: Verdict, mark: string, width: number): string[] {
  const { alert, subject, title, check, expected, observed, cause, diagnosis } = verdict
  const of = alert === undefined ? subject : `${alert} / ${subject}`
  return [
    `${mark} ${line(of)}: ${line(title)} [${line(check)}]`,
    ...hanging('     expected: ', expected, width),
    ...hanging('     observed: ', `${observed}${cause === undefined ? '' : ` (${cause})`}`, width),
    ...(diagnosis === undefined ? [] : hanging('     why:      ', diagnosis, width)),
    ...(verdict.pointers.length === 0 ? [] : [`     journal:  ${pointers(verdict.pointers)}`]),
  ]
}

/** A label, and a text whose further lines stand below its first. */
function hanging(label: string, text: string, width: number): string[] {
  return wrapped(text, width - label.length).map((part, index) => (index === 0 ? label : ' '.repeat(label.length)) + part)
}
