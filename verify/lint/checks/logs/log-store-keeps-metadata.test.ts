import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const LOKI = 'loki/loki.yml'
finds(
  'log-store-keeps-metadata',
  'refused, or without room in the schema',
  {
    file: LOKI,
    from: 'allow_structured_metadata: true',
    to: 'allow_structured_metadata: false',
    subject: 'limits_config',
    observed: 'trace_id',
  },
  { file: LOKI, from: 'allow_structured_metadata: true', to: '', observed: 'false by default before 3.0' },
  { file: LOKI, from: 'schema: v13', to: 'schema: v12', subject: 'schema_config', observed: 'v12 with tsdb: trace_id is not stored' },
  { file: LOKI, from: 'store: tsdb', to: 'store: boltdb-shipper', subject: 'schema_config' },
  {
    file: 'docker-compose.yaml',
    from: 'command: [-config.file=/etc/loki/loki.yml]',
    to: 'command: [-config.file=/etc/loki/loki.yml, -validation.allow-structured-metadata=false]',
    subject: 'limits_config',
  },
)
finds('log-store-keeps-metadata', 'limits of a tenant may be others', {
  file: LOKI,
  from: 'allow_structured_metadata: true',
  to: 'allow_structured_metadata: false\n  per_tenant_override_config: /etc/overrides.yml',
  severity: 'note',
})
passes(
  'log-store-keeps-metadata',
  'a schema that is being upgraded',
  LOKI,
  '    - from: "2024-01-01"',
  '    - { from: "2022-01-01", store: boltdb-shipper, object_store: filesystem, schema: v11, index: { prefix: old_, period: 24h } }\n    - from: "2024-01-01"',
)
passes('log-store-keeps-metadata', 'the value of a variable is not known', LOKI, 'schema: v13', 'schema: ${SCHEMA}')

const on = (texts: Awaited<ReturnType<typeof deployment>>['texts'], version: string) =>
  change(texts, 'docker-compose.yaml', 'grafana/loki:2.9.0', `grafana/loki:${version}`)
const ids = async (texts: Parameters<typeof lintOf>[0]): Promise<string[]> =>
  (await lintOf(texts, 'log-store-keeps-metadata')).findings.map(({ observed }) => observed)

test('from 3.0 on structured metadata is on by itself, and an older schema keeps Loki from starting', async () => {
  const { texts } = await deployment()
  const bare = change(texts, LOKI, 'allow_structured_metadata: true', '')
  assert.deepEqual(await ids(on(bare, '3.4.2')), [])
  assert.deepEqual(await ids(on(bare, 'latest')), [], 'an unknown version')
  assert.deepEqual(await ids(change(on(bare, '3.4.2'), LOKI, 'schema: v13', 'schema: v12')), ['v12 with tsdb: Loki 3 does not start'])
  assert.deepEqual(await ids(change(bare, LOKI, 'schema: v13', 'schema: v12')), [
    'false by default before 3.0: lines with trace_id are rejected',
  ])
})

test('a Promtail without structured metadata needs none', async () => {
  const { texts } = await deployment()
  const plain = change(texts, 'promtail/promtail.yml', /structured_metadata:/g, 'labels:')
  assert.deepEqual(await ids(change(plain, LOKI, 'allow_structured_metadata: true', 'allow_structured_metadata: false')), [])
  assert.deepEqual(await ids(change(change(plain, LOKI, 'allow_structured_metadata: true', ''), LOKI, 'schema: v13', 'schema: v11')), [])
})
