import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const LOKI = 'loki/loki.yml'
const LIMITS = { file: LOKI, from: 'limits_config:\n' }
const limit = (line: string): { file: string; from: string; to: string } => ({ ...LIMITS, to: `limits_config:\n  ${line}\n` })

finds(
  'log-store-accepts-lines',
  'sizes and labels',
  { file: LOKI, from: /max_line_size: 256KB\n\s+max_line_size_truncate: true/, to: 'max_line_size: 300', observed: 'rejected above 300' },
  { file: LOKI, from: 'max_line_size: 256KB', to: 'max_line_size: 200B', observed: 'truncated after 200', severity: 'warning' },
  { ...limit('max_label_names_per_series: 3'), expected: 'container, ', observed: 'rejected above 3' },
  { ...limit('max_label_value_length: 12'), expected: 'moalog-rate-limiter', observed: 'rejected above 12' },
  { ...limit('max_label_name_length: 8'), expected: 'container', observed: 'rejected above 8' },
  { ...limit('max_global_streams_per_user: 2'), subject: 'limits_config', expected: 'streams' },
)
finds(
  'log-store-accepts-lines',
  'rates',
  {
    file: LOKI,
    from: 'ingestion_burst_size_mb: 32',
    to: 'ingestion_burst_size_mb: 0.0001',
    expected: 'one recorded line',
    observed: 'for all streams together',
  },
  {
    file: LOKI,
    from: /ingestion_rate_mb: 16\n\s+ingestion_burst_size_mb: 32/,
    to: 'ingestion_rate_mb: 0.0005\n  ingestion_burst_size_mb: 0.003',
    expected: '90 lines of the log flow',
    observed: 'for all streams together',
  },
  { file: LOKI, from: 'per_stream_rate_limit_burst: 32MB', to: 'per_stream_rate_limit_burst: 100B', observed: 'for one stream' },
  {
    file: LOKI,
    from: /per_stream_rate_limit: 8MB\n\s+per_stream_rate_limit_burst: 32MB/,
    to: 'per_stream_rate_limit: 512\n  per_stream_rate_limit_burst: 3KB',
    expected: '90 lines of the log flow',
  },
)
finds(
  'log-store-accepts-lines',
  'age',
  { ...limit('reject_old_samples_max_age: 5s'), expected: 'more than 12 s', observed: 'older than 5s' },
  { ...limit('max_query_lookback: 10s'), observed: 'no line older than 10s' },
  { ...limit('retention_stream: [{ selector: "{service=~\\".+\\"}", priority: 1, period: 1h }]'), observed: '1h: Loki does not start' },
)
finds('log-store-accepts-lines', 'limits of a tenant may be others', {
  ...limit('max_label_names_per_series: 3\n  per_tenant_override_config: /etc/overrides.yml'),
  severity: 'note',
})

for (const [what, line] of [
  [
    'limits as Loki 2.9 has them by default',
    'max_label_names_per_series: 30\n  max_label_value_length: 2048\n  reject_old_samples: true\n  reject_old_samples_max_age: 168h\n  max_query_lookback: 0s\n  max_global_streams_per_user: 5000\n  max_streams_per_user: 0\n  retention_period: 744h',
  ],
  ['old lines that are not rejected', 'reject_old_samples: false\n  reject_old_samples_max_age: 1s'],
  ['labels that just fit', 'max_label_names_per_series: 4'],
  ['a variable', 'max_label_names_per_series: ${LABELS}'],
] as const)
  passes('log-store-accepts-lines', what, LOKI, 'limits_config:\n', `limits_config:\n  ${line}\n`)

for (const [what, limits] of [
  ['no limits at all', ''],
  [
    'limits of Loki 3',
    'limits_config:\n  ingestion_rate_mb: 4\n  ingestion_burst_size_mb: 6\n  per_stream_rate_limit: 3MB\n  per_stream_rate_limit_burst: 15MB\n  max_line_size: 256KB\n  max_line_size_truncate: false\n  max_label_names_per_series: 15\n',
  ],
] as const) {
  passes('log-store-accepts-lines', what, LOKI, /limits_config:\n(?: .*\n|\n)+(?=analytics)/, limits)
}

test('what Promtail adds for a client counts, and service_name does not', async () => {
  const { texts } = await deployment()
  const tight = change(texts, LOKI, 'limits_config:\n', 'limits_config:\n  max_label_names_per_series: 4\n')
  const adds = async (label: string): Promise<string[]> =>
    (
      await lintOf(
        change(tight, 'promtail/promtail.yml', '    batchwait: 200ms', `    batchwait: 200ms\n    external_labels: { ${label}: x }`),
        'log-store-accepts-lines',
      )
    ).findings.map(({ subject }) => subject)
  assert.deepEqual(await adds('site'), ['rate-limiter, fluxpay-engine, moalog-server'])
  assert.deepEqual(await adds('service_name'), [])
  assert.deepEqual(await adds('container'), [], "the line's own label wins")
})

finds(
  'log-store-accepts-lines',
  'a rate of nothing',
  ...['ingestion_rate_mb', 'per_stream_rate_limit'].map((name) => ({
    file: 'loki/loki.yml',
    from: /limits_config:\n/,
    to: `limits_config:\n  ${name}: 0\n`,
    subject: 'limits_config',
    expected: `${name} above 0`,
  })),
)
