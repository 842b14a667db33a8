import type { Cause } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'

/**
 * Where a verdict must stand to follow from another: the same subject, the same alert, about the same part, about the other's alert as its
 * part, or anywhere in the drill.
 */
type Reach = 'subject' | 'alert' | 'part' | 'stray' | 'drill'

interface Link {
  from: string
  reach: Reach
  to: readonly string[]
}

const STATE = ['stayed-quiet', 'alert-pending', 'alert-fired', 'oracle-replay', 'alert-resolved']
const DELIVERY = [
  'notification-delivered',
  'no-other-receiver',
  'grouped-as-specified',
  'resolved-notified',
  'labels-exact',
  'annotations-exact',
  'side-effects-fired',
]
const EXERCISE = ['repeat-works', 'silence-works', 'inhibition-works', 'send-resolved-works', 'chat-message-valid']
const LINES = ['log-lines-together', 'log-none-lost', 'log-opens-trace']
const SPANS = [
  'trace-connected',
  'trace-count',
  'trace-named',
  'trace-error-status',
  'trace-carries-run',
  'trace-timing-sane',
  'trace-finds-log',
]

/** What says nothing of an experiment whose fault did not take hold. */
const UNTOLD = [...STATE, ...DELIVERY, 'isolation', 'keeps-answering', 'load-delivered', 'rule-as-specified']

/**
 * What follows from what, the nearer to the origin the earlier: no series, so never fires, so not notified; no line, so no labels and no
 * link.
 */
export const LINKS: readonly Link[] = [
  {
    from: 'healthy-start',
    reach: 'drill',
    to: ['steady-before', 'evidence-continuous', 'rule-sees-subject', 'no-stray-alert', ...UNTOLD, 'trace-complete', 'log-line-found'],
  },
  { from: 'rule-sees-subject', reach: 'alert', to: [...STATE, ...DELIVERY, 'injection-took-hold', 'isolation', 'no-stray-alert'] },
  { from: 'rule-sees-subject', reach: 'part', to: ['slo-panel-has-data'] },
  { from: 'trace-complete', reach: 'part', to: ['log-line-found'] },
  { from: 'injection-took-hold', reach: 'subject', to: UNTOLD },
  { from: 'steady-before', reach: 'subject', to: ['injection-took-hold', ...UNTOLD] },
  { from: 'rule-as-specified', reach: 'alert', to: ['timing-as-specified', ...STATE, ...DELIVERY] },
  { from: 'timing-as-specified', reach: 'drill', to: [...STATE, ...DELIVERY, 'grouping-works', ...EXERCISE] },
  { from: 'keeps-answering', reach: 'subject', to: ['isolation'] },
  { from: 'keeps-answering', reach: 'drill', to: ['premises-hold', 'outage-services-answer', 'no-stray-alert'] },
  { from: 'alert-pending', reach: 'subject', to: ['alert-fired', 'oracle-replay', 'alert-resolved', ...DELIVERY] },
  // The rule that fires with other labels than specified is missed under its own.
  { from: 'alert-pending', reach: 'stray', to: ['isolation'] },
  { from: 'alert-fired', reach: 'stray', to: ['isolation'] },
  { from: 'stayed-quiet', reach: 'subject', to: ['alert-pending', 'alert-fired', 'oracle-replay', 'alert-resolved', ...DELIVERY] },
  { from: 'alert-fired', reach: 'subject', to: ['oracle-replay', 'alert-resolved', ...DELIVERY] },
  { from: 'alert-resolved', reach: 'subject', to: ['oracle-replay', 'resolved-notified'] },
  { from: 'oracle-replay', reach: 'subject', to: ['resolved-notified'] },
  { from: 'grouping-works', reach: 'drill', to: ['grouped-as-specified', 'notification-delivered', 'resolved-notified', ...EXERCISE] },
  { from: 'grouped-as-specified', reach: 'drill', to: ['notification-delivered', 'resolved-notified', ...EXERCISE] },
  { from: 'labels-exact', reach: 'subject', to: ['notification-delivered', 'no-other-receiver', 'grouped-as-specified'] },
  { from: 'notification-delivered', reach: 'subject', to: DELIVERY },
  { from: 'no-other-receiver', reach: 'subject', to: ['resolved-notified'] },
  { from: 'notification-delivered', reach: 'drill', to: EXERCISE },
  { from: 'resolved-notified', reach: 'drill', to: ['send-resolved-works', 'chat-message-valid'] },
  // What ought not to have been notified is a chat message too many.
  { from: 'silence-works', reach: 'drill', to: ['chat-message-valid'] },
  { from: 'inhibition-works', reach: 'drill', to: ['chat-message-valid'] },
  { from: 'isolation', reach: 'drill', to: ['no-stray-alert', 'chat-message-valid'] },
  // A line that is there and not parsed keeps the time of another, so that it is not found under its own.
  { from: 'log-labels-and-fields', reach: 'subject', to: ['log-line-found'] },
  { from: 'log-line-found', reach: 'subject', to: LINES },
  { from: 'log-line-found', reach: 'drill', to: ['trace-finds-log', 'outage-lines-survive'] },
  { from: 'log-labels-and-fields', reach: 'subject', to: ['log-opens-trace', 'log-lines-together', 'log-none-lost'] },
  { from: 'log-labels-and-fields', reach: 'drill', to: ['trace-finds-log'] },
  { from: 'trace-complete', reach: 'subject', to: SPANS },
  { from: 'trace-complete', reach: 'drill', to: ['log-opens-trace', 'trace-count', 'outage-spans-survive'] },
  { from: 'outage-spans-survive', reach: 'subject', to: ['outage-named'] },
  { from: 'outage-lines-survive', reach: 'subject', to: ['outage-named'] },
  { from: 'outage-services-answer', reach: 'subject', to: ['outage-named'] },
  { from: 'slo-panel-has-data', reach: 'part', to: ['slo-value-matches', 'slo-series-match', 'slo-thresholds', 'slo-budget-sign'] },
]

/** Checks that nothing leads to and that lead to nothing: what they find is a cause by itself. */
export const ROOTS: readonly string[] = ['healthy-end', 'nothing-left-behind']

/** What they find at one part has one cause, however often and in any words; a rule may miss several things of one service. */
const ONE_A_PART: ReadonlySet<string> = new Set(['healthy-start', 'keeps-answering', 'trace-complete', 'log-line-found'])

const ALONE = /--alone$/

/** The failed verdicts, else the unknown ones, as causes: each names what is wrong, where else it shows, and what only follows from it. */
export function causesOf(verdicts: readonly Verdict[]): Cause[] {
  const failed = verdicts.filter(({ status }) => status === 'fail')
  const open = failed.length > 0 ? failed : verdicts.filter(({ status }) => status === 'unknown')
  const causes: Cause[] = []
  const rootOf = (verdict: Verdict, seen: readonly Verdict[] = []): Verdict => {
    const origin = seen.includes(verdict) ? undefined : originOf(verdict, open)
    return origin === undefined ? verdict : rootOf(origin, [...seen, verdict])
  }
  for (const verdict of open) {
    const root = rootOf(verdict)
    if (root === verdict) {
      const same = causes.find((cause) => likeness(cause.root) === likeness(verdict))
      if (same === undefined) causes.push({ root: verdict, also: [], consequences: [] })
      else same.also.push(verdict)
    }
  }
  for (const verdict of open) {
    const root = rootOf(verdict)
    if (root !== verdict) causes.find((cause) => likeness(cause.root) === likeness(root))?.consequences.push(verdict)
  }
  return causes
}

/** The nearest of the open verdicts that this one follows from. */
function originOf(verdict: Verdict, open: readonly Verdict[]): Verdict | undefined {
  if (ALONE.test(verdict.subject)) {
    const first = open.find(({ subject, check }) => check === verdict.check && subject === verdict.subject.replace(ALONE, ''))
    if (first !== undefined) return first
  }
  // A drill that found the platform unwell asks nothing more.
  if (verdict.status === 'unknown' && verdict.cause === 'evidence-missing') {
    const unwell = open.find(({ cause, check }) => check === 'healthy-start' && cause === 'unhealthy-start')
    if (unwell !== undefined) return unwell
  }
  for (const { from, reach, to } of LINKS) {
    if (!to.includes(verdict.check) || from === verdict.check) continue
    const origin = open.find((other) => other.check === from && reaches(other, verdict, reach))
    if (origin !== undefined) return origin
  }
  return undefined
}

function reaches(from: Verdict, to: Verdict, reach: Reach): boolean {
  if (reach === 'drill') return true
  if (reach === 'part') return from.part !== undefined && from.part === to.part
  if (reach === 'stray') return to.part !== undefined && (from.alert ?? from.subject) === to.part
  // Tried again alone it is the same experiment.
  if (from.subject.replace(ALONE, '') === to.subject.replace(ALONE, '')) return true
  // The subject of a verdict about a rule is its alert; a verdict about the whole drill may be about one rule as its part.
  const alert = to.alert ?? to.part
  return reach === 'alert' && alert !== undefined && (from.alert ?? from.subject) === alert
}

/**
 * Equal for verdicts that say the same of several subjects: the same check about one part, or with the same advice but for numbers and the
 * subject's own name; without advice (unknown) with the same observation.
 */
function likeness({ check, cause, diagnosis, observed, part, subject }: Verdict): string {
  // A source that did not answer is one cause, however many questions it left open.
  if (cause === 'source-unreachable') return `${cause} ${diagnosis ?? observed}`
  if (part !== undefined && ONE_A_PART.has(check)) return `${check} of ${part}`
  return `${check} ${cause ?? ''} ${(diagnosis ?? observed)
    .split(/([\w-]+)/)
    .map((word) => (word === subject ? '#' : word))
    .join('')
    .replace(/\d[\d.:]*/g, '#')}`
}

/** Where else it shows, and what follows from it, as two lines of text; empty when there is none. */
export function reachOf({ root, also, consequences }: Cause): { also: string; follows: string } {
  return {
    also: [...new Set(also.map(({ subject, check }) => (subject === root.subject ? check : subject)))].join(', '),
    follows: consequences.map(({ subject, check }) => `${subject} ${check}`).join(', '),
  }
}
