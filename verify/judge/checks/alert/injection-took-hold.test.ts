import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../../model/journal.ts'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'
import { namedText } from '../../../../testing/journals/named-journal.ts'
import { parseJournal } from '../../record/parse-journal.ts'

test('a cause seen by its own signal passes', () => {
  const verdict = verdictOf(run(), 'injection-took-hold')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a cause that never came is unknown, never a failure', () => {
  const verdict = verdictOf(run({ mutant: 'not-injected' }), 'injection-took-hold')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
  assert.match(verdict.observed ?? '', /probed_level between 0 and 0, never > 10/)
})

test('no such signal at all is unknown, too', () => {
  const verdict = verdictOf(
    alter(run(), 'evaluated', (entry) => (entry.what === 'injection' ? { ...entry, series: [] } : entry)),
    'injection-took-hold',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no sample of probed_level/)
})

test('what the fault did not reach is said, whether it took hold or not', () => {
  const missed = 'of deployment shop/web these pods came meanwhile and were not harmed: web-3'
  const partly = (journal: Journal): Journal =>
    alter(journal, 'fault', (entry) => (entry.phase === 'undo' && entry.leg === 'fire' ? { ...entry, missed } : entry))
  const held = verdictOf(partly(run()), 'injection-took-hold')
  assert.equal(held.status, 'pass')
  assert.ok(held.observed.endsWith(`; ${missed}`), held.observed)
  const never = verdictOf(partly(run({ mutant: 'not-injected' })), 'injection-took-hold')
  assert.equal(never.status, 'unknown')
  assert.ok(never.observed.endsWith(`; ${missed}`), never.observed)
})

test('a fault that was in effect and was not seen says so, and what to correct', () => {
  const verdict = verdictOf(parseJournal(namedText('wrong-part-killed')), 'injection-took-hold', 'redis-killed')
  assert.match(
    verdict.diagnosis ?? '',
    /^kill-process promtail was in effect, but redis_up\{job="redis-exporter"\} between 1 and 1, never == 0: it harms another part than that signal measures\. Correct the experiment's target/,
  )
  const planned = alter(parseJournal(namedText('wrong-part-killed')), 'fault', (entry) => ({ ...entry, target: 'loki' }))
  assert.match(
    verdictOf(planned, 'injection-took-hold', 'redis-killed').diagnosis ?? '',
    /^kill-process loki was in effect where kill-process promtail is planned/,
  )
})
