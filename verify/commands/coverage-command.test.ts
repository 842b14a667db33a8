import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { serveWorld } from '../../testing/backtest/serve-world.ts'
import type { LoadedGroup } from '../model/journal.ts'
import { FiredrillError } from '../model/error.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { Coverage } from '../coverage/coverage.ts'
import { coverageCommand } from './coverage-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-coverage-'))
after(() => {
  rmSync(folder, { recursive: true })
})
const HOUR = 3_600_000
const now = Date.now()

const loaded = (name: string, severity: string): LoadedGroup['rules'][number] => ({
  name,
  query: 'up == 0',
  forMs: 60_000,
  keepFiringForMs: 0,
  labels: { severity },
  annotations: {},
  health: 'ok',
  lastError: '',
  type: 'alerting',
})
const GROUPS: LoadedGroup[] = [
  {
    name: 'g',
    file: 'f',
    intervalMs: 15_000,
    rules: [loaded('Drilled', 'critical'), loaded('Noisy', 'warning'), loaded('Silent', 'critical')],
  },
]

const reports = join(folder, 'reports')
mkdirSync(join(reports, 'run-7'), { recursive: true })
writeFileSync(
  join(reports, 'history.ndjson'),
  `${JSON.stringify({
    version: 2,
    runId: 'run-7',
    target: 'lab',
    experiments: ['one'],
    fired: [{ alert: 'Drilled', labels: { alertname: 'Drilled', severity: 'critical' }, atMs: now - 50 * HOUR }],
    speed: 15,
    startedMs: now - 50 * HOUR,
    outcome: 'pass',
    results: [{ experiment: 'one', alert: 'Drilled', outcome: 'pass', recipe: 'r', delays: [] }],
  })}\n`,
)
writeFileSync(
  join(reports, 'run-7', 'verdicts.json'),
  JSON.stringify([
    { subject: 'one', check: 'notification-delivered', status: 'pass' },
    { subject: 'one', check: 'resolved-notified', status: 'unknown' },
  ]),
)

async function run(args: string[], withServer = true): Promise<{ code: number; out: string; err: string }> {
  const timesMs = [now - 30 * HOUR]
  const world = new RecordedWorld(
    [{ metric: { __name__: 'ALERTS', alertname: 'Noisy', alertstate: 'firing', severity: 'warning' }, timesMs, values: [1] }],
    GROUPS,
  )
  const served = await serveWorld(world)
  let [out, err] = ['', '']
  const io: CommandIo = {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    env: {},
    cwd: folder,
    isTTY: false,
    color: false,
    columns: 140,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  try {
    await new Command('firedrill')
      .addCommand(coverageCommand(io))
      .parseAsync(['coverage', ...(withServer ? ['--prometheus', served.url] : []), ...args], { from: 'user' })
    return { code: io.exitCode, out, err }
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    return { code: error.exitCode, out, err: `${error.code} ${error.message} ${error.next ?? ''}` }
  } finally {
    await served.close()
  }
}

test('loaded rules by rung: of the drill by its verdicts, of service by ALERTS; what nothing has proven first', async () => {
  const ran = await run(['--reports', 'reports', '--format', 'json'])
  assert.equal(ran.code, 0, ran.err)
  const { rules } = JSON.parse(ran.out) as Coverage
  assert.deepEqual(
    rules.map(({ alert, proofs, inServiceMs }) => [alert, Object.keys(proofs), typeof inServiceMs]),
    [
      ['Silent', [], 'object'],
      ['Noisy', [], 'number'],
      ['Drilled', ['fired', 'delivered'], 'object'],
    ],
  )
  assert.equal(rules[2]?.proofs.fired?.by, 'run-7')
  assert.match((await run(['--reports', 'reports'])).out, /Drilled +critical +never +fired 2d, delivered 2d \(run-7\)/)
  assert.match((await run(['--reports', 'reports', '--format', 'badge'])).out, /alerts drilled: 0 of 3/)
})

test('--max-age: 1 when a rule of the severity was not drilled for so long', async () => {
  assert.equal((await run(['--reports', 'reports', '--max-age', '7d', '--severity', 'critical'])).code, 1)
  assert.equal((await run(['--reports', 'reports', '--max-age', '1d', '--severity', 'warning'])).code, 1)
  const ran = await run(['--reports', 'reports', '--max-age', '7d', '--severity', 'critical'])
  assert.match(ran.out, /older than 1w: Silent \(critical\), never fired in a drill/)
  assert.doesNotMatch(ran.out, /older than.*Drilled/)
  assert.equal((await run(['--reports', 'reports', '--max-age', '7d', '--severity', 'info'])).code, 0)
})

test('outputs of lint and backtest count for the rules that they judged', async () => {
  writeFileSync(
    join(folder, 'rules.yml'),
    'groups:\n  - name: g\n    rules:\n      - { alert: Silent, expr: up == 0, labels: { severity: critical } }\n      - { alert: Noisy, expr: up == 0, labels: { severity: warning } }\n',
  )
  writeFileSync(
    join(folder, 'lint.json'),
    JSON.stringify({
      findings: [
        { subject: 'Noisy', severity: 'error' },
        { subject: 'Silent', severity: 'note' },
      ],
    }),
  )
  writeFileSync(
    join(folder, 'backtest.json'),
    JSON.stringify({
      untilMs: now - HOUR,
      rules: [
        { alert: 'Silent', labels: { severity: 'critical' }, outcome: 'agrees' },
        { alert: 'Noisy', labels: { severity: 'warning' }, outcome: 'unknown' },
      ],
    }),
  )
  const ran = await run([
    '--reports',
    'reports',
    '--rules',
    'rules.yml',
    '--lint',
    'lint.json',
    '--backtest',
    'backtest.json',
    '--format',
    'json',
  ])
  const { rules } = JSON.parse(ran.out) as Coverage
  assert.deepEqual(
    rules.map(({ alert, proofs }) => [alert, Object.keys(proofs)]),
    [
      ['Silent', ['linted', 'backtested']],
      ['Noisy', []],
      ['Drilled', ['fired', 'delivered']],
    ],
  )
  const alone = await run(['--reports', 'reports', '--rules', 'rules.yml', '--lint', 'lint.json'], false)
  assert.deepEqual([alone.code, /in service is not known/.test(alone.out)], [0, true])
})

test('what cannot be read is said: no rules, no such output, a damaged history, a server that is not there', async () => {
  assert.deepEqual([(await run([], false)).code, (await run(['--rules', 'none.yml'], false)).code], [2, 2])
  writeFileSync(join(folder, 'no.json'), '{}')
  assert.match((await run(['--backtest', 'no.json'])).err, /COVERAGE_OUTPUT holds no list of rules/)
  assert.match((await run(['--lint', 'lint.json'])).err, /COVERAGE_LINT/)
  const gone = await run(['--prometheus', 'http://127.0.0.1:9'], false)
  assert.deepEqual([gone.code, /COVERAGE_UNANSWERED/.test(gone.err)], [3, true])
  const damaged = join(folder, 'damaged')
  mkdirSync(damaged)
  appendFileSync(join(damaged, 'history.ndjson'), '{"runId":\n')
  const half = await run(['--reports', 'damaged'])
  assert.deepEqual([half.code, /history\.ndjson:1 is damaged/.test(half.out)], [3, true])
})
