import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDocument } from '../config/yaml/cursor.ts'
import { covers, firstDifference, specifiedSpan, timeSpans } from './time-spans.ts'

const read = (text: string) =>
  timeSpans(openDocument(`time_intervals:\n  - name: x\n    time_intervals:\n      - ${text}`, 'a', 'A'))['x'] ?? []
const at = (text: string): number => Date.parse(text)

test('times of the day begin with their first minute and end before their last', () => {
  const backup = read("{ weekdays: [sunday], times: [{ start_time: '03:00', end_time: '04:00' }], location: Etc/UTC }")
  const said = ['2026-11-29T02:59:59Z', '2026-11-29T03:00:00Z', '2026-11-29T03:59:59Z', '2026-11-29T04:00:00Z', '2026-11-28T03:30:00Z']
  assert.deepEqual(
    said.map((text) => covers(backup, at(text))),
    [false, true, true, false, false],
  )
  assert.ok(covers(read("{ times: [{ start_time: '00:00', end_time: '24:00' }] }"), at('2026-11-27T23:59:00Z')))
})

test('in the zone of its location, on the day that it is there', () => {
  const seoul = read("{ weekdays: ['monday:friday'], times: [{ start_time: '08:00', end_time: '09:00' }], location: Asia/Seoul }")
  assert.ok(covers(seoul, at('2026-11-29T23:30:00Z')), 'Monday 08:30')
  assert.ok(!covers(seoul, at('2026-11-27T23:30:00Z')), 'Saturday 08:30')
})

test('days from the end of the month, months by name and number, years', () => {
  const last = read("{ days_of_month: ['-3:-1'] }")
  assert.deepEqual(
    ['2026-02-25', '2026-02-26', '2026-02-28', '2026-03-28', '2026-03-29'].map((day) => covers(last, at(`${day}T12:00:00Z`))),
    [false, true, true, false, true],
  )
  const months = read("{ months: ['november:december', '3'], years: ['2026:2027'] }")
  assert.deepEqual(
    ['2026-11-01', '2027-03-01', '2026-04-01', '2028-11-01'].map((day) => covers(months, at(`${day}T12:00:00Z`))),
    [true, true, false, false],
  )
  assert.ok(!covers(read("{ days_of_month: ['31'] }"), at('2026-11-30T12:00:00Z')))
})

test('one of several is enough; without any condition it always holds, without any time never', () => {
  assert.ok(covers(read('{ weekdays: [monday] }\n      - { weekdays: [friday] }'), at('2026-11-27T12:00:00Z')))
  assert.ok(covers(read('{ location: UTC }'), 0))
  assert.ok(!covers([], 0))
})

test('two intervals differ where one covers a minute and the other does not, however they are written', () => {
  const now = at('2026-11-28T10:00:00Z')
  const differ = (promised: string, deployed: string) => firstDifference(read(promised), read(deployed), now)
  const nights = "{ times: [{ start_time: '22:00', end_time: '24:00' }] }"
  assert.equal(
    differ(nights, "{ times: [{ start_time: '22:00', end_time: '23:00' }, { start_time: '23:00', end_time: '24:00' }] }"),
    undefined,
  )
  assert.equal(differ(nights, "{ weekdays: ['sunday:saturday'], times: [{ start_time: '22:00', end_time: '24:00' }] }"), undefined)
  assert.deepEqual(differ(nights, "{ times: [{ start_time: '22:00', end_time: '23:30' }] }"), {
    expected: 'in it on saturday 2026-11-28 at 23:30',
    observed: 'outside of it',
  })
  assert.deepEqual(differ("{ days_of_month: ['-1'] }", "{ days_of_month: ['31'] }"), {
    expected: 'in it on monday 2026-11-30 at 00:00',
    observed: 'outside of it',
  })
  assert.deepEqual(differ("{ months: ['2'], days_of_month: ['28:-1'] }", "{ months: ['2'], days_of_month: ['28'] }"), {
    expected: 'in it on tuesday 2028-02-29 at 00:00',
    observed: 'outside of it',
  })
  assert.deepEqual(differ(nights, nights.replace('{ ', '{ location: Asia/Seoul, ')), {
    expected: 'location: UTC',
    observed: 'location: Asia/Seoul',
  })
  assert.deepEqual(differ("{ years: ['2040'] }", "{ years: ['2041'] }"), { expected: 'years: 2040', observed: 'years: 2041' })
})

test('what is deployed is specified with the same words', () => {
  const deployed =
    "{ weekdays: ['monday:friday', sunday], times: [{ start_time: '22:00', end_time: '24:00' }], days_of_month: ['-3:-1'], months: ['12'], years: ['2027:2028'], location: Asia/Seoul }"
  assert.deepEqual(read(deployed).map(specifiedSpan), [
    {
      'times': ['22:00-24:00'],
      'weekdays': ['monday:friday', 'sunday'],
      'days-of-month': ['-3:-1'],
      'months': ['december'],
      'years': ['2027:2028'],
      'location': 'Asia/Seoul',
    },
  ])
})
