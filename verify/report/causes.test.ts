import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { checks } from '../judge/drill-checks.ts'
import { causesOf, LINKS, reachOf, ROOTS } from './causes.ts'

const verdict = (subject: string, check: string, more: Partial<Verdict> = {}): Verdict => ({
  subject,
  check,
  status: 'fail',
  title: check,
  expected: '',
  observed: '',
  pointers: [],
  ...more,
})
const listed = (verdicts: Verdict[]): [string, number, number][] =>
  causesOf(verdicts).map(({ root, also, consequences }) => [`${root.subject} ${root.check}`, also.length, consequences.length])

test('what follows from one wrong thing is one cause', () => {
  const chain = ['rule-as-specified', 'alert-fired', 'alert-pending', 'oracle-replay', 'notification-delivered', 'no-other-receiver']
  assert.deepEqual(listed(chain.map((check) => verdict('redis-killed', check, { alert: 'A' }))), [['redis-killed rule-as-specified', 0, 5]])
  const grouping = ['grouping-works', 'repeat-works', 'silence-works', 'chat-message-valid'].map((check) => verdict('drill', check))
  const grouped = ['a', 'b', 'c'].map((subject) => verdict(subject, 'grouped-as-specified'))
  assert.deepEqual(listed([...grouped, ...grouping]), [['drill grouping-works', 0, 6]])
})

test('independent failures are causes of their own', () => {
  const three = [
    verdict('a', 'rule-as-specified', { alert: 'A' }),
    verdict('b', 'alert-fired', { alert: 'B' }),
    verdict('path', 'trace-complete'),
  ]
  assert.equal(listed(three).length, 3)
})

test('advice that names its subject is the same advice at another', () => {
  const advice = (subject: string): Verdict =>
    verdict(subject, 'log-labels-and-fields', { diagnosis: `Correct the labels stage of the log collector's job for ${subject}.` })
  assert.deepEqual(listed([advice('till'), advice('shop')]), [['till log-labels-and-fields', 1, 0]])
  const other = verdict('shop', 'log-labels-and-fields', { diagnosis: 'Correct the regex stage of the log collector for shop.' })
  assert.equal(listed([advice('till'), other]).length, 2)
})

test('a line that is not parsed and then lost is one cause', () => {
  const lost = [verdict('shop', 'log-labels-and-fields'), verdict('shop', 'log-none-lost')]
  assert.deepEqual(listed(lost), [['shop log-labels-and-fields', 0, 1]])
})

test('the same advice at several subjects is one cause, whatever its numbers', () => {
  const advice = (errors: number): Partial<Verdict> => ({ diagnosis: `Prometheus could not send to Alertmanager (${errors} send errors)` })
  const same = [verdict('a', 'notification-delivered', advice(3)), verdict('b', 'notification-delivered', advice(12))]
  assert.deepEqual(listed(same), [['a notification-delivered', 1, 0]])
  const other = [verdict('a', 'notification-delivered', { diagnosis: 'x' }), verdict('b', 'notification-delivered', { diagnosis: 'y' })]
  assert.equal(listed(other).length, 2)
})

test('a line that is not parsed is the cause of its wrong time; one that is not there the cause of all that is asked of lines', () => {
  const unparsed = ['log-line-found', 'log-labels-and-fields', 'log-opens-trace'].map((check) => verdict('shop', check))
  assert.deepEqual(listed(unparsed), [['shop log-labels-and-fields', 0, 2]])
  const lost = ['log-line-found', 'log-none-lost', 'log-opens-trace'].map((check) => verdict('shop', check))
  assert.deepEqual(listed(lost), [['shop log-line-found', 0, 2]])
})

test('what follows from a rule that sees nothing is its own alert and the panel of that part', () => {
  const blind = verdict('HighLatency', 'rule-sees-subject', { part: 'shop' })
  const panel = verdict('drill', 'slo-panel-has-data', { part: 'shop' })
  const fired = verdict('latency-burst', 'alert-fired', { alert: 'HighLatency' })
  assert.deepEqual(listed([fired, blind, panel]), [['HighLatency rule-sees-subject', 0, 2]])
  assert.equal(listed([blind, { ...panel, part: 'till' }, { ...fired, alert: 'Other' }]).length, 3)
})

test('a panel without data is the cause of its own numbers, not of those of another panel', () => {
  const panel = (check: string, part: string): Verdict => verdict('drill', check, { part })
  const empty = panel('slo-panel-has-data', 'Error rate')
  assert.deepEqual(listed([panel('slo-value-matches', 'Error rate'), empty]), [['drill slo-panel-has-data', 0, 1]])
  assert.equal(listed([panel('slo-value-matches', 'Availability'), empty]).length, 2)
})

test('the interval of one rule is one cause, a late end with what follows, and an unwanted notification with its chat message', () => {
  const rule = verdict('redis-killed', 'rule-as-specified', { alert: 'RedisDown' })
  const timing = verdict('drill', 'timing-as-specified', { part: 'RedisDown' })
  assert.deepEqual(listed([rule, timing]), [['redis-killed rule-as-specified', 0, 1]])
  assert.equal(listed([rule, { ...timing, part: 'Other' }]).length, 2)
  const end = ['resolved-notified', 'oracle-replay', 'alert-resolved'].map((check) => verdict('a', check))
  assert.deepEqual(listed(end), [['a alert-resolved', 0, 2]])
  const chat = verdict('drill', 'chat-message-valid')
  for (const check of ['silence-works', 'inhibition-works', 'isolation']) assert.equal(listed([chat, verdict('drill', check)]).length, 1)
})

test('the same missing evidence at several subjects is one cause', () => {
  const unread = (subject: string, observed: string): Verdict =>
    verdict(subject, 'rule-as-specified', { status: 'unknown', cause: 'evidence-missing', observed })
  assert.deepEqual(listed([unread('a', 'never read'), unread('b', 'never read')]), [['a rule-as-specified', 1, 0]])
  assert.equal(listed([unread('a', 'never read'), unread('b', 'cut off')]).length, 2)
})

test('one service that refuses or does not answer is one cause, on each path and in each fault', () => {
  const refused = ['a', 'b'].map((subject) => verdict(subject, 'trace-complete', { part: 'shop', diagnosis: `shop refuses /${subject}` }))
  assert.deepEqual(listed([...refused, verdict('shop', 'log-line-found', { part: 'shop' })]), [['a trace-complete', 1, 1]])
  const answers = ['killed', 'hung'].map((subject) =>
    verdict(subject, 'keeps-answering', { part: 'shop', diagnosis: `because ${subject}` }),
  )
  assert.deepEqual(listed(answers), [['killed keeps-answering', 1, 0]])
  assert.equal(listed([...refused, verdict('c', 'trace-complete', { part: 'till', diagnosis: 'till refuses /c' })]).length, 2)
})

test('what was confirmed alone belongs to the first attempt', () => {
  const confirmed = [verdict('a', 'keeps-answering'), verdict('a--alone', 'keeps-answering'), verdict('a--alone', 'isolation')]
  assert.deepEqual(listed(confirmed), [['a keeps-answering', 0, 2]])
  assert.deepEqual(listed([verdict('a--alone', 'isolation')]), [['a--alone isolation', 0, 0]])
  // On a busy machine the first attempt could not tell what the second did.
  assert.deepEqual(listed([verdict('a', 'oracle-replay'), verdict('a--alone', 'alert-pending')]), [['a--alone alert-pending', 0, 1]])
})

test('an alert that fires with other labels is missed under its own: one cause, at whatever experiment it is a stray', () => {
  const missed = verdict('a', 'alert-pending', { alert: 'Down' })
  const stray = (subject: string, part: string): Verdict =>
    verdict(subject, 'isolation', { alert: 'Other', part, diagnosis: `narrow ${part}` })
  assert.deepEqual(listed([missed, stray('a', 'Down'), stray('b', 'Down')]), [['a alert-pending', 0, 2]])
  assert.equal(listed([missed, stray('a', 'Full')]).length, 2)
})

test('unknown verdicts are causes only where nothing failed; what passed is none', () => {
  const of = (status: VerdictStatus): Verdict => verdict('a', 'injection-took-hold', { status, cause: 'not-injected' })
  const unknown = [of('unknown'), verdict('a', 'alert-fired', { status: 'unknown', cause: 'not-injected' })]
  assert.deepEqual(listed(unknown), [['a injection-took-hold', 0, 1]])
  assert.deepEqual(listed([of('unknown'), verdict('b', 'isolation')]), [['b isolation', 0, 0]])
  assert.deepEqual(listed([of('pass'), of('skipped')]), [])
})

test('a source that did not answer is one cause, and each question that it left open is named', () => {
  const open = (check: string, observed = 'prometheus: connect ECONNREFUSED'): Verdict =>
    verdict('drill', check, { status: 'unknown', cause: 'source-unreachable', observed })
  const [cause, ...others] = causesOf([open('healthy-end'), open('slo-budget-sign'), open('slo-thresholds')])
  assert.deepEqual(others, [])
  assert.equal(cause === undefined ? '' : reachOf(cause).also, 'slo-budget-sign, slo-thresholds')
  assert.equal(causesOf([open('healthy-end'), open('slo-thresholds', 'loki: connect ECONNREFUSED')]).length, 2)
})

test('what a drill did not ask because the platform was unwell before it follows from that', () => {
  const open = (check: string, cause: Verdict['cause'] = 'evidence-missing'): Verdict =>
    verdict('drill', check, { status: 'unknown', cause })
  const unwell = open('healthy-start', 'unhealthy-start')
  assert.deepEqual(listed([open('log-labels-and-fields'), open('slo-thresholds'), unwell]), [['drill healthy-start', 0, 2]])
  assert.equal(listed([verdict('drill', 'slo-thresholds'), unwell])[0]?.[0], 'drill slo-thresholds', 'a failure is not taken back')
})

test('links that lead back to where they began end', () => {
  const circle = ['grouping-works', 'grouped-as-specified', 'notification-delivered', 'repeat-works'].map((check) => verdict('a', check))
  assert.equal(causesOf(circle).flatMap(({ also, consequences }) => [0, ...also, ...consequences]).length, 4)
})

test('every check of the registry is in the table, or is a root by itself', () => {
  const linked = new Set(LINKS.flatMap(({ from, to }) => [from, ...to]))
  const known = new Set(checks.map(({ meta }) => meta.id))
  assert.deepEqual(
    [...linked, ...ROOTS].filter((id) => !known.has(id)),
    [],
    'no such check',
  )
  assert.deepEqual(
    [...known].filter((id) => !linked.has(id) && !ROOTS.includes(id)),
    [],
    'neither in LINKS nor in ROOTS',
  )
  assert.deepEqual(
    ROOTS.filter((id) => linked.has(id)),
    [],
    'in LINKS and in ROOTS',
  )
})
