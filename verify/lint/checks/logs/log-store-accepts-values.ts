import { note, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { stores } from '../../../config/loki/loki-stores.ts'
import { parseInstant } from '../../../text/instant.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { matchesSelector } from '../../../logs/promtail-stages.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** https://grafana.com/docs/loki/latest/configure/#period_config */
const INDEX_STORES =
  'tsdb boltdb-shipper boltdb inmemory aws aws-dynamo gcp gcp-columnkey bigtable bigtable-hashed cassandra grpc-store'.split(' ')
const OBJECT_STORES = [...INDEX_STORES, ...'filesystem s3 gcs azure swift bos cos alibabacloud'.split(' ')]
const SCHEMAS = ['v9', 'v10', 'v11', 'v12', 'v13']
const RINGS = ['consul', 'etcd', 'inmemory', 'memberlist', 'multi']

/** Keys that Loki 3.0 has no more: https://grafana.com/docs/loki/latest/setup/upgrade/#300 */
const REMOVED: readonly (readonly string[])[] = [
  ['compactor', 'shared_store'],
  ['compactor', 'shared_store_key_prefix'],
  ['storage_config', 'boltdb_shipper', 'shared_store'],
  ['storage_config', 'boltdb_shipper', 'shared_store_key_prefix'],
  ['storage_config', 'tsdb_shipper', 'shared_store'],
  ['storage_config', 'tsdb_shipper', 'shared_store_key_prefix'],
  ['limits_config', 'enforce_metric_name'],
  ['chunk_store_config', 'max_look_back_period'],
]

export const check: Check = {
  meta: {
    id: 'log-store-accepts-values',
    needs: ['loki'],
    isRefusal: true,
    title: 'Loki accepts the values of its schema, stores and rings, and the keys of its version',
    failureTitle: 'Loki refuses a value or key and does not start',
    why: 'Loki ends with "unrecognized storage client", "invalid schema version" or "field shared_store not found" before it takes a line.',
    mend: 'In the Loki configuration, correct the value that the finding names.',
    example: 'schema_config:\n  configs: [{ from: "2024-01-01", store: tsbd, object_store: filesystem, schema: v13 }]',
  },
  *judge({ config, nowMs }) {
    for (const { root, version } of stores(config)) {
      const named = root.pairs('storage_config', 'named_stores').flatMap(([, kind]) => kind.pairs().map(([name]) => name))
      for (const period of root.items('schema_config', 'configs')) {
        const store = period.string('store') ?? ''
        yield* oneOf(period.get('schema'), SCHEMAS)
        yield* oneOf(period.get('store'), INDEX_STORES)
        yield* oneOf(period.get('object_store'), [...OBJECT_STORES, ...named])
        yield* date(period.get('from'))
        const table = period.get('index', 'period')
        if (/^(?:tsdb|boltdb-shipper)$/.test(store) && table?.string() !== undefined && table.durationMs() !== 86_400_000)
          yield remark('schema_config', table, `24h, all that ${store} knows`, table.string() ?? '')
      }
      yield* periods(root)
      yield* inFuture(root, nowMs)
      yield* withoutSettings(root)
      yield* retention(root)
      yield* narrow(root)
      yield* targets(root)
      yield* streams(root)
      yield* tables(root)
      if (version !== undefined && version >= 300) yield* deletions(root)
      for (const at of kvstores(root)) yield* oneOf(at, RINGS)
      yield* ring(root, config)
      for (const [rate, burst] of LIMITS) yield* limit(root, rate, burst)
      if (version !== undefined && version >= 300)
        for (const path of REMOVED) {
          const at = root.get(...path)
          if (at !== undefined)
            yield remark(path.at(-1) ?? '', at.keyPlace(), `no ${path.join('.')}`, `a key that Loki has no more since 3.0`)
        }
    }
  },
}

/** https://grafana.com/docs/loki/latest/get-started/components/ */
const TARGETS =
  'all read write backend distributor ingester querier query-frontend query-scheduler compactor ruler index-gateway table-manager ingester-querier memberlist-kv cache-generation-loader overrides-exporter pattern-ingester bloom-builder bloom-planner bloom-gateway bloom-compactor'.split(
    ' ',
  )

function* targets(root: Cursor): Generator<Remark> {
  const at = root.get('target')
  for (const target of (at?.string() ?? '').split(','))
    if (at !== undefined && target.trim() !== '' && !target.includes('$') && !TARGETS.includes(target.trim()))
      yield remark('target', at, `one of ${TARGETS.slice(0, 4).join(', ')}, ...`, `${target}${didYouMean(target, TARGETS)}`)
}

/** https://grafana.com/docs/loki/latest/operations/storage/retention/#configuring-the-retention-period */
function* streams(root: Cursor): Generator<Remark> {
  for (const stream of root.items('limits_config', 'retention_stream')) {
    const selector = stream.string('selector') ?? ''
    if (matchesSelector(selector, { labels: {}, line: '' }) === undefined)
      yield remark('retention_stream', stream.near('selector'), '{label="value"}, with the value in quotes', selector || 'none')
    const period = stream.durationMs('period')
    if (period !== undefined && period < 86_400_000)
      yield remark('retention_stream', stream.near('period'), 'a period of at least 24h', stream.string('period') ?? '')
  }
}

/** "retention period should now be a multiple of periodic table duration". */
function* tables(root: Cursor): Generator<Remark> {
  const at = root.get('table_manager')
  const kept = at?.durationMs('retention_period')
  const periods = root.items('schema_config', 'configs').flatMap((each) => each.durationMs('index', 'period') ?? [])
  const odd = periods.find((period) => kept !== undefined && period > 0 && kept % period !== 0)
  if (at !== undefined && odd !== undefined && at.bool('retention_deletes_enabled') === true)
    yield remark(
      'table_manager',
      at.near('retention_period'),
      `a multiple of the index period, ${odd / 3_600_000}h`,
      at.string('retention_period') ?? '',
    )
}

/** https://grafana.com/docs/loki/latest/setup/upgrade/#300: "compactor.delete-request-store should be configured when retention is enabled" */
function* deletions(root: Cursor): Generator<Remark> {
  const at = root.get('compactor')
  if (at?.bool('retention_enabled') === true && (at.string('delete_request_store') ?? '') === '')
    yield remark('compactor', at.near('retention_enabled'), 'delete_request_store beside it', 'none: Loki does not start since 3.0')
}

/** A burst is what one push may bring at once: with less than the rate, the rate is never reached. */
const LIMITS = [
  ['ingestion_rate_mb', 'ingestion_burst_size_mb'],
  ['per_stream_rate_limit', 'per_stream_rate_limit_burst'],
] as const

function* limit(root: Cursor, rate: string, burst: string): Generator<Remark> {
  const [most, once] = [rate, burst].map((key) => bytes(root.string('limits_config', key) ?? ''))
  if (most !== undefined && once !== undefined && once < most)
    yield warning(
      'limits_config',
      root.near('limits_config', burst),
      `at least ${rate}: ${root.string('limits_config', rate) ?? ''}`,
      root.string('limits_config', burst) ?? '',
    )
}

function bytes(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?$/i.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(unit.toUpperCase())
}

/** Of one process, which finds itself by it: that of another machine is none of its own. */
function* address(at: Cursor | undefined, store: string | undefined, workloads: Configuration['workloads']): Generator<Remark> {
  const text = at?.string() ?? ''
  const isOwn =
    /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0$|localhost$|\[?::1?\]?$)/.test(text) || /[a-z].*[.-]|\$/i.test(text)
  // By the name of its service, which is not known where there is no deployment.
  const loki = workloads.filter(({ name, image }) => /loki/.test(`${name} ${image}`))
  const isNamed = /^[a-z]/i.test(text) && (workloads.length === 0 || loki.some(({ name, container }) => [name, container].includes(text)))
  if (at !== undefined && store === 'inmemory' && text !== '' && !isOwn && !isNamed)
    yield remark('common', at, '127.0.0.1, for a ring in memory', `${text}: it sends lines to another machine`)
}

/** A ring in the memory of one process has one member; one in a store needs the address of the store. */
function* ring(root: Cursor, { workloads }: Configuration): Generator<Remark> {
  const kv = root.get('common', 'ring', 'kvstore')
  const store = kv?.string('store')
  const factor = root.get('common', 'replication_factor')
  const isElsewhere = root.has('memberlist') || root.get('ingester', 'lifecycler', 'ring', 'kvstore') !== undefined
  if (store === undefined && root.has('common') && !isElsewhere && !workloads.some(({ image }) => image.includes('consul')))
    yield warning(
      'common',
      root.get('common', 'ring') ?? root.near('common'),
      'ring.kvstore.store: inmemory for one process',
      'none: consul on localhost by default',
    )
  const old = root.get('ingester', 'lifecycler', 'ring', 'replication_factor')
  // https://grafana.com/docs/loki/latest/configure/#common
  const isFlag = workloads.some(({ args }) => args.some(({ value }) => /replication-factor/.test(value)))
  if (store === 'inmemory' && factor === undefined && old === undefined && !isFlag)
    yield remark(
      'common',
      root.near('common').keyPlace(),
      'replication_factor: 1, for a ring in memory',
      'none: 3 by default, and each push ends with "at least 2 live replicas required"',
    )
  if (factor !== undefined && factor.string() !== undefined && Number(factor.string()) < 1)
    yield remark('common', factor, '1 or more', `${factor.string() ?? ''}: each push ends with "at least 1 live replicas required"`)
  yield* address(root.get('common', 'instance_addr'), store, workloads)
  // The members of the ring are found under the port that is written.
  const port = root.get('server', 'grpc_listen_port')
  if (port?.string() === '0')
    yield remark('server', port, 'a port: 9095 is the default', '0: the process does not find itself, and takes no line')
  const lokis = workloads.filter(({ image }) => /(?:^|\/)loki(?::|@|$)/.test(image))
  if (factor !== undefined && store === 'inmemory' && Number(factor.string()) > 1 && lokis.length < 2)
    yield remark(
      'common',
      factor,
      '1: a ring in memory has one member',
      `${factor.string() ?? ''}: each push ends with "at least 2 live replicas required"`,
    )
  if (
    kv !== undefined &&
    (store === 'consul' || store === 'etcd') &&
    kv.string(store, store === 'consul' ? 'host' : 'endpoints') === undefined &&
    !kv.has(store)
  ) {
    const isThere = workloads.some(({ image, name }) => image.includes(store) || name.includes(store))
    if (!isThere)
      yield remark('common', kv.near('store'), `inmemory for one process, or ${store} with its address`, `${store}, which is not there`)
  }
}

function* oneOf(at: Cursor | undefined, known: readonly string[]): Generator<Remark> {
  const text = at?.string()
  if (at !== undefined && text !== undefined && !text.includes('$') && !known.includes(text))
    yield remark(at.key, at, `one of ${known.join(', ')}`, `${text}${didYouMean(text, known)}`)
}

function* date(at: Cursor | undefined): Generator<Remark> {
  const text = at?.string()
  if (at === undefined || text === undefined || text.includes('$')) return
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number)
  const leap = year !== undefined && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][(month ?? 0) - 1] ?? 0
  if (day === undefined || day < 1 || day > days) yield remark('from', at, 'a date: 2024-01-31', text)
}

function kvstores(at: Cursor, depth = 0): Cursor[] {
  if (depth > 8) return []
  return at.pairs().flatMap(([key, value]) => (key === 'kvstore' ? (value.get('store') ?? []) : kvstores(value, depth + 1)))
}

/** Each period goes from its day to that of the next. */
function* periods(root: Cursor): Generator<Remark> {
  const days = root.items('schema_config', 'configs').map((period) => period.get('from'))
  for (const [index, at] of days.entries()) {
    const before = days[index - 1]?.string()
    if (before !== undefined && at?.string() !== undefined && (at.string() ?? '') <= before)
      yield remark('schema_config', at, `a day after ${before}, where the period before begins`, at.string() ?? '')
  }
}

/** It starts, and answers each push with "no schema config found for time". A further period has to begin on a day to come. */
function* inFuture(root: Cursor, nowMs: number | undefined): Generator<Remark> {
  const [first] = root.items('schema_config', 'configs')
  const at = first?.get('from')
  const ms = parseInstant(`${at?.string() ?? ''}T00:00:00Z`)
  if (at !== undefined && nowMs !== undefined && ms !== undefined && ms > nowMs)
    yield remark(
      'schema_config',
      at,
      'a first day that is past',
      at.string() ?? '',
      'Loki has no schema for today: it refuses every line that is pushed',
    )
}

/** Where each kind of store has its bucket; without it Loki ends, or asks the metadata service of a cloud. */
const BUCKETS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  s3: [
    ['common', 'storage', 's3'],
    ['storage_config', 'aws'],
    ['storage_config', 'object_store'],
  ],
  gcs: [
    ['common', 'storage', 'gcs'],
    ['storage_config', 'gcs'],
  ],
  azure: [
    ['common', 'storage', 'azure'],
    ['storage_config', 'azure'],
  ],
  swift: [
    ['common', 'storage', 'swift'],
    ['storage_config', 'swift'],
  ],
}

function* withoutSettings(root: Cursor): Generator<Remark> {
  for (const period of root.items('schema_config', 'configs')) {
    const at = period.get('object_store')
    const places = BUCKETS[at?.string() ?? '']
    if (at !== undefined && places !== undefined && !places.some((path) => root.get(...path) !== undefined))
      yield remark(
        'schema_config',
        at,
        `${places.map((path) => path.join('.')).join(' or ')} with its bucket`,
        `${at.string() ?? ''} without settings`,
      )
  }
}

/** "retention period must be >= 24h". https://grafana.com/docs/loki/latest/operations/storage/retention/ */
function* retention(root: Cursor): Generator<Remark> {
  const at = root.get('limits_config', 'retention_period')
  const ms = root.durationMs('limits_config', 'retention_period')
  if (at !== undefined && root.bool('compactor', 'retention_enabled') === true && ms !== undefined && ms > 0 && ms < 86_400_000)
    yield remark('limits_config', at, '24h or more: Loki does not start', at.string() ?? '')
  // https://grafana.com/docs/loki/latest/operations/storage/retention/#retention-configuration
  const isKept = root.bool('compactor', 'retention_enabled') !== true && root.bool('table_manager', 'retention_deletes_enabled') !== true
  if (at !== undefined && isKept && ms !== undefined && ms > 0)
    yield note(
      'limits_config',
      at,
      'compactor.retention_enabled: true, which deletes after it',
      `${at.string() ?? ''}: lines are kept for ever`,
    )
}

/** What Grafana asks for by default: the last hour, 1,000 lines. */
function* narrow(root: Cursor): Generator<Remark> {
  for (const key of ['max_query_length', 'max_query_lookback']) {
    const at = root.get('limits_config', key)
    const ms = root.durationMs('limits_config', key)
    if (at !== undefined && ms !== undefined && ms > 0 && ms < 3_600_000)
      yield warning('limits_config', at, '1h or more, which Grafana asks for by default', at.string() ?? '')
  }
  const lines = root.get('limits_config', 'max_entries_limit_per_query')
  if (lines !== undefined && Number(lines.string()) > 0 && Number(lines.string()) < 1000)
    yield warning('limits_config', lines, '1000 or more, which Grafana asks for by default: it refuses the query', lines.string() ?? '')
}
