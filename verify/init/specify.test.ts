import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FOREIGN_ROUTES, FOREIGN_RULES, NOT_EXPRESSED } from '../../testing/init/foreign-rules.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { generic } from '../../scenarios/generic/generic-scenarios.ts'
import { knownTo } from '../drill/read-spec.ts'
import { lint } from '../lint/lint.ts'
import { isOfASpecification } from '../lint/traps.ts'
import { CHECKS } from '../lint/lint-checks.ts'
import type { Spec } from '../model/spec.ts'
import { parseSpec } from '../spec/parse-spec.ts'
import type { Deployed, RunningTarget } from './deployed.ts'
import { specify } from './specify.ts'
import type { InitFile, Specified } from './specify.ts'

const KNOWN = { ...knownTo({ scripts: {} }), scenarios: Object.entries(generic).map(([id, { params }]) => ({ id, params })) }
const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const FOREIGN = [text('rules.yml', FOREIGN_RULES), text('alertmanager.yml', FOREIGN_ROUTES)]
const running = (job: string): RunningTarget => ({
  job,
  instance: `${job}:9100`,
  scrapeUrl: `http://${job}:9100/metrics`,
  scrapeIntervalMs: 15_000,
  scrapeTimeoutMs: 10_000,
})

function specified(texts: ConfigText[], change: Partial<Deployed> = {}): Specified {
  return specify({
    from: 'files',
    config: configure(texts),
    catalogue: { targets: [] },
    running: ['node', 'web', 'prometheus'].map(running),
    resendDelayMs: 60_000,
    evaluationIntervalMs: 60_000,
    runs: 'process',
    faults: new Set(KNOWN.faults?.map(({ id }) => id)),
    ...change,
  })
}

function read(files: readonly InitFile[]): Spec {
  const { spec, problems } = parseSpec(
    files.map(({ path, text: content }) => ({ file: path, text: content })),
    KNOWN,
  )
  assert.deepEqual(
    problems.map(({ message, place }) => `${place?.file}:${place?.line}: ${message}`),
    [],
  )
  assert.ok(spec !== undefined)
  return spec
}

/** What lint says of promises that differ from what is deployed. */
function drift(texts: ConfigText[], spec: Spec): string[] {
  const checks = CHECKS.filter(({ meta }) => isOfASpecification(meta.id) || meta.id === 'group-interval-matches')
  const { findings } = lint(texts, { spec, checks, catalogue: { targets: [] }, logLines: {} })
  return findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ id, subject, expected, observed }) => `${id} ${subject}: ${expected}, ${observed}`)
}

test('rules of other platforms, of each shape, are specified, and lint finds no drift but a limit that no specification has', () => {
  const { files, rows } = specified(FOREIGN)
  assert.ok(rows.length >= 60, `${rows.length} rules`)
  assert.deepEqual(
    rows.filter(({ file }) => file === undefined).map(({ alert, reasons }) => [alert, reasons]),
    [],
  )
  const spec = read(files)
  assert.equal(spec.rules.length, rows.length)
  assert.ok(spec.rules.every(({ reviewed }) => reviewed === false) && spec.routing.reviewed === false)
  assert.deepEqual(spec.routing.times, { nights: [{ minutes: [[1_320, 1_440]] }] })
  assert.deepEqual(drift(FOREIGN, spec), ['group-interval-matches monitoring: no limit, limit: 10'])
  // The comparison itself: a changed rule is drift.
  const changed = [
    text('rules.yml', FOREIGN_RULES.replace('redis_up == 0', 'redis_up == 1').replace('interval: 30s', 'interval: 5m')),
    FOREIGN[1]!,
  ]
  assert.deepEqual(drift(changed, spec), [
    'group-interval-matches node: 30s, 5m',
    'rule-condition-matches RedisDown: 0, 1',
    'group-interval-matches monitoring: no limit, limit: 10',
  ])
})

test('no cause is more than a comment; once it is none, the specification knows its fault, part and service', () => {
  const { files } = specified(FOREIGN)
  assert.ok(read(files).rules.every(({ experiments }) => experiments.length === 0))
  const uncommented = files.map(({ path, text: content }) => {
    const from = content.indexOf('# experiments:')
    return { path, text: from === -1 ? content : content.slice(0, from) + content.slice(from).replace(/^# /gm, '') }
  })
  assert.ok(read(uncommented).rules.filter(({ experiments }) => experiments.length === 1).length > 30)
})

test('the receivers of a rule are those of the route tree, nested and going on', () => {
  const { rows } = specified(FOREIGN)
  const of = (alert: string): string | undefined => rows.find((row) => row.alert === alert)?.receivers.join(' ')
  assert.equal(of('Watchdog'), 'null')
  assert.equal(of('RedisDown'), 'audit db-pager db-chat')
  assert.equal(of('HttpErrorShare'), 'audit web-pager')
  assert.equal(of('NodeMissing'), 'audit pager')
  assert.equal(of('NodeSwapping'), 'default')
})

for (const [alert, rule, reason] of NOT_EXPRESSED)
  test(`not expressed, with the reason: ${alert}`, () => {
    const texts = [text('rules.yml', `groups:\n  - name: g\n    rules:\n      - ${rule}\n      - { alert: Fine, expr: 'fine > 1' }\n`)]
    const { rows, files } = specified(texts)
    const row = rows.findLast((each) => each.alert === alert)
    assert.equal(row?.file, undefined)
    assert.match(row?.reasons.join() ?? '', reason)
    assert.ok(read(files).rules.some((each) => each.alert === 'Fine'))
  })

test('two rules of one name that differ in a label: the first is specified, the other is named', () => {
  const steps = ['warning', 'critical'].map(
    (severity, at) => `{ alert: DiskFull, expr: 'used > ${at + 8}0', labels: { severity: ${severity} } }`,
  )
  const texts = [text('rules.yml', `groups:\n  - name: g\n    rules:\n      - ${steps.join('\n      - ')}\n`)]
  const { rows, files } = specified(texts)
  assert.deepEqual(
    rows.map(({ file, reasons }) => [file, reasons.join()]),
    [
      ['spec/rules/disk-full.yaml', ''],
      [undefined, 'another rule of this name is specified, and a specification has one of each name'],
    ],
  )
  assert.deepEqual(drift(texts, read(files)), [])
})

test('the delivered files are specified without drift: targets with credentials, receivers, inhibition, compose', async () => {
  const { texts, options } = await deployment()
  const { files, rows } = specified(texts, { running: [], catalogue: options.catalogue })
  assert.equal(rows.length, 8)
  const spec = read(files)
  assert.deepEqual(spec.platform.targets, options.spec.platform.targets)
  assert.deepEqual(
    spec.rules.map(({ alert, holdsFor }) => [alert, holdsFor]).sort(),
    options.spec.rules.map(({ alert, holdsFor }) => [alert, holdsFor]).sort(),
  )
  // What the delivered files have wrong in themselves, or what only services say.
  const inThemselves = /^(?:agent-|prometheus-timeouts-fit)/
  assert.deepEqual(
    drift(texts, spec).filter((each) => !inThemselves.test(each)),
    [],
  )
})

test('jobs of all kinds: https, a token, a path, probes, discovery; what is no address is named', () => {
  const prometheus = `global: { scrape_interval: 30s, evaluation_interval: 30s }
scrape_configs:
  - { job_name: plain, static_configs: [{ targets: ['a:80', 'b:80'] }] }
  - { job_name: secret, scheme: https, metrics_path: /m, authorization: { credentials_file: t }, static_configs: [{ targets: ['c:443'] }] }
  - { job_name: probes, metrics_path: /probe, params: { module: [http] }, static_configs: [{ targets: ['https://shop.example/health'] }], relabel_configs: [{ source_labels: [__address__], target_label: __param_target }, { source_labels: [__param_target], target_label: instance }, { target_label: __address__, replacement: 'blackbox:9115' }] }
  - { job_name: blackbox, static_configs: [{ targets: ['blackbox:9115'] }] }
  - { job_name: pings, static_configs: [{ targets: ['8.8.8.8'] }] }
  - { job_name: found, scrape_interval: 10s, kubernetes_sd_configs: [{ role: service }] }
alerting: { alertmanagers: [{ static_configs: [{ targets: ['am:9093'] }] }] }
`
  const texts = [text('prometheus.yml', prometheus), text('rules.yml', `groups: [{ name: g, rules: [{ alert: Down, expr: 'up == 0' }] }]`)]
  const { files, others } = specified(texts, { running: [{ ...running('found'), scrapeUrl: 'http://10.0.0.7:8080/metrics' }] })
  const spec = read(files)
  assert.deepEqual(spec.platform.targets, [
    { job: 'plain', address: 'a:80' },
    { job: 'secret', address: 'c:443', path: '/m', scheme: 'https', auth: 'bearer' },
    { job: 'probes', address: 'https://shop.example/health', path: '/probe' },
    { job: 'blackbox', address: 'blackbox:9115' },
    { job: 'found', address: '10.0.0.7:8080', scrapeIntervalMs: 10_000 },
  ])
  assert.deepEqual(spec.rules[0]?.holdsFor, { job: ['plain', 'secret', 'probes', 'blackbox', 'found'] })
  assert.deepEqual(
    others.filter(({ what }) => what.startsWith('target')),
    [{ what: 'target pings', reason: 'its targets are no host:port (8.8.8.8)' }],
  )
  assert.deepEqual(drift(texts, spec), [])
})
