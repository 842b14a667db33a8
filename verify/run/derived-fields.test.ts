import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutTraceId } from './derived-fields.ts'

const OWN = '0af7651916cd43dd8448eb211c80319c'
const DEPLOYED = 'trace_id(?:"\\s*:\\s*"|="?)([0-9a-f]{32})'

test('the trace id is the first group', () => {
  assert.deepEqual(cutTraceId(`{"trace_id":"${OWN}"}`, [DEPLOYED]), { traceId: OWN, regex: DEPLOYED })
  assert.equal(cutTraceId('nothing', ['trace_id=(\\w+)']), null)
  assert.equal(cutTraceId(`trace_id=${OWN}`, ['trace_id=(?:\\w+)']), null)
})

test('of several fields the one counts that gives what is wanted; without one, the first that fits', () => {
  const fields = ['order=(\\w+)', 'trace_id=(\\w+)']
  assert.equal(cutTraceId(`order=7 trace_id=${OWN}`, fields, OWN)?.traceId, OWN)
  assert.equal(cutTraceId(`order=7 trace_id=${OWN}`, fields)?.traceId, '7')
  assert.equal(cutTraceId('order=7', fields, OWN)?.traceId, '7')
})

test('what no browser takes for a regex is thrown, whichever field it is of', () => {
  assert.throws(() => cutTraceId(`trace_id=${OWN}`, ['trace_id=(\\w+)', '(?P<id>[0-9a-f]{32})'], OWN), /Invalid regular expression/)
})
