import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RuleSpec, Spec } from '../model/spec.ts'
import { compressExpr } from '../compress/compress.ts'
import { loadSpec } from '../spec/load.ts'
import { plan } from './make-plan.ts'
import { unnamedSideEffects } from './side-effects.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const leaves = (id: string) => (id.startsWith('kill-') ? 'down' : id.startsWith('pause-') ? 'hung' : undefined)

/** Beyond what the specification as it is already has. */
function found(of: Spec): string[] {
  const before = warningsOf(spec!)
  return warningsOf(of).filter((text) => !before.includes(text))
}

function warningsOf(of: Spec): string[] {
  return unnamedSideEffects(
    of,
    (of.outages ?? []).map(({ id }) => id),
    leaves,
  ).map((text) => text.split(' true (')[0] ?? '')
}

/** The specification with the named alert left out of every `may`. */
function without(alert: string): Spec {
  return {
    ...spec!,
    rules: spec!.rules.map((rule) => ({
      ...rule,
      experiments: rule.experiments.map((each) => ({ ...each, may: each.may.filter((ref) => ref.alert !== alert) })),
    })),
  }
}

function added(alert: string, of: string, condition: Partial<RuleSpec['condition']>): Spec {
  const copy = spec!.rules.find((rule) => rule.alert === of)
  assert.ok(copy !== undefined)
  return { ...spec!, rules: [...spec!.rules, { ...copy, alert, condition: { ...copy.condition, ...condition }, experiments: [] }] }
}

test('a killed part makes the rule true that reads what others report of it', () => {
  const ofMysqlKilled = (of: Spec): string[] => found(of).filter((text) => text.startsWith('mysql-killed '))
  const mysqlDown = added('DatabaseAway', 'RedisConnectionFailed', { expr: 'mysql_up == 0', value: 'mysql_up' })
  assert.deepEqual(ofMysqlKilled(mysqlDown), [
    'mysql-killed makes DatabaseAway {instance="mysqld-exporter:9104", job="mysqld-exporter", severity="critical"}',
  ])
  const named = {
    ...mysqlDown,
    rules: mysqlDown.rules.map((rule) => ({
      ...rule,
      experiments: rule.experiments.map((each) =>
        each.id === 'mysql-killed'
          ? { ...each, may: [...each.may, { alert: 'DatabaseAway', labels: { job: 'mysqld-exporter' }, because: 'it is down' }] }
          : each,
      ),
    })),
  }
  assert.deepEqual(ofMysqlKilled(named), [])
})

test('a killed and a hung part make a second rule on failing scrapes true, of outages as well', () => {
  const second = added('TargetMissing', 'ServiceDown', { expr: 'up < 1' })
  const ids = found(second).map((text) => text.split(' makes ')[0])
  assert.deepEqual([...new Set(ids)].sort(), [
    'collector-killed',
    'fluxpay-engine-killed',
    'mysqld-exporter-killed',
    'rate-limiter-killed',
    'redis-hung',
    'service-down',
  ])
  const [first] = spec!.outages ?? []
  assert.ok(first !== undefined)
  const outage: Spec = {
    ...spec!,
    outages: [{ ...first, id: 'exporter-killed', fault: { id: 'kill-process', target: 'redis-exporter', params: {} } }],
  }
  assert.deepEqual(found(outage), [
    'exporter-killed makes ServiceDown {instance="redis-exporter:9121", job="redis-exporter", severity="critical"}',
  ])
})

test('a rule with a lower threshold on the same value is true as well, one with a higher threshold is not', () => {
  const lower = added('RedisHalfFull', 'RedisHighMemory', {
    expr: 'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.5',
    threshold: 0.5,
  })
  assert.ok(found(lower).includes('redis-memory-filled makes RedisHalfFull {job="redis-exporter", severity="warning"}'))
  const higher = added('RedisFull', 'RedisHighMemory', {
    expr: 'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.95',
    threshold: 0.95,
  })
  assert.deepEqual(found(higher), [])
})

test('a level says nothing of a rule that asks for more by `and` or `unless`', async () => {
  const { spec: host } = await loadSpec(new URL('../../examples/host/spec', import.meta.url).pathname)
  assert.ok(host !== undefined)
  assert.deepEqual(unnamedSideEffects(host, [], leaves), [])
  const plain = host.rules.map((rule) =>
    rule.alert === 'WebsiteHangs' ? { ...rule, condition: { ...rule.condition, expr: 'probe_success{job="website"} == 0' } } : rule,
  )
  assert.match(unnamedSideEffects({ ...host, rules: plain }, [], leaves).join('\n'), /^website-killed makes WebsiteHangs .* true/m)
})

test('a fault that leaves its part up, and a rule that was true before, are no side effect', () => {
  assert.deepEqual(found(without('HighLatency')), [], 'what a slow answer does is not known from samples')
  assert.deepEqual(found(added('AlwaysTrue', 'ServiceDown', { expr: 'count(up) > 0', value: 'count(up)', comparator: '>' })), [])
})

test('a plan warns of all experiments, also of one whose turn it is not', () => {
  const mysqlDown = added('DatabaseAway', 'RedisConnectionFailed', { expr: 'mysql_up == 0', value: 'mysql_up' })
  const made = plan(mysqlDown, { speed: 15, compressExpr, leaves })
  assert.ok(made.experiments.every(({ id }) => id !== 'mysql-killed-forwarded'))
  assert.ok(
    made.warnings?.some((text) => text.startsWith('mysql-killed-forwarded makes DatabaseAway')),
    made.warnings?.join('\n'),
  )
  assert.equal(plan(spec!, { speed: 15, compressExpr, leaves }).warnings, undefined, 'the specification as it is')
})
