import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const id = 'containers-reach-each-other'
const REDIS = '    image: redis:7-alpine\n'
const LOKI = '    image: grafana/loki:2.9.0\n'

finds(
  id,
  'networks that have no service in common',
  { file: D, from: REDIS, to: `${REDIS}    networks: [back]\n`, subject: 'redis', expected: 'redis-exporter', observed: 'back' },
  { file: D, from: LOKI, to: `${LOKI}    networks: { back: {} }\n`, subject: 'loki', expected: 'grafana, promtail' },
  { file: D, from: LOKI, to: `${LOKI}    network_mode: none\n`, subject: 'loki', observed: 'network_mode: none', line: 'network_mode' },
)
finds(
  id,
  'one that is not started',
  { file: D, from: REDIS, to: `${REDIS}    profiles: [extra]\n`, subject: 'redis', observed: 'the profile extra', line: 'profiles' },
  { file: D, from: REDIS, to: `${REDIS}    deploy: { replicas: 0 }\n`, subject: 'redis', observed: 'no replica', line: 'replicas' },
  {
    file: D,
    from: '    image: grafana/promtail:2.9.0\n',
    to: '    image: grafana/promtail:2.9.0\n    profiles: [logs]\n',
    severity: 'warning',
    subject: 'promtail',
    line: 'profiles',
  },
)
finds(
  id,
  'extra_hosts',
  { file: D, from: REDIS, to: `${REDIS}    extra_hosts: ["notification-sink:127.0.0.1"]\n`, observed: '127.0.0.1', line: 'extra_hosts' },
  {
    file: D,
    from: '    image: oliver006/redis_exporter',
    to: '    extra_hosts: ["redis:192.0.2.1"]\n    image: oliver006/redis_exporter',
    observed: 'redis is 192.0.2.1',
    line: 'redis:192.0.2.1',
  },
)
passes(id, 'a network in common', D, REDIS, `${REDIS}    networks: [back, default]\n`)
passes(id, 'the same by mapping', D, REDIS, `${REDIS}    networks: { back: {}, default: {} }\n`)
passes(id, 'a profile of what nobody asks', D, 'services:\n', 'services:\n  debug:\n    image: alpine:3\n    profiles: [debug]\n')
passes(id, 'the network of another container', D, REDIS, `${REDIS}    network_mode: service:mysql\n`)

test(`${id}: a service that another file adds to is not judged by one of them`, async () => {
  const { texts } = await deployment()
  const changed = change(texts, D, REDIS, `${REDIS}    networks: [back]\n`)
  const text = 'services:\n  redis:\n    networks: [default]\n'
  const override = { file: 'docker-compose.override.yaml', path: 'docker-compose.override.yaml', text, lineOffset: 0, columnOffset: 0 }
  assert.equal((await lintOf(changed, id)).findings.length, 1)
  assert.equal((await lintOf([...changed, override], id)).findings.length, 0)
})

finds('containers-reach-each-other', 'published ports behind internal networks', {
  file: 'docker-compose.yaml',
  from: '\nvolumes:\n',
  to: '\nnetworks:\n  default: { internal: true }\n\nvolumes:\n',
  observed: 'publish ports that no one reaches',
  line: 'internal',
})
