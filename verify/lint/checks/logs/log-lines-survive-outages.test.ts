import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lint } from '../../lint.ts'
import { CHECKS } from '../../lint-checks.ts'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const LOKI = 'loki/loki.yml'
const PROMTAIL = 'promtail/promtail.yml'
const ID = 'log-lines-survive-outages'

finds(
  ID,
  'Loki without a log of its own, Promtail without patience',
  { file: LOKI, from: '  wal:\n', to: '  wal:\n    enabled: false\n', subject: 'ingester', observed: 'lost' },
  { file: PROMTAIL, from: 'max_retries: 120', to: 'max_retries: 2', subject: 'clients', observed: 'gives up after at most 1 s' },
  { file: PROMTAIL, from: 'max_retries: 120', to: 'max_retries: 1', observed: 'gives up after at most 0 s' },
  { file: PROMTAIL, from: 'min_period: 500ms', to: 'min_period: 20s', observed: 'first retry after at least 20 s' },
)
// 0.5, 1, 2, 4 s apart add up to 7.5 s, and up to 15 s: 6 s are outlasted. Three delays are 3.5 s to 7 s.
finds(ID, 'what the chance of the delays decides', {
  file: PROMTAIL,
  from: 'max_retries: 120',
  to: 'max_retries: 4',
  observed: 'with the shortest delays',
  severity: 'warning',
})
passes(ID, 'four delays outlast the outage', PROMTAIL, 'max_retries: 120', 'max_retries: 5')
passes(ID, 'for ever', PROMTAIL, 'max_retries: 120', 'max_retries: 0')
passes(ID, "Promtail's own patience", PROMTAIL, /\n\s+backoff_config:\n(?: {6}.*\n)+/, '\n')
finds(
  ID,
  'a checkpoint that is long in coming, before 3.3',
  { file: LOKI, from: 'checkpoint_duration: 10s', to: 'checkpoint_duration: 30m', observed: '1800 s', severity: 'warning' },
  { file: LOKI, from: 'checkpoint_duration: 10s', to: '', observed: '(default)', severity: 'note' },
)

const found = async (texts: Parameters<typeof lintOf>[0]): Promise<string[]> =>
  (await lintOf(texts, ID)).findings.map(({ severity }) => severity)

test('Loki from 3.3 on, or of an unknown version, may have any checkpoint_duration', async () => {
  const { texts } = await deployment()
  const late = change(texts, LOKI, 'checkpoint_duration: 10s', 'checkpoint_duration: 30m')
  for (const version of ['3.3.0', '3.10.1', 'latest', 'main-abc@sha256:0'])
    assert.deepEqual(await found(change(late, 'docker-compose.yaml', 'grafana/loki:2.9.0', `grafana/loki:${version}`)), [], version)
  assert.deepEqual(await found(change(late, 'docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/loki:v3.2.1')), ['warning'])
})

test('ingesters with copies of one another may do without a write-ahead log', async () => {
  const { texts } = await deployment()
  assert.deepEqual(
    await found(
      change(change(texts, LOKI, '  wal:\n', '  wal:\n    enabled: false\n'), LOKI, 'replication_factor: 1', 'replication_factor: 3'),
    ),
    ['warning'],
  )
})

test('where no outage of Loki is promised to be outlasted nothing is asked', async () => {
  const { texts, options } = await deployment()
  const impatient = change(change(texts, LOKI, '  wal:\n', '  wal:\n    enabled: false\n'), PROMTAIL, 'max_retries: 120', 'max_retries: 1')
  const outages = (options.spec.outages ?? []).map((outage) => ({
    ...outage,
    ...(outage.lines === undefined ? {} : { lines: 'may-be-lost' as const }),
  }))
  assert.deepEqual(
    lint(impatient, { ...options, spec: { ...options.spec, outages }, checks: CHECKS.filter(({ meta }) => meta.id === ID) }).findings,
    [],
  )
})
