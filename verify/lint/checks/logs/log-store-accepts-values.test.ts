import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'log-store-accepts-values'
const L = 'loki/loki.yml'

finds(
  ID,
  'a schema, a store, a date or a ring that Loki does not have',
  { file: L, from: 'schema: v13', to: 'schema: v14', observed: 'v14' },
  { file: L, from: 'store: tsdb', to: 'store: tsbd', observed: 'did you mean tsdb' },
  { file: L, from: 'object_store: filesystem', to: 'object_store: filesytem', observed: 'did you mean filesystem' },
  { file: L, from: '2024-01-01', to: '2024-13-01', observed: '2024-13-01' },
  { file: L, from: 'period: 24h', to: 'period: 12h', line: 'period: 12h' },
  { file: L, from: 'store: inmemory', to: 'store: inmem', line: 'inmem' },
)
passes(ID, 'the store of old, with its bucket', L, /object_store: filesystem|limits_config:/g, (text: string) =>
  text === 'limits_config:' ? 'storage_config:\n  aws: { bucketnames: logs }\n\nlimits_config:' : 'object_store: s3',
)

test(`${ID}: a key that the deployed version has no more`, async () => {
  const { texts } = await deployment()
  const old = change(texts, L, 'limits_config:', 'compactor:\n  shared_store: filesystem\n\nlimits_config:')
  assert.deepEqual((await lintOf(old, ID)).findings, [], '2.9 has it')
  const [found, ...more] = (await lintOf(change(old, 'docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/loki:3.1.0'), ID)).findings
  assert.deepEqual([found?.subject, found?.source.trim(), more], ['shared_store', 'shared_store: filesystem', []])
})

test(`${ID}: a store of a name of its own`, async () => {
  const { texts } = await deployment()
  const mine = change(texts, L, 'object_store: filesystem', 'object_store: mine')
  assert.equal((await lintOf(mine, ID)).findings.length, 1)
  const stores = 'storage_config:\n  named_stores: { filesystem: { mine: { directory: /loki } } }\n\nlimits_config:'
  assert.deepEqual((await lintOf(change(mine, L, 'limits_config:', stores), ID)).findings, [])
})

finds(
  ID,
  'a burst below its rate, more copies than members, a store without an address',
  {
    file: L,
    from: 'limits_config:',
    to: 'limits_config:\n  per_stream_rate_limit: 9MB\n  per_stream_rate_limit_burst: 1MB',
    severity: 'warning',
    observed: '1MB',
  },
  { file: L, from: 'replication_factor: 1', to: 'replication_factor: 3', line: 'replication_factor: 3' },
  { file: L, from: 'store: inmemory', to: 'store: consul', line: 'store: consul' },
)

finds(
  'log-store-accepts-values',
  'periods, buckets, retention',
  {
    file: 'loki/loki.yml',
    from: '    - from: "2024-01-01"',
    to: '    - { from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: { prefix: i_, period: 24h } }\n    - from: "2024-01-01"',
    expected: 'a day after 2024-01-01',
  },
  {
    file: 'loki/loki.yml',
    from: 'object_store: filesystem',
    to: 'object_store: s3',
    observed: 's3 without settings',
    line: 'object_store',
  },
  {
    file: 'loki/loki.yml',
    from: 'limits_config:\n',
    to: 'compactor: { retention_enabled: true, working_directory: /loki/c, delete_request_store: filesystem }\n\nlimits_config:\n  retention_period: 1h\n',
    observed: '1h',
  },
  { file: 'loki/loki.yml', from: 'limits_config:\n', to: 'limits_config:\n  max_query_length: 1m\n', observed: '1m', severity: 'warning' },
  {
    file: 'loki/loki.yml',
    from: 'limits_config:\n',
    to: 'limits_config:\n  max_entries_limit_per_query: 10\n',
    observed: '10',
    severity: 'warning',
  },
)

finds(
  ID,
  'a target, a stream or a table that Loki refuses',
  { file: L, from: 'server:\n', to: 'target: al\nserver:\n', observed: 'did you mean all?' },
  {
    file: L,
    from: 'limits_config:\n',
    to: "limits_config:\n  retention_stream: [{ selector: '{a=b}', priority: 1, period: 24h }]\n",
    observed: '{a=b}',
  },
  {
    file: L,
    from: 'limits_config:\n',
    to: 'limits_config:\n  retention_stream: [{ selector: \'{a="b"}\', priority: 1, period: 1h }]\n',
    expected: 'at least 24h',
  },
  {
    file: L,
    from: 'limits_config:\n',
    to: 'table_manager: { retention_deletes_enabled: true, retention_period: 25h }\nlimits_config:\n',
    expected: 'multiple',
  },
)

test(`${ID}: Loki 3 keeps requests for deletion`, async () => {
  const { texts } = await deployment()
  const three = change(texts, 'docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/loki:3.1.0')
  const found = async (more: string): Promise<string[]> => {
    const compactor = `compactor:\n  working_directory: /loki/c\n  retention_enabled: true\n${more}\nlimits_config:\n`
    return (await lintOf(change(three, L, 'limits_config:\n', compactor), ID)).findings.map(({ expected }) => expected)
  }
  assert.deepEqual(await found(''), ['delete_request_store beside it'])
  assert.deepEqual(await found('  delete_request_store: filesystem\n'), [])
})

finds(
  ID,
  'one process that does not find itself, or looks for more of its kind',
  { file: L, from: / {2}replication_factor: 1\n/, to: '', subject: 'common', expected: 'replication_factor: 1' },
  { file: L, from: 'replication_factor: 1', to: 'replication_factor: 0', observed: 'at least 1 live replicas' },
  { file: L, from: 'instance_addr: 127.0.0.1', to: 'instance_addr: 126.0.0.1', expected: '127.0.0.1' },
  { file: L, from: 'instance_addr: 127.0.0.1', to: 'instance_addr: warn', observed: 'warn' },
  { file: L, from: 'instance_addr: 127.0.0.1', to: 'instance_addr: prometheus', observed: 'prometheus' },
  { file: L, from: 'grpc_listen_port: 9096', to: 'grpc_listen_port: 0', subject: 'server' },
)
passes(ID, 'the name of its own service', L, 'instance_addr: 127.0.0.1', 'instance_addr: loki')
passes(ID, 'the address of an interface', L, 'instance_addr: 127.0.0.1', 'instance_addr: 127.0.1.1')
passes(ID, 'the form of old', L, / {2}replication_factor: 1\n([^]*?lifecycler:\n)/, '$1    ring: { replication_factor: 1 }\n', {
  file: L,
  from: 'schema: v13',
  to: 'schema: v14',
})
