import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { randomRule } from '../../testing/backtest/random-rule.ts'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { serveWorld } from '../../testing/backtest/serve-world.ts'
import type { Serving } from '../../testing/backtest/serve-world.ts'
import { loadedGroup, selfSeries, simulate } from '../../testing/backtest/simulated-rule.ts'
import { Command } from 'commander'
import { FiredrillError } from '../model/error.ts'
import type { CommandIo } from '../model/command-io.ts'
import { backtestCommand } from './backtest-command.ts'

const FROM = 1_795_700_000_000
const UNTIL = FROM + 3_600_000
const TIME = ['--from', new Date(FROM).toISOString(), '--until', new Date(UNTIL).toISOString()]
const folder = mkdtempSync(join(tmpdir(), 'firedrill-backtest-command-'))
after(() => {
  rmSync(folder, { recursive: true })
})

interface Ran {
  code: number
  out: string
  err: string
  requests: { method: string; path: string; headers: Record<string, unknown> }[]
}

async function run(
  args: string[],
  {
    kind = 'honest',
    serving = {},
    env = {},
    url,
  }: { kind?: 'honest' | 'another-for'; serving?: Serving; env?: Record<string, string>; url?: string } = {},
): Promise<Ran> {
  const { rule } = randomRule(1, 11, FROM, UNTIL, [kind])
  const world = new RecordedWorld([...simulate(rule, FROM, UNTIL).series, ...selfSeries([], FROM, UNTIL)], [loadedGroup(rule)])
  const served = await serveWorld(world, serving)
  let [out, err] = ['', '']
  const io: CommandIo = {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    env,
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  try {
    await new Command('firedrill')
      .addCommand(backtestCommand(io))
      .parseAsync(['backtest', '--prometheus', url ?? served.url, ...args], { from: 'user' })
    return { code: io.exitCode, out, err, requests: served.requests }
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    io.stderr(`${error.code} ${error.message} ${error.next ?? ''}`)
    return { code: error.exitCode, out, err, requests: served.requests }
  } finally {
    await served.close()
  }
}

test('as recorded is 0, a rule that differs 1; text, Markdown and JSON; only the API is read', async () => {
  const good = await run(TIME)
  assert.equal(good.code, 0, good.out + good.err)
  assert.match(good.out, /Alert1 +as recorded/)
  assert.match(good.err, /1 of 1 rules/)
  assert.ok(good.requests.every(({ path }) => /^\/api\/v1\/(?:query|query_range|rules|status\/(?:buildinfo|runtimeinfo))$/.test(path)))
  const bad = await run([...TIME, '--format', 'json'], { kind: 'another-for' })
  assert.equal(bad.code, 1)
  const { rules } = JSON.parse(bad.out) as { rules: { outcome: string; differences: unknown[] }[] }
  assert.equal(rules[0]?.outcome, 'differs')
  assert.ok((rules[0]?.differences.length ?? 0) > 0)
  assert.match((await run([...TIME, '--format', 'markdown'])).out, /^# Backtest: .* UTC\n/)
})

test('a token from the environment or a file and a tenant are sent, and a token is never shown', async () => {
  const serving: Serving = {
    instead: ({ headers }, response) => headers['authorization'] !== 'Bearer hunter2' && refuse(response, headers['authorization']),
  }
  const file = join(folder, 'token')
  writeFileSync(file, 'hunter2\n')
  for (const args of [
    ['--bearer-token-env', 'TOKEN'],
    ['--bearer-token-file', file],
  ]) {
    const ran = await run([...TIME, ...args, '--tenant', 'shop'], { serving, env: { TOKEN: 'hunter2' } })
    assert.equal(ran.code, 0, ran.err)
    assert.ok(ran.requests.every(({ headers }) => headers['x-scope-orgid'] === 'shop'))
  }
  const wrong = await run([...TIME, '--bearer-token-env', 'TOKEN'], { serving, env: { TOKEN: 'swordfish' } })
  assert.equal(wrong.code, 3)
  assert.match(wrong.err, /BACKTEST_UNANSWERED.*401/)
  assert.doesNotMatch(wrong.err + wrong.out, /swordfish/)
  const unset = await run([...TIME, '--bearer-token-env', 'TOKEN'], { serving })
  assert.deepEqual([unset.code, unset.requests.length], [2, 0])
})

function refuse(response: Parameters<NonNullable<Serving['instead']>>[1], seen: unknown): true {
  response.writeHead(401)
  response.end(`no entry for ${String(seen)}`)
  return true
}

test('rules of files: the loaded one is compared, a changed one is asked what it would have done, a wrong one is refused', async () => {
  const { rule } = randomRule(1, 11, FROM, UNTIL, ['honest'])
  const rules = (name: string, expr: string, forMs: number): string =>
    JSON.stringify({
      groups: [
        {
          name: 'g',
          rules: [
            {
              alert: name,
              expr,
              for: `${forMs / 1_000}s`,
              ...(rule.keepFiringForMs > 0 ? { keep_firing_for: '2m' } : {}),
              labels: { severity: 'warning' },
            },
          ],
        },
      ],
    })
  writeFileSync(join(folder, 'same.yml'), rules('Alert1', 'signal_1 > 10', rule.forMs))
  writeFileSync(join(folder, 'changed.yml'), rules('Alert1', 'signal_1 > 13', rule.forMs))
  const same = await run([...TIME, '--rules', 'same.yml'])
  assert.equal(same.code, 0, same.out + same.err)
  assert.match(same.out, /as recorded/)
  const none = await run([...TIME, '--rules', 'same.yml', '--changed'])
  assert.deepEqual([none.code, /0 rules/.test(none.out)], [0, true])
  const changed = await run([...TIME, '--rules', 'changed.yml', '--changed'])
  assert.equal(changed.code, 0)
  assert.match(changed.out, /would have[^]*not as loaded: another expression/)
  const gone = await run([...TIME, '--rules', 'missing.yml'])
  assert.deepEqual([gone.code, /no such file/.test(gone.err)], [2, true])
})

test('an interrupted look back goes on from its progress file, with its time and its server alone', async () => {
  const file = join(folder, 'progress.ndjson')
  const { rule } = randomRule(1, 11, FROM, UNTIL, ['honest'])
  const world = new RecordedWorld([...simulate(rule, FROM, UNTIL).series, ...selfSeries([], FROM, UNTIL)], [loadedGroup(rule)])
  const served = await serveWorld(world)
  try {
    const first = await run([...TIME, '--resume', file], { url: served.url })
    const asked = served.requests.length
    const second = await run(['--since', '1h', '--resume', file], { url: served.url })
    assert.equal(second.out, first.out)
    assert.match(second.err, /answers are there already/)
    assert.equal(served.requests.length - asked, 3, 'the rules and what the server is')
    assert.doesNotMatch(readFileSync(file, 'utf8'), /authorization/i)
  } finally {
    await served.close()
  }
  const other = await run([...TIME, '--resume', file])
  assert.equal(other.code, 2)
  assert.match(other.err, /PROGRESS_INVALID/)
})

test('a command line that cannot be meant is 2, and nothing is asked', async () => {
  const cases: [string[], RegExp, string?][] = [
    [['--from', '2026-11-27T03:00:00Z', '--until', '2026-11-27T02:00:00Z'], /BACKTEST_WINDOW/],
    [['--changed'], /BACKTEST_CHANGED/],
    [['--rules', 'a.yml', '--spec', 'b'], /BACKTEST_RULES/],
    [['--try', 'fro=10m'], /TRY_INVALID.*did you mean for/],
    [['--target', 'target.yaml'], /BACKTEST_WHERE/],
    [[], /BACKTEST_URL.*credentials/, 'http://user:pass@127.0.0.1:9090'],
    [[], /BACKTEST_URL.*no http/, 'localhost:9090'],
    [['--bearer-token-file', 'nowhere'], /TOKEN_UNREADABLE/],
  ]
  for (const [args, message, url] of cases) {
    const ran = await run(args, url === undefined ? {} : { url })
    assert.deepEqual([ran.code, ran.requests.length], [2, 0], args.join(' '))
    assert.match(ran.err, message)
    assert.doesNotMatch(ran.err, /user:pass/)
  }
  const unknown = await run([...TIME, '--only', 'Alert2'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /did you mean Alert1/)
})
