/** A platform of two rules, a routing and nothing else: no compose file, no traces, logs, outages, SLO or scripts. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { virtualPlatform } from '../../testing/virtual/virtual-platform.ts'
import { findTool } from '../../lab/tools/tools.ts'
import { main } from '../cli.ts'
import { planFor } from '../drill/plan-for.ts'
import { requestFrom } from '../drill/request.ts'
import { judge } from '../judge/judge.ts'
import type { CommandIo } from '../model/command-io.ts'
import { formats } from '../report/formats.ts'
import { pageOf } from '../report/page/make-page.ts'
import { summarise } from '../report/summarise.ts'
import { runDrill } from '../run/run.ts'
import { loadSpec } from '../spec/load.ts'

const FILES = {
  'firedrill.yaml': 'name: shop\n',
  'spec/platform.yaml':
    "because: what the shop promises\nscrape-interval: 15s\nscrape-timeout: 10s\nevaluation-interval: 15s\nresend-delay: 1m\ntargets: [{ job: shop, address: 'shop:8080' }]\nservices: [{ name: shop, job: shop, signals: [errors] }]\n",
  'spec/routing.yaml':
    'because: one pager\ngroup-by: [alertname, job]\ngroup-wait: 10s\ngroup-interval: 1m\nrepeat-interval: 4h\nreceivers: [{ name: pager, kind: webhook }]\nroutes: [{ receiver: pager }]\n',
  'spec/rules/shop-down.yaml':
    'alert: ShopDown\nbecause: the shop answers\ncondition: { kind: up, expr: \'up{job="shop"} == 0\' }\nfor: 1m\nlabels: { severity: critical }\nannotations: { summary: the shop is down }\nholds-for: { job: [shop] }\n',
  'spec/rules/shop-errors.yaml': `alert: ShopErrors
because: the shop answers well
condition:
  kind: ratio
  expr: |-
    sum by (job) (rate(requests_total{code=~"5.."}[2m])) / sum by (job) (rate(requests_total[2m])) > 0.05
for: 1m
labels: { severity: warning }
annotations: { summary: the shop fails }
holds-for: { job: [shop] }
experiments:
  - id: shop-fails
    title: A share of the requests fails
    because: the shop has a page that fails
    subject: { job: shop }
    quiet: { kind: level, level: 0.01, load: { scenario: requests, params: { service: shop, faultShare: 0.01, faultPath: /broken } } }
    fire: { level: 0.2, load: { scenario: requests, params: { service: shop, faultShare: 0.2, faultPath: /broken, faultExpect: 500 } } }
    injection: { title: more than 5 % fail, expr: 'sum(rate(requests_total{code=~"5.."}[1m])) / sum(rate(requests_total[1m])) > 0.05' }
    effects: ['shop:errors']
    observes: ['shop:errors']
`,
  'monitoring/prometheus.yml':
    "global: { scrape_interval: 15s, evaluation_interval: 15s, scrape_timeout: 10s }\nrule_files: [rules/shop.yml]\nalerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] }\nscrape_configs: [{ job_name: shop, static_configs: [{ targets: ['shop:8080'] }] }]\n",
  'monitoring/rules/shop.yml': `groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 1m
        labels: { severity: critical }
        annotations: { summary: the shop is down }
      - alert: ShopErrors
        expr: sum by (job) (rate(requests_total{code=~"5.."}[2m])) / sum by (job) (rate(requests_total[2m])) > 0.05
        for: 1m
        labels: { severity: warning }
        annotations: { summary: the shop fails }
`,
  'recordings/targets/shop.prom':
    '# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total{code="200"} 100\nrequests_total{code="500"} 1\n',
  'monitoring/alertmanager.yml':
    'route: { receiver: pager, group_by: [alertname, job], group_wait: 10s, group_interval: 1m, repeat_interval: 4h }\nreceivers: [{ name: pager, webhook_configs: [{ url: "http://drill:9199/pager" }] }]\n',
}

const root = mkdtempSync(join(tmpdir(), 'firedrill-two-rules-'))
after(() => rmSync(root, { recursive: true }))
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

async function firedrill(...argv: string[]): Promise<{ out: string; said: string; code: number }> {
  const result = { out: '', said: '', code: 0 }
  const io: CommandIo = {
    stdout: (text) => (result.out += text),
    stderr: (text) => (result.said += text),
    env: {},
    cwd: join(root, 'monitoring'),
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  result.code = await main(argv, io)
  return result
}

test('it lints, without a finding of what it does not have', async () => {
  const { out, said, code } = await firedrill('lint', '--format', 'json')
  assert.equal(said, '')
  const { findings } = JSON.parse(out) as { findings: { id: string; message: string }[] }
  assert.deepEqual(
    findings.map(({ id, message }) => `${id}: ${message}`),
    [],
  )
  assert.equal(code, 0)
})

test('a break of it is found, with its place', async () => {
  const rules = join(root, 'monitoring/rules/shop.yml')
  writeFileSync(rules, FILES['monitoring/rules/shop.yml'].replace('> 0.05', '> 0.5'))
  const { out, code } = await firedrill('lint')
  writeFileSync(rules, FILES['monitoring/rules/shop.yml'])
  assert.equal(code, 1)
  assert.match(out, /rules\/shop\.yml:10:.*0\.5/s)
})

test(
  'its rules and routing are simulated',
  { skip: findTool('promtool') === undefined || findTool('alertmanager') === undefined },
  async () => {
    const { out, said, code } = await firedrill('simulate')
    assert.equal(code, 0, `${out}${said}`)
    assert.match(out, /as specified: \d+ tests/)
  },
)

test('it is planned in real time, and listed with what every platform has', async () => {
  const planned = await firedrill('plan', '--real-time')
  assert.equal(planned.code, 0, planned.said)
  assert.match(planned.out, /shop-fails/)
  const listed = await firedrill('list')
  assert.equal(listed.code, 0, listed.said)
  assert.match(listed.out, /ShopDown[\s\S]*requests {2,}k6/)
  assert.doesNotMatch(listed.out, /error-burst|^outages/m)
  const run = await firedrill('run')
  assert.deepEqual([run.code, /which target\?.*TARGET_WHERE/.test(run.said)], [2, true], run.said)
  assert.match((await firedrill('run', '--target', 'lab')).said, /shop has no lab.*TARGET_NONE/s)
})

test('it is drilled and reported: no section is empty, and the rule without an experiment is not said to have passed', async () => {
  const { spec, problems } = await loadSpec(join(root, 'spec'))
  assert.deepEqual(problems, [])
  assert.ok(spec !== undefined)
  const made = planFor(spec, requestFrom({ realTime: true }), 'uninstrumented', { runs: [], nowMs: 0 })
  const { world, stop } = virtualPlatform(made, spec)
  const ended = await world.clock.drive(
    runDrill(made, spec, world, {
      runId: 'run-1',
      tool: 'test',
      target: 'local',
      components: {},
      signal: new AbortController().signal,
      steadyDeadlineMs: 90_000,
      derivedFields: null,
    }),
  )
  stop()
  assert.equal(ended, 'completed')
  const journal = { entries: world.entries, problems: [] }
  const verdicts = judge(journal)
  assert.deepEqual(
    verdicts.filter(({ status }) => status === 'fail').map((each) => `${each.subject} ${each.check}: ${each.observed}`),
    [],
  )
  assert.equal(verdicts.find(({ check }) => check === 'alert-fired')?.status, 'pass')
  const report = summarise(journal, verdicts)
  assert.ok(report.rules.find(({ alert }) => alert === 'ShopErrors'))
  const markdown = formats.markdown(report)
  assert.doesNotMatch(markdown, /^(#+) [^\n]*\n+(?=\1 |$(?![\s\S]))/m, 'a heading without a text below it')
  for (const absent of ['Traces', 'Logs', 'SLO', 'Outages', 'Dashboard']) assert.doesNotMatch(markdown, new RegExp(`^#+ .*${absent}`, 'mi'))
  const page = pageOf(journal, report, {})
  assert.ok(JSON.stringify(page).includes('ShopErrors'))
  for (const format of ['junit', 'json'] as const) assert.match(formats[format](report), /ShopErrors/)
})
