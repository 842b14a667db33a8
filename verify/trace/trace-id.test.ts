import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allSampled, isSameId, sampledIn, traceIdsIn } from './trace-id.ts'

const ID = 'da6cd413d488256872458c1b4f49208f'
const OTHER = '0af7651916cd43dd8448eb211c80319c'

const lines: { story: string; line: string; ids: string[]; sampled?: boolean }[] = [
  {
    story: 'a JSON field',
    line: `{"message":"GET /","trace_id":"${ID}","span_id":"2fcd00b4b3e0e43d","trace_flags":"01"}`,
    ids: [ID],
    sampled: true,
  },
  { story: 'key=value text', line: `INFO http: request status=200 trace_id=${ID} trace_flags=00`, ids: [ID], sampled: false },
  { story: 'camel case, upper case digits', line: `{"traceId": "${ID.toUpperCase()}", "traceFlags": "03"}`, ids: [ID], sampled: true },
  { story: 'bare between brackets', line: `[shop,${ID},2fcd00b4b3e0e43d] GET /`, ids: [ID] },
  { story: 'a named one wins over what only looks like one', line: `request_id=${OTHER} trace_id=${ID}`, ids: [ID] },
  { story: 'zeros are none', line: `trace_id=${'0'.repeat(32)}`, ids: [] },
  {
    story: 'a UUID, a longer digest and a stamp are none',
    line: `id=0af76519-16cd-43dd-8448-eb211c80319c sha=${ID}${ID} run-${ID}-1`,
    ids: [],
  },
  { story: 'a line of somebody else', line: 'GET / 200', ids: [] },
]
for (const { story, line, ids, sampled } of lines) test(story, () => assert.deepEqual([traceIdsIn(line), sampledIn(line)], [ids, sampled]))

test('of several lines one that is not sampled decides, and one that says nothing does not', () => {
  const of = (...lines: string[]): boolean | undefined => allSampled(lines.map((line) => ({ line })))
  assert.deepEqual([of('trace_flags=01', 'x'), of('trace_flags=01', 'trace_flags=00'), of('x'), of()], [true, false, undefined, undefined])
})

test('ids are the same without their leading zeros and in capitals', () => {
  assert.deepEqual([isSameId('00ab', 'AB'), isSameId('ab00', 'ab'), isSameId('ab', 'ac')], [true, false, false])
})
