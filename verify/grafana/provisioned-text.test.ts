import assert from 'node:assert/strict'
import { test } from 'node:test'
import { provisioned } from './provisioned-text.ts'

test("a doubled $ is one; of Grafana's own variables with one $ nothing is left", () => {
  assert.equal(provisioned('$${__value.raw}'), '${__value.raw}')
  assert.equal(provisioned('${__value.raw}'), '')
  assert.equal(provisioned('{service="x"} |= "$__span.traceId"'), '{service="x"} |= ".traceId"')
  assert.equal(provisioned('trace_id=(\\w+)$'), 'trace_id=(\\w+)$')
  assert.equal(
    provisioned('http://${JAEGER_HOST}/trace/$${__value.raw}'),
    'http://${JAEGER_HOST}/trace/${__value.raw}',
    'the environment is not known',
  )
})
