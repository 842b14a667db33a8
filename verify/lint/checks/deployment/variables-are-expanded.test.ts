import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'variables-are-expanded'
const [P, T, L] = ['monitoring/prometheus.yml', 'promtail.yml', 'loki/loki.yml']

finds(
  ID,
  'a variable in a file that is read as it is written',
  { file: P, from: 'username: actuator', to: 'username: ${ACTUATOR_USER}', line: '${ACTUATOR_USER}' },
  { file: P, from: '"redis-exporter:9121"', to: '"${REDIS_EXPORTER:-redis-exporter:9121}"', observed: '${REDIS_EXPORTER}' },
  { file: T, from: 'http://loki:3100', to: 'http://${LOKI}:3100', expected: '-config.expand-env=true' },
  { file: L, from: 'path_prefix: /loki', to: 'path_prefix: ${LOKI_FOLDER}', subject: 'loki' },
)
passes(ID, 'what a match found', T, 'target_label: logstream', 'replacement: ${1}\n        target_label: logstream')
passes(ID, 'an external label, which a flag expands', P, 'global:', 'global:\n  external_labels: { cluster: "${CLUSTER}" }')

test(`${ID}: with the flag Loki replaces it`, async () => {
  const { texts } = await deployment()
  const named = change(texts, L, 'path_prefix: /loki', 'path_prefix: ${LOKI_FOLDER}')
  assert.equal((await lintOf(named, ID)).findings.length, 1)
  const flagged = change(
    named,
    'docker-compose.yaml',
    '-config.file=/etc/loki/loki.yml',
    '-config.file=/etc/loki/loki.yml, -config.expand-env=true',
  )
  assert.deepEqual((await lintOf(flagged, ID)).findings, [])
})
