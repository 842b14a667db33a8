import test from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { RE2JS } from 're2js'
import { parse } from 'yaml'
import { rewriteExpr } from '../verify/compress/expr.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const TRACE = 'e4b1f00dcafe4711beef00112233aabb'
const JVM_LINE = `{"@timestamp":"2026-11-22T14:35:47.123456Z","message":"GET /x 200","logger_name":"access","level":"INFO","trace_id":"${TRACE}","span_id":"0011223344556677"}`
const RUST_LINE = `2026-11-22T14:35:47.123456Z  INFO moalog_server::http: request method=GET path="/api/v1/articles?stamp=s-1" status=200 trace_id=${TRACE}`

interface Panel {
  title: string
  type: string
  targets?: { expr: string }[]
  fieldConfig?: { defaults: { thresholds?: { steps: { color: string; value: number | null }[] } } }
}
const dashboard = JSON.parse(read('grafana/dashboards/slo-dashboard.json')) as {
  uid: string
  panels: Panel[]
  templating: { list: { name: string; current: { value: string } }[] }
}
const panel = (title: string): Panel => dashboard.panels.find((candidate) => candidate.title === title) ?? assert.fail(`no panel ${title}`)

test('the derivedFields pattern finds the trace id in lines of either kind, and only there', () => {
  const { datasources } = parse(read('grafana/provisioning/datasources/datasources.yml')) as {
    datasources: { uid: string; jsonData: { derivedFields?: { matcherRegex: string; datasourceUid: string }[] } }[]
  }
  const field = datasources.find(({ uid }) => uid === 'loki')?.jsonData.derivedFields?.[0]
  assert.equal(field?.datasourceUid, 'jaeger')
  for (const line of [JVM_LINE, RUST_LINE, JVM_LINE.replaceAll('":"', '": "')])
    assert.equal(new RegExp(field.matcherRegex).exec(line)?.[1], TRACE, line)
  for (const line of ['no trace', `span_id=${TRACE}`, '"trace_id":""', 'trace_id=-'])
    assert.equal(new RegExp(field.matcherRegex).exec(line), null, line)
})

interface Stage {
  match?: { selector: string; stages: Stage[] }
  multiline?: { firstline: string }
  regex?: { expression: string }
  json?: { expressions: Record<string, string> }
  labels?: Record<string, null>
}
const stages = (service: string): Stage[] => {
  const {
    scrape_configs: [job],
  } = parse(read('promtail/promtail.yml')) as { scrape_configs: { pipeline_stages: Stage[] }[] }
  return (
    job?.pipeline_stages.find((stage) => stage.match?.selector.includes(service))?.match?.stages ?? assert.fail(`no stages for ${service}`)
  )
}
const firstline = (service: string): RE2JS =>
  RE2JS.compile(stages(service).find((stage) => stage.multiline !== undefined)?.multiline?.firstline ?? '')

test('stack traces stay with the line that begins them', () => {
  const jvm = firstline('rate-limiter')
  for (const line of [
    JVM_LINE,
    'Exception in thread "main" java.lang.Error',
    'Connection refused',
    'Can not',
    '[otel.javaagent 2026] started',
  ])
    assert.ok(jvm.matcher(line).find(), line)
  for (const line of ['\tat a.b.C(D.java:1)', 'Caused by: java.io.IOException', '\t... 3 more', '  indented', ''])
    assert.ok(!jvm.matcher(line).find(), line)
  const rust = firstline('moalog-server')
  for (const line of [
    RUST_LINE,
    "thread 'main' panicked at src/main.rs:2:5:",
    "thread 'tokio-runtime-worker' (4711) panicked at src/http.rs:9:1:",
  ])
    assert.ok(rust.matcher(line).find(), line)
  for (const line of [
    '   0: std::backtrace',
    'stack backtrace:',
    ')',
    'called `Option::unwrap()` on a `None` value',
    'note: run with `RUST_BACKTRACE=1`',
    '    caused by: connection refused',
  ])
    assert.ok(!rust.matcher(line).find(), line)
})

test('the regex stages take a Rust tracing line apart', () => {
  const [line, trace] = stages('moalog-server').flatMap((stage) =>
    stage.regex === undefined ? [] : [RE2JS.compile(stage.regex.expression)],
  )
  const fields = (text: string): (string | null)[] => {
    const matcher = line?.matcher(text) ?? assert.fail('no regex stage')
    assert.ok(matcher.find(), text)
    return ['timestamp', 'level', 'target', 'message'].map((name) => matcher.group(name) ?? null)
  }
  assert.deepEqual(fields(RUST_LINE).slice(0, 3), ['2026-11-22T14:35:47.123456Z', 'INFO', 'moalog_server::http'])
  assert.deepEqual(fields('2026-11-22T14:35:47Z ERROR request{id="1 2" n=3}: moalog_server::db: failed: Pool(\n  Inner\n)'), [
    '2026-11-22T14:35:47Z',
    'ERROR',
    'moalog_server::db',
    'failed: Pool(\n  Inner\n)',
  ])
  assert.deepEqual(fields('2026-11-22T14:35:47Z  WARN moalog_server: a: b'), ['2026-11-22T14:35:47Z', 'WARN', 'moalog_server', 'a: b'])
  assert.deepEqual(fields('2026-11-22T19:27:57.857839Z  WARN opentelemetry-otlp: name="Export.Failed.Exhausted" retries=3').slice(1, 3), [
    'WARN',
    'opentelemetry-otlp',
  ])
  const matcher = trace?.matcher(RUST_LINE) ?? assert.fail('no second regex stage')
  assert.ok(matcher.find())
  assert.equal(matcher.group('trace_id'), TRACE)
})

test('only level becomes a label', () => {
  for (const service of ['rate-limiter', 'moalog-server'])
    assert.deepEqual(
      stages(service).flatMap((stage) => Object.keys(stage.labels ?? {})),
      ['level'],
    )
})

test('every query of the dashboard is PromQL once Grafana has filled it in', () => {
  const variables = new Map(dashboard.templating.list.map(({ name, current }) => [name, current.value]))
  const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  assert.equal(queries.length, 10)
  for (const query of queries) {
    const filled = query.replaceAll('$__rate_interval', '1m').replace(/\$(\w+)/g, (whole, name: string) => variables.get(name) ?? whole)
    assert.equal(rewriteExpr(filled, 1).text, filled)
  }
})

test('colours turn at the SLO', () => {
  const turns = (title: string): (string | number | null)[][] =>
    panel(title).fieldConfig?.defaults.thresholds?.steps.map(({ color, value }) => [color, value]) ?? []
  assert.deepEqual(turns('Availability'), [
    ['red', null],
    ['green', 0.999],
  ])
  assert.deepEqual(turns('Latency p95'), [
    ['green', null],
    ['red', 0.5],
  ])
  assert.deepEqual(turns('Error rate'), [
    ['green', null],
    ['red', 0.001],
  ])
  assert.deepEqual(turns('Error budget'), [
    ['red', null],
    ['orange', 0],
    ['green', 25],
  ])
  assert.deepEqual(dashboard.panels.filter(({ type }) => type === 'gauge').length, 4)
})

test('dashboard, datasources and contact points fit together', () => {
  const { datasources } = parse(read('grafana/provisioning/datasources/datasources.yml')) as { datasources: { uid: string }[] }
  const uids = new Set(datasources.map(({ uid }) => uid))
  for (const [, uid = ''] of read('grafana/dashboards/slo-dashboard.json').matchAll(/"uid": "(\w+)"/g))
    assert.ok(uids.has(uid) || uid === dashboard.uid, uid)
  const { contactPoints } = parse(read('grafana/provisioning/alerting/contact-points.yml')) as { contactPoints: { name: string }[] }
  const {
    policies: [policy],
  } = parse(read('grafana/provisioning/alerting/notification-policies.yml')) as {
    policies: { receiver: string; routes: { receiver: string }[] }[]
  }
  const names = contactPoints.map(({ name }) => name)
  assert.deepEqual(names, ['default', 'critical', 'slack', 'discord'])
  assert.deepEqual(
    [policy?.receiver, ...(policy?.routes.map(({ receiver }) => receiver) ?? [])].filter((name) => !names.includes(name ?? '')),
    [],
  )
})
