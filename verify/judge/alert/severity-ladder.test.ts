import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadedGroup } from '../../model/journal.ts'
import { namesakeOf } from './severity-ladder.ts'

const rule = (severity: string, query: string): LoadedGroup['rules'][number] => ({
  name: 'A',
  query,
  forMs: 0,
  keepFiringForMs: 0,
  labels: { severity },
  annotations: {},
  health: 'ok',
  lastError: '',
  type: 'alerting',
})
const of = (...rules: LoadedGroup['rules']): ((severity: string, job?: string) => boolean) => {
  const is = namesakeOf([{ name: 'g', file: 'f', intervalMs: 1_000, rules }], {
    alert: 'A',
    labels: { severity: 'warning', link: '{{ $labels.job }}' },
    subject: { job: 'x' },
  })
  return (severity, job = 'x') => is({ alertname: 'A', severity, job, link: 'x' })
}

test('a further step of a ladder is another rule', () => {
  const is = of(rule('warning', 'x > 80'), rule('critical', 'x > 90'))
  assert.deepEqual([is('warning'), is('critical'), is('critical', 'y'), is('info')], [false, true, false, false])
})

test('a wrong severity and a doubled rule are none', () => {
  assert.equal(of(rule('critical', 'x > 80'))('critical'), false)
  assert.equal(of(rule('warning', 'x > 80'), rule('critical', 'x > 80'))('critical'), false)
  assert.equal(of()('critical'), false)
})
