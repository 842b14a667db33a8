import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Link } from '../../../model/spec.ts'
import { AWAY, outageRun, verdictOf } from '../../../../testing/journals/honest-run.ts'
import type { OutageRun } from '../../../../testing/journals/honest-run.ts'

const dead: OutageRun['row'] = ([a, b, c, d, e, f], sentMs) =>
  sentMs > AWAY.onMs && sentMs < AWAY.offMs ? [a, -1, 0, -1, -1, 0] : [a, b, c, d, e, f]
const stories: { named: Link; options: OutageRun }[] = [
  { named: 'log-store', options: { heldUp: ['lines'], silent: 'loki' } },
  { named: 'log-collector', options: { heldUp: ['lines'] } },
  { named: 'trace-store', options: { heldUp: ['spans'], silent: 'jaeger', collectorUp: true } },
  { named: 'collector', options: { heldUp: ['spans'], collectorUp: false } },
  { named: 'exporter', options: { heldUp: ['spans'], collectorUp: true } },
  { named: 'service', options: { row: dead } },
]
const of = (named: Link, options: OutageRun) => verdictOf(outageRun({ ...options, spec: { named } }), 'outage-named')

for (const { named, options } of stories) {
  test(`the ${named} is told from its traces, and taken for no other`, () => {
    assert.equal(of(named, options).status, 'pass')
    for (const other of stories) if (other.named !== named) assert.equal(of(other.named, options).status, 'fail')
  })
}

test('a fault that nobody noticed is no proof', () => assert.equal(of('log-store', {}).cause, 'not-injected'))
test('without a scrape of the collector it cannot be told from the exporters', () =>
  assert.equal(of('collector', { heldUp: ['spans'] }).status, 'unknown'))
