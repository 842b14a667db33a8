import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelOf, selectorOf, selectorOfAll, serviceOf } from './selector.ts'

const log = (service: string, labels: Record<string, string>): { service: string; labels: Record<string, string> } => ({ service, labels })

test("by service where that is promised, else by the label that has the service's name, else by a usual one", () => {
  assert.equal(selectorOf(log('shop', { container: 'shop', service: 'shop' })), '{service="shop"}')
  assert.equal(selectorOf(log('shop', { logstream: 'stdout', app: 'shop' })), '{app="shop"}')
  assert.equal(selectorOf(log('shop', { namespace: 'eu', container: 'shop-1' })), '{container="shop-1"}')
  assert.equal(selectorOf(log('shop', { pod: 'a' })), '{pod="a"}')
  assert.deepEqual(labelOf(log('shop', {})), { name: 'service', value: 'shop' })
})

test('several at once, taken literally', () => {
  assert.equal(selectorOfAll([log('a.b', { app: 'a.b' }), log('c', { app: 'c' })]), '{app=~"a\\\\.b|c"}')
  assert.equal(selectorOfAll([log('a', { app: 'a' }), log('c', { job: 'c' })]), '{app=~".+"}')
})

test('whose line it is', () => {
  const logs = [log('shop', { app: 'shop' }), log('stock', { app: 'stock-2' })]
  assert.deepEqual([serviceOf({ app: 'stock-2' }, logs), serviceOf({ service: 'x' }, logs), serviceOf({}, logs)], ['stock', 'x', ''])
})
