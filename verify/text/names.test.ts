import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kebabCase, sameName } from './names.ts'

const KEBAB: Record<string, string> = {
  RedisHasNoClients: 'redis-has-no-clients',
  KafkaIsUp: 'kafka-is-up',
  PodOOMKilled: 'pod-oom-killed',
  HighCPU: 'high-cpu',
  JVMHeapHigh: 'jvm-heap-high',
  MySQLSlowQueries: 'mysql-slow-queries',
  MySQLDown: 'mysql-down',
  MongoDBIsDown: 'mongodb-is-down',
  RabbitMQQueueFull: 'rabbitmq-queue-full',
  P95TooHigh: 'p95-too-high',
  'Kafka is up!': 'kafka-is-up',
  'redis-killed': 'redis-killed',
}

for (const [name, expected] of Object.entries(KEBAB)) test(`${name} in kebab-case`, () => assert.equal(kebabCase(name), expected))

test('a name in kebab-case stays the same name', () => {
  for (const name of Object.keys(KEBAB)) assert.ok(sameName(name, kebabCase(name)), name)
  assert.ok(!sameName('KafkaIsUp', 'kafka-is-down'))
})
