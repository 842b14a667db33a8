import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Command } from 'commander'
import { fakeDeployment, group, shopAnswers, success } from '../../testing/init/fake-deployment.ts'
import type { FakeAnswer, FakeDeployment } from '../../testing/init/fake-deployment.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { loadSpec } from '../spec/load.ts'
import { formatError } from '../text/error-text.ts'
import { initCommand } from './init-command.ts'

interface Ran {
  code: number
  out: string
  err: string
}

interface Place {
  folder: string
  fake: FakeDeployment
  /** `init` in the folder, against the fake. */
  init: (...args: string[]) => Promise<Ran>
  /** Path and text of each file. */
  files: () => Record<string, string>
}

async function place(t: TestContext, change: Record<string, FakeAnswer> = {}, prefix = ''): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-init-'))
  const fake = await fakeDeployment({ ...shopAnswers(), ...change }, prefix)
  t.after(async () => {
    await fake.close()
    rmSync(folder, { recursive: true })
  })
  return {
    folder,
    fake,
    init: (...args) => run(folder, ...args),
    files: () =>
      Object.fromEntries(
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => statSync(join(folder, name)).isFile())
          .sort()
          .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      ),
  }
}

/** Tables and sentences wrap. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

async function run(cwd: string, ...args: string[]): Promise<Ran> {
  let [out, err] = ['', '']
  const io: CommandIo = {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    env: { TOKEN: 'a-secret-token' },
    cwd,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  try {
    await new Command('firedrill').addCommand(initCommand(io)).parseAsync(['init', ...args], { from: 'user' })
    return { code: io.exitCode, out, err }
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    return { code: error.exitCode, out, err: `${err}${formatError(error)}` }
  }
}

test('a running Prometheus and Alertmanager become a platform whose specification can be read', async (t) => {
  const { folder, fake, init, files } = await place(t)
  const { code, out } = await init('--prometheus', fake.url, '--alertmanager', fake.url, '--loki', fake.url, '--jaeger', fake.url)
  assert.equal(code, 0)
  assert.match(
    oneLine(out),
    /3 of 3 alerting rules of http.* \(version 2\.53\.1\), .*\(Alertmanager 0\.27\.0\).* are specified; for 3 a cause is proposed/,
  )
  assert.match(oneLine(out), /Loki has the labels container, level/)
  assert.match(out, /Jaeger has shop, payments/)
  assert.deepEqual(Object.keys(files()), [
    'firedrill.yaml',
    'monitoring/alertmanager.yml',
    'monitoring/prometheus.yml',
    'monitoring/rules/shop.yml',
    'recordings/targets/redis.prom',
    'recordings/targets/shop.prom',
    'spec/platform.yaml',
    'spec/routing.yaml',
    'spec/rules/redis-down.yaml',
    'spec/rules/shop-down.yaml',
    'spec/rules/shop-errors.yaml',
    'targets/deployed.yaml',
  ])
  const { spec, problems } = await loadSpec(join(folder, 'spec'))
  assert.deepEqual(problems, [])
  assert.deepEqual(
    spec?.rules.map(({ alert, forMs, keepFiringForMs, holdsFor, reviewed }) => [alert, forMs, keepFiringForMs, holdsFor, reviewed]),
    [
      ['RedisDown', 30_000, 0, { job: ['redis'] }, false],
      ['ShopDown', 60_000, 0, { job: ['shop'] }, false],
      ['ShopErrors', 300_000, 60_000, { job: ['shop'] }, false],
    ],
  )
  // What a cause would harm can be allowed by one line, a service that requests go to as well.
  assert.match(
    files()['targets/deployed.yaml'] ?? '',
    /^# parts:\n(?:#.*\n)*# {3}shop: \{ process: \{ recordFile: \S+ \} \} # firedrill adopt .*$/m,
  )
  assert.match(files()['spec/rules/shop-errors.yaml'] ?? '', /# Notifies: pager\n[^]*faultShare: 0\.15/)
  assert.match(files()['recordings/targets/shop.prom'] ?? '', /# TYPE shop_requests_total counter\nshop_requests_total\{code="200"\} 17\n$/)
  assert.ok(
    fake.requests.every(({ method }) => method === 'GET'),
    'nothing but GET',
  )
})

test('a second run changes nothing; what was changed by hand or reviewed is shown as a diff and never written', async (t) => {
  const { folder, fake, init, files } = await place(t)
  const args = ['--prometheus', fake.url, '--alertmanager', fake.url]
  await init(...args)
  const before = files()
  const again = await init(...args)
  assert.deepEqual(files(), before)
  assert.match(again.out, /0 files created, 0 rewritten, 12 unchanged, 0 not written/)

  const reviewed = join(folder, 'spec/rules/redis-down.yaml')
  writeFileSync(reviewed, (before['spec/rules/redis-down.yaml'] ?? '').replace('reviewed: false\n', ''))
  const rules = group('shop', [{ name: 'ShopDown', query: 'up{job="shop"} == 0', duration: 120 }])
  const redis = group('redis', [{ name: 'RedisDown', query: 'redis_up == 0', duration: 90, annotations: {} }])
  fake.answers['/api/v1/rules'] = success({ groups: [rules, redis] })
  const kept = files()
  const dry = await init(...args, '--dry-run')
  assert.deepEqual(files(), kept)
  assert.match(dry.out, /would rewrite: spec\/rules\/shop-down\.yaml\n {4}- for: 1m\n {4}\+ for: 2m\n/)
  const third = await init(...args)
  assert.equal(third.code, 0, third.err)
  assert.match(third.out, /rewritten: spec\/rules\/shop-down\.yaml\n {4}- for: 1m\n {4}\+ for: 2m\n/)
  assert.match(oneLine(third.out), /not written: spec\/rules\/redis-down\.yaml is reviewed, .*: - for: 30s \+ for: 1m30s rewritten/)
  assert.match(oneLine(third.out), /spec\/rules\/shop-errors\.yaml: no rule of its name is deployed \(any more\)/)
  assert.equal(files()['spec/rules/redis-down.yaml'], kept['spec/rules/redis-down.yaml'])
  assert.equal(files()['spec/rules/shop-errors.yaml'], before['spec/rules/shop-errors.yaml'])
  assert.match(files()['spec/rules/shop-down.yaml'] ?? '', /^for: 2m$/m)
})

test('of a recording that no person has edited it is not said that one has', async (t) => {
  const { folder, fake, init, files } = await place(t)
  const args = ['--prometheus', fake.url, '--alertmanager', fake.url]
  await init(...args)
  const file = 'recordings/targets/shop.prom'
  const older = (files()[file] ?? '').replaceAll('shop_requests_total', 'shop_answers_total')
  writeFileSync(join(folder, file), older)
  const { out } = await init(...args)
  assert.match(
    oneLine(out),
    /not written: recordings\/targets\/shop\.prom is recorded once \(delete it to record it anew\), .*- shop_answers_total/,
  )
  assert.equal(files()[file], older)
})

test('files of someone else are never overwritten, nor what a link leads to', async (t) => {
  const { folder, fake, init, files } = await place(t)
  mkdirSync(join(folder, 'monitoring'))
  mkdirSync(join(folder, 'spec'))
  writeFileSync(join(folder, 'monitoring/prometheus.yml'), 'mine: true\n')
  writeFileSync(join(folder, 'elsewhere.yaml'), 'of: someone else\n')
  symlinkSync(join(folder, 'elsewhere.yaml'), join(folder, 'spec/routing.yaml'))
  const { code, out } = await init('--prometheus', fake.url, '--alertmanager', fake.url)
  assert.equal(code, 0)
  assert.match(out, /not written: monitoring\/prometheus\.yml is reviewed, edited or of someone else/)
  assert.match(out, /not written: spec\/routing\.yaml/)
  assert.equal(files()['monitoring/prometheus.yml'], 'mine: true\n')
  assert.equal(files()['elsewhere.yaml'], 'of: someone else\n')
  assert.deepEqual(
    readdirSync(join(folder, 'spec')).filter((name) => name.startsWith('.')),
    [],
  )
})

test('files alone: what lies in a folder is specified, and named in firedrill.yaml', async (t) => {
  const { folder, init, files } = await place(t)
  mkdirSync(join(folder, 'deploy'))
  writeFileSync(join(folder, 'deploy/rules.yml'), 'groups: [{ name: g, rules: [{ alert: Down, expr: up == 0, for: 1m }] }]\n')
  const { code, out } = await init('deploy')
  assert.equal(code, 0)
  assert.match(out, /1 of 1 alerting rules of deploy are specified/)
  assert.match(out, /no Alertmanager configuration was read/)
  assert.match(files()['firedrill.yaml'] ?? '', /^monitoring: \[ deploy \]$/m)
  assert.equal(existsSync(join(folder, 'monitoring')), false)
  const { problems } = await loadSpec(join(folder, 'spec'))
  assert.deepEqual(problems, [])
})

test('a path prefix, a tenant and a token are used, and the token is neither shown nor sent elsewhere', async (t) => {
  const { fake, init, files } = await place(t, {}, '/prometheus')
  const other = await fakeDeployment(shopAnswers())
  t.after(() => other.close())
  const { code, out, err } = await init(
    '--prometheus',
    fake.url,
    '--alertmanager',
    other.url,
    '--tenant',
    'shop',
    '--bearer-token-env',
    'TOKEN',
  )
  assert.equal(code, 0, err)
  assert.ok(fake.requests.length > 5)
  for (const { path, headers } of fake.requests) {
    assert.match(path, /^\/prometheus\//)
    assert.deepEqual([headers['x-scope-orgid'], headers.authorization], ['shop', 'Bearer a-secret-token'])
  }
  assert.deepEqual(
    other.requests.map(({ headers }) => [headers['x-scope-orgid'], headers.authorization]),
    [[undefined, undefined]],
  )
  assert.doesNotMatch(`${out}${err}${JSON.stringify(files())}`, /a-secret-token/)
})

test('Mimir and Thanos have no configuration, flags or targets: intervals are those of the groups, and it is said', async (t) => {
  const gone = Object.fromEntries(
    ['config', 'flags', 'buildinfo'].map((name) => [`/api/v1/status/${name}`, { status: 404, body: 'not found' }]),
  )
  const { folder, fake, init, files } = await place(t, { ...gone, '/api/v1/targets': { status: 200, body: '<html>a page</html>' } })
  const { code, out } = await init('--prometheus', fake.url)
  assert.equal(code, 0)
  assert.match(out, /not read: \/api\/v1\/status\/config: 404/)
  assert.match(out, /not read: \/api\/v1\/targets: no JSON/)
  assert.match(out, /targets: no scrape target is known/)
  assert.match(files()['spec/platform.yaml'] ?? '', /^evaluation-interval: 15s$/m)
  assert.equal(existsSync(join(folder, 'monitoring/prometheus.yml')), false)
  assert.deepEqual((await loadSpec(join(folder, 'spec'))).problems, [])
})

test('a target without a sample is named with the reason that Prometheus gives: 3.x refuses a text without a type', async (t) => {
  const why = 'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target'
  const target = (job: string, instance: string, lastError: string): object => ({
    labels: { job, instance },
    scrapeUrl: `http://${instance}/metrics`,
    health: lastError === '' ? 'up' : 'down',
    lastError,
  })
  const { fake, init } = await place(t, {
    '/api/v1/targets': success({ activeTargets: [target('redis', 'redis-exporter:9121', ''), target('shop', 'shop:8080', why)] }),
    '/api/v1/query?scrape_samples_post_metric_relabeling': success({
      resultType: 'vector',
      result: [
        { metric: { job: 'shop', instance: 'shop:8080' }, value: [1_700_000_000, '0'] },
        { metric: { job: 'redis', instance: 'redis-exporter:9121' }, value: [1_700_000_000, '1'] },
      ],
    }),
  })
  const ran = await init('--prometheus', fake.url)
  assert.equal(ran.code, 0, ran.err)
  assert.ok(oneLine(ran.out).includes(`not recorded: shop: no target of it gave a sample (${why})`), ran.out)
})

test('Prometheus 2.30: no keepFiringFor, no intervals of targets', async (t) => {
  const rules = group('shop', [{ name: 'ShopDown', query: 'up{job="shop"} == 0', duration: 60, state: 'inactive', alerts: [] }])
  const old = { labels: { job: 'shop', instance: 'shop:8080' }, scrapeUrl: 'http://shop:8080/metrics', health: 'up', lastError: '' }
  const { folder, fake, init } = await place(t, {
    '/api/v1/rules': success({ groups: [rules] }),
    '/api/v1/targets': success({ activeTargets: [old], droppedTargets: [] }),
    '/api/v1/status/buildinfo': success({ version: '2.30.0' }),
  })
  assert.equal((await init('--prometheus', fake.url)).code, 0)
  const { spec } = await loadSpec(join(folder, 'spec'))
  assert.deepEqual(
    spec?.platform.targets.map(({ job, address }) => `${job} ${address}`),
    ['shop shop:8080', 'redis redis-exporter:9121'],
  )
})

/** What it is, what answers so, and what is said; nothing is written, and the exit code is 3. */
const BROKEN: [what: string, change: Record<string, FakeAnswer>, says: RegExp][] = [
  ['rules that are forbidden', { '/api/v1/rules': { status: 403, body: 'forbidden' } }, /\/api\/v1\/rules": 403 forbidden/],
  ['no token', { '/api/v1/rules': { status: 401, body: 'who?' } }, /401 who\?\. Which token/],
  ['a wrong prefix', { '/api/v1/rules': { status: 404, body: 'nothing' } }, /404 nothing\. Is the path prefix right/],
  ['a page in the place of JSON', { '/api/v1/rules': { body: '<html>sign in</html>' } }, /the answer is not JSON but "<html>sign in/],
  ['422', { '/api/v1/rules': { status: 422, body: { status: 'error', error: 'no rules here' } } }, /422 no rules here/],
  [
    'an answer that breaks off',
    { '/api/v1/rules': { body: { status: 'success', data: { groups: [] } }, cutAfter: 20 } },
    /\/api\/v1\/rules"/,
  ],
  ['an error in an answer of 200', { '/api/v1/rules': { body: { status: 'error', error: 'bad data' } } }, /bad data/],
  [
    'groups that are none',
    { '/api/v1/rules': success({ groups: [{ name: 'g', rules: [{ name: 'A' }] }] }) },
    /group 1 is none of Prometheus/,
  ],
  ['no groups', { '/api/v1/rules': success({}) }, /no list of groups/],
  [
    'rules of some stores alone',
    { '/api/v1/rules': success({ groups: [] }, { warnings: ['store b:10901 did not answer'] }) },
    /is a part of the answer: store b:10901/,
  ],
  [
    'a configuration that cannot be had now',
    { '/api/v1/status/config': { status: 500, body: 'disk is broken' } },
    /status\/config": 500 disk is broken/,
  ],
  [
    'a query that fails',
    { '/api/v1/query?scrape_samples_post_metric_relabeling': { status: 422, body: { status: 'error', error: 'too many samples' } } },
    /422 too many samples/,
  ],
  [
    'an Alertmanager that is none',
    { '/api/v2/status': { body: { hello: 1 } } },
    /\/api\/v2\/status": an answer that is none of Alertmanager/,
  ],
  ['an Alertmanager that fails', { '/api/v2/status': { status: 503, body: 'starting' } }, /\/api\/v2\/status": 503 starting/],
]
for (const [what, change, says] of BROKEN)
  test(`nothing is written and nothing concluded: ${what}`, async (t) => {
    const { fake, init, files } = await place(t, change)
    const { code, err, out } = await init('--prometheus', fake.url, '--alertmanager', fake.url)
    assert.match(err, says)
    assert.match(err, /INIT_UNANSWERED/)
    assert.deepEqual([code, out, files()], [3, '', {}])
  })

test('a server that is busy is asked again; one that is silent is given up, with its address', async (t) => {
  const { fake, init } = await place(t)
  const answer = fake.answers['/api/v1/rules']!
  let asked = 0
  Object.defineProperty(fake.answers, '/api/v1/rules', {
    get: () => (asked++ === 0 ? { status: 503, body: 'busy', headers: { 'retry-after': '0' } } : answer),
  })
  const { code, err } = await init('--prometheus', fake.url)
  assert.equal(code, 0)
  assert.match(err, /asked again 1 times after: 503 busy/)

  const silent = await place(t, { '/api/v1/rules': { body: '', silent: true } })
  const given = await silent.init('--prometheus', silent.fake.url, '--timeout', '300ms')
  assert.equal(given.code, 3)
  assert.match(given.err, /\/api\/v1\/rules": no answer within 300 ms/)
})

test('nothing to make it from, and a wrong address, are the command line', async (t) => {
  const { init, folder, fake } = await place(t)
  assert.match((await init()).err, /INIT_NOTHING/)
  assert.equal((await init()).code, 2)
  assert.equal((await init('--prometheus', 'localhost:9090')).code, 2)
  assert.equal((await init('--prometheus', fake.url, '--alertmanager', 'http://user:pass@am')).code, 2)
  assert.equal((await init('missing')).code, 2)
  writeFileSync(join(folder, 'empty.yml'), 'groups: []\n')
  assert.match((await init('empty.yml')).err, /INIT_NO_RULES/)
})

test('rules in bytes that are no text are said, and nothing is written', async (t) => {
  const { init, folder, files } = await place(t)
  writeFileSync(join(folder, 'rules.yml'), Buffer.from([0x67, 0x3a, 0x20, 0xff, 0xfe, 0x0a]))
  const { code, err } = await init('rules.yml')
  assert.equal(code, 3)
  assert.match(err, /rules\.yml.*not UTF-8|not UTF-8/s)
  assert.deepEqual(Object.keys(files()), ['rules.yml'])
})
