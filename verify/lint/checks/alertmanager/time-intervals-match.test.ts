import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintBy } from '../../../../testing/lint/lint-files.ts'
import type { TimeSpan } from '../../../model/route.ts'

const NIGHTS: TimeSpan[] = [{ minutes: [[1_320, 1_440]], location: 'Asia/Seoul' }]

/** What is found of the interval of the critical route, deployed with these times. */
async function found(times: string, promised: Record<string, TimeSpan[]> = { nights: NIGHTS }): Promise<string[]> {
  const { texts, options } = await deployment()
  const muted = change(
    texts,
    'alertmanager.yml',
    /( {4}- receiver: critical\n)([^]*)$/,
    `$1      mute_time_intervals: [nights]\n$2\ntime_intervals:\n  - name: nights\n    time_intervals: [${times}]\n`,
  )
  const spec = { ...options.spec, routing: { ...options.spec.routing, times: promised } }
  const { findings, problems } = lintBy({ ...options, spec, nowMs: Date.parse('2026-11-28T10:00:00Z') }, muted, 'time-intervals-match')
  assert.deepEqual(problems, [])
  return findings.map(({ severity, subject, expected, observed, source }) =>
    [severity, subject, expected, observed, source.trim().split(':')[0]].join(' | '),
  )
}
const SEOUL = "{ times: [{ start_time: '22:00', end_time: '24:00' }], location: Asia/Seoul }"

test('other hours, days and another zone are found, at the times of that interval', async () => {
  assert.deepEqual(await found(SEOUL), [])
  assert.deepEqual(await found(SEOUL.replace('}]', "}, { start_time: '22:30', end_time: '23:00' }]")), [])
  const [hour] = await found(SEOUL.replace('24:00', '23:00'))
  assert.match(hour ?? '', /^error \| nights \| in it on saturday 2026-11-28 at 23:00 \| outside of it \| time_intervals$/)
  const [day] = await found(SEOUL.replace('{ times', "{ weekdays: ['monday:saturday'], times"))
  assert.match(day ?? '', /in it on sunday .* at 22:00 \| outside of it/)
  assert.deepEqual(await found(SEOUL.replace(', location: Asia/Seoul', '')), [
    'error | nights | location: Asia/Seoul | location: UTC | time_intervals',
  ])
})

test('what no one promised, and what is not defined or refused, is not compared', async () => {
  assert.deepEqual(await found(SEOUL.replace('24:00', '23:00'), {}), [])
  assert.deepEqual(await found(SEOUL, { nights: NIGHTS, weekends: NIGHTS }), [])
  assert.deepEqual(await found(SEOUL.replace('24:00', '25:00')), [])
})

finds('time-intervals-match', 'another hour', {
  file: 'alertmanager.yml',
  from: /$/,
  to: "\ntime_intervals:\n  - name: nights\n    time_intervals: [{ times: [{ start_time: '21:00', end_time: '24:00' }], location: Asia/Seoul }]\n",
  routing: { times: { nights: NIGHTS } },
  subject: 'nights',
  expected: 'outside of it on',
  observed: 'in it',
})
