import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tryHold } from '../chaos/holder.ts'
import { Ledger, newLedgerFile } from '../chaos/ledger.ts'
import { main, workingFolder } from './cli.ts'
import { TOOL_ROOT } from './tool/tool-files.ts'
import type { CommandIo } from './model/command-io.ts'
import { toolVersion } from './drill/version.ts'
import { judgeRun } from './drill/judge-folder.ts'
import { ledgerFolder } from './targets/ledger-folder.ts'
import { run } from '../testing/journals/honest-run.ts'
import type { Journal } from './model/journal.ts'
import type { Plan } from './model/plan.ts'
import type { Verdict } from './model/verdict.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-cli-'))
// None of these command lines needs an installed program: without them the lint and simulate of a run that is refused end at once.
process.env['XDG_CACHE_HOME'] = folder
after(() => {
  rmSync(folder, { recursive: true })
})

interface Said {
  code: number
  out: string
  err: string
}

/** One command line as a person types it, in this process. */
async function type(line: string | string[], more: Partial<CommandIo> = {}): Promise<Said> {
  const said = { out: '', err: '' }
  const io: CommandIo = {
    stdout: (text) => {
      said.out += text
    },
    stderr: (text) => {
      said.err += text
    },
    env: { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: folder },
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
    ...more,
  }
  const code = await main(typeof line === 'string' ? line.split(' ') : line, io)
  return { code, ...said }
}

/** A recorded run as `firedrill run` leaves it, made of a simulated journal. */
async function recorded(name: string, journal: Journal = run()): Promise<string> {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'journal.ndjson'), journal.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  await judgeRun(path)
  return path
}

/** A copy of the project's specification with one file changed. */
function specWith(name: string, file: string, change: (text: string) => string): string {
  const path = join(folder, name)
  cpSync(fileURLToPath(new URL('./spec', import.meta.url)), path, { recursive: true, filter: (source) => !/\.ts$|fixtures/.test(source) })
  const changed = join(path, file)
  const before = readFileSync(changed, 'utf8')
  assert.notEqual(change(before), before, 'the change changes something')
  writeFileSync(changed, change(before))
  return path
}

test('an unknown command, flag or value is one message with what was meant, and exit code 2', async () => {
  for (const [line, said] of [
    ['rn', /unknown command 'rn'\n\(Did you mean run\?\)/],
    ['plan --ony redis-killed', /unknown option '--ony'\n\(Did you mean --only\?\)/],
    ['lab dwn', /unknown command 'dwn'\n\(Did you mean down\?\)/],
    ['report reports/latest --format pdf', /argument 'pdf' is invalid. Allowed choices are .*junit/],
    ['run --speed fast', /a number from 1 to 1000 is wanted/],
    ['run --budget-floor 101', /percent, at most 100, are wanted/],
    ['plan --seed -1', /a whole number from 0 is wanted/],
    ['judge', /missing required argument 'run'/],
  ] as const) {
    const { code, out, err } = await type(line)
    assert.match(err, said, line)
    assert.equal(code, 2, line)
    assert.equal(out, '', line)
  }
})

test('an observation takes no option that would touch something, starts no lab, and lasts minutes', async () => {
  for (const option of [
    '--speed 3',
    '--real-time',
    '--keep',
    '--dry-run',
    '--guard',
    '--budget-floor 20',
    '--monitoring m',
    '--thorough',
  ]) {
    const { code, err } = await type(`run --observe 5 ${option}`)
    assert.deepEqual([code, /cannot be used with option/.test(err)], [2, true], `${option}: ${err}`)
  }
  for (const minutes of ['0', '-1', 'ten', '1441']) {
    const { code, err } = await type(['run', `--observe=${minutes}`])
    assert.deepEqual([code, /at most 1440/.test(err)], [2, true], err)
  }
  const { code, err } = await type('run --observe')
  assert.equal(code, 3)
  assert.match(err, /no lab is up, and an observation starts none/)
})

test('--real-time and --speed exclude each other', async () => {
  for (const command of ['run', 'plan', 'start', 'lab up']) {
    const { code, err } = await type(`${command} --real-time --speed 3`)
    assert.match(err, /--real-time' cannot be used with option '--speed/, command)
    assert.equal(code, 2, command)
  }
})

test('help and version are answers, not errors', async () => {
  for (const line of ['--help', 'help', 'run --help', 'lab up --help']) {
    const { code, out, err } = await type(line)
    assert.match(out, /^Usage: firedrill/, line)
    assert.deepEqual([code, err], [0, ''], line)
  }
  const { code, out } = await type('--version')
  assert.equal(out, `${toolVersion()}\n`)
  assert.equal(code, 0)
})

test('package.json, CHANGELOG and what firedrill says of itself name one version', () => {
  const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8')
  assert.equal(/^## (\d+\.\d+\.\d+)/m.exec(changelog)?.[1], toolVersion())
})

test('a rule or experiment that is not there is named with the nearest one', async () => {
  for (const flag of ['--only', '--skip']) {
    const { code, err, out } = await type(`plan ${flag} RedisConectionFailed`)
    assert.match(err, /no alert.* is called "RedisConectionFailed".*\n.*Did you mean "redis-connection-failed"/)
    assert.deepEqual([code, out], [2, ''])
  }
})

test('a broken specification is told with file, line, column and a caret, on stderr alone', async () => {
  const spec = specWith('misspelt-key', 'rules/redis-connection-failed.yaml', (text) => text.replace('\nannotations:', '\nanotations:'))
  const { code, out, err } = await type(['plan', '--spec', spec])
  assert.match(
    err,
    /rules\/redis-connection-failed\.yaml:\d+:1: unknown key "anotations" \[SPEC_UNKNOWN_KEY\]\n {2}anotations:.*\n {2}\^+\n {2}.*"annotations"/,
  )
  assert.deepEqual([code, out], [2, ''])
  assert.match((await type('plan --spec nowhere')).err, /SPEC_FOLDER/)
})

test('a fault or scenario that the program does not have is refused before anything is touched', async () => {
  const fault = specWith('unknown-fault', 'rules/redis-connection-failed.yaml', (text) => text.replace('kill-process', 'kil-process'))
  const { code, err } = await type(['run', '--spec', fault])
  assert.match(
    err,
    /redis-connection-failed\.yaml:\d+:\d+: .*no fault is called "kil-process" \[SPEC_UNKNOWN_FAULT\]\n.*\n *\^+\n.*"kill-process"/,
  )
  assert.equal(code, 2)
  const scenario = specWith('unknown-scenario', 'rules/high-error-rate.yaml', (text) =>
    text.replaceAll('scenario: error-burst', 'scenario: eror-burst'),
  )
  assert.match((await type(['plan', '--spec', scenario])).err, /no scenario is called "eror-burst".*\n.*\n *\^+\n.*"error-burst"/)
})

test('a plan is on stdout, as a table or as JSON and nothing else', async () => {
  const { code, out, err } = await type('plan --only RedisConnectionFailed --format json')
  const plan = JSON.parse(out) as { experiments: { alert: string }[] }
  assert.deepEqual([...new Set(plan.experiments.map(({ alert }) => alert))], ['RedisConnectionFailed'])
  assert.deepEqual([code, err], [0, ''])
})

test('judge gives the verdicts that the run wrote, report and diff read the same folder', async () => {
  const good = await recorded('good')
  const judged = await type(['judge', good, '--format', 'json'])
  assert.equal(judged.out, readFileSync(join(good, 'verdicts.json'), 'utf8'))
  assert.ok((JSON.parse(judged.out) as Verdict[]).some(({ status }) => status === 'pass'))
  assert.equal((await type(['judge', good])).code, judged.code)
  assert.equal((await type(['report', good, '--format', 'junit'])).out, readFileSync(join(good, 'junit.xml'), 'utf8'))
  assert.equal((await type(['report', good])).out, readFileSync(join(good, 'report.md'), 'utf8'))
  assert.deepEqual(await type(['diff', good, good]), { code: 0, out: 'no verdict changed\n', err: '' })

  const late = await recorded('late', run({ mutant: 'for-doubled' }))
  const worse = await type(['diff', good, late, '--format', 'json'])
  assert.ok((JSON.parse(worse.out) as { after: string }[]).some(({ after: is }) => is === 'fail'))
  assert.equal(worse.code, 1)
  assert.equal((await type(['judge', late])).code, 1)
})

test('a run that is not there is said, with what to give', async () => {
  for (const line of ['judge reports/nowhere', 'report reports/nowhere', 'diff reports/nowhere reports/latest']) {
    const { code, out, err } = await type(line)
    assert.match(err, /reports\/nowhere holds no run \(no journal\.ndjson\) \[RUN_NOT_FOUND\]\n {2}Give a folder/)
    assert.deepEqual([code, out], [2, ''])
  }
})

test('a folder that holds a run is refused before the lab is started', async () => {
  const { code, out, err } = await type(['run', '--out', await recorded('taken')])
  assert.deepEqual([code, out], [2, ''])
  assert.match(err, /taken already holds a run \[RUN_EXISTS\]\n {2}Give another folder by --out\./)
  assert.doesNotMatch(err, /lab: starting/)
})

test('runs are looked for from where the person stands', async () => {
  await recorded('from-here')
  assert.notEqual((await type('judge from-here')).out, '')
})

test('colour only where it is wanted', async () => {
  const path = await recorded('colours', run({ mutant: 'for-doubled' }))
  const coloured = (text: string): boolean => text.includes('\u001b[')
  assert.equal(coloured((await type(['judge', path], { color: true })).out), true)
  assert.equal(coloured((await type(['judge', path], { color: false })).out), false)
  assert.equal(coloured((await type(['judge', path, '--no-color'], { color: true })).out), false)
  assert.equal(coloured((await type(['judge', path], { color: true, env: { NO_COLOR: '1' } })).out), false)
})

test('while a drill holds the lab it is neither changed nor taken down, unless forced', async () => {
  const env = { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: join(folder, 'held') }
  const dir = ledgerFolder('lab', env)
  mkdirSync(dir, { recursive: true })
  const held = await tryHold(dir, 'drill')
  for (const line of ['lab down', 'lab up --only redis']) {
    const { code, out, err } = await type(line, { env })
    assert.match(err, new RegExp(`a drill \\(pid ${process.pid}, since 2.* runs in the lab \\[LAB_IN_USE\\]`), line)
    assert.deepEqual([code, out], [3, ''], line)
  }
  assert.deepEqual(await type('lab down --force', { env }), { code: 0, out: 'no lab was up\n', err: '' })
  await held?.release()
})

/** What a drill leaves that was killed after it wrote its undo down. */
async function leave(env: NodeJS.ProcessEnv, recordFile: string, target = 'lab'): Promise<void> {
  const ledger = await Ledger.open(newLedgerFile(ledgerFolder(target, env)))
  await ledger.append({
    state: 'intended',
    id: recordFile,
    atMs: 1,
    subject: { fault: 'kill-process', target: 'redis', experiment: 'redis-killed' },
    undo: { driver: 'process', state: 'running', recordFile },
  })
  await ledger.append({ state: 'applied', id: recordFile, atMs: 1 })
  await ledger.close()
}

test('undo says what it undid, what it could not and how to give up; lab down undoes first', async () => {
  const env = { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: join(folder, 'left') }
  assert.deepEqual(await type('undo', { env }), { code: 0, out: 'nothing was left behind\n', err: '' })
  // The record of a part that no longer is: nothing is to be started again.
  await leave(env, join(folder, 'records/gone.json'))
  assert.deepEqual(await type('undo', { env }), { code: 0, out: 'undone: kill-process redis (experiment redis-killed)\n', err: '' })

  await leave(env, join(folder, 'records/gone.json'))
  assert.equal((await type('lab down', { env })).out, 'undone: kill-process redis (experiment redis-killed)\nno lab was up\n')

  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{')
  await leave(env, broken)
  const stuck = await type('undo', { env })
  assert.match(stuck.out, /^NOT undone: kill-process redis/)
  assert.match(stuck.err, /npm run firedrill -- undo --target lab\. .*npm run firedrill -- undo --forget --target lab/)
  assert.equal(stuck.code, 3)
  const drilled = await type('run --only RedisConnectionFailed', { env })
  assert.match(drilled.err, /LEFTOVER[\s\S]*npm run firedrill -- undo --forget/)
  assert.equal(drilled.code, 3)
  assert.equal((await type('undo --forget', { env })).code, 2, 'which one is gone?')
  const given = await type('undo --forget --target lab', { env })
  assert.match(given.out, /^forgotten: kill-process redis/)
  assert.equal(given.code, 0)
  assert.deepEqual(await type('undo', { env }), { code: 0, out: 'nothing was left behind\n', err: '' })
})

test('undo without a target looks at every ledger, and the advice names the target', async () => {
  const env = { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: join(folder, 'every') }
  await leave(env, join(folder, 'records/gone.json'))
  await leave(env, join(folder, 'records/gone.json'), 'compose')
  const broken = join(folder, 'broken-too.json')
  writeFileSync(broken, '{')
  await leave(env, broken, 'staging')
  const { code, out, err } = await type('undo', { env })
  const fault = 'kill-process redis (experiment redis-killed)'
  assert.match(out.replaceAll(fault, 'IT'), /^undone: IT\nundone: IT, target compose\nNOT undone: IT: .*, target staging\n$/)
  assert.match(err, /undo --target staging\./)
  assert.equal(code, 3)
})

test('undo on a target that nobody knows is an error, not "nothing was left"', async () => {
  const { code, err } = await type('undo --target stagin.yaml')
  assert.match(err, /"stagin.yaml".*\[TARGET_UNREADABLE\]/)
  assert.equal(code, 2)
})

test('options of the lab alone are refused for another target', async () => {
  const { code, err } = await type('run --target compose --monitoring x')
  assert.match(err, /BAD_OPTION/)
  assert.equal(code, 2)
  assert.equal(existsSync(join(folder, 'reports')), false)
})

/** Any path that exists: it is not asked. */
const COMPOSE = { HOME: folder, XDG_STATE_HOME: folder, MYSQL_ROOT_PASSWORD: 'x', DOCKER_HOST: `unix://${folder}` }

test('a Docker socket that is missing is an error before anything is asked', async () => {
  const { code, err } = await type('run --target compose', { env: { ...COMPOSE, DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
  assert.match(err, /no Docker engine at \/nowhere\/docker\.sock.*\[DOCKER_SOCKET\]/)
  assert.equal(code, 3)
})

test('a dry run prints what would be done, asks no source, and needs neither engine nor password', async () => {
  const { code, out } = await type('run --dry-run --target compose --only RedisConnectionFailed', {
    env: { HOME: folder, XDG_STATE_HOME: folder, DOCKER_HOST: 'unix:///nowhere/docker.sock', PROMETHEUS_PORT: '1' },
  })
  assert.match(out, /^dry run on compose: 2 faults/)
  assert.match(out, /fault kill-container redis \(container moalog-redis\)/)
  assert.equal(code, 0)
  assert.equal(existsSync(join(folder, 'reports')), false)
})

test('what Ctrl-C cuts off ends with 130 and says so', async () => {
  const { code, err } = await type('run --target compose', {
    signal: AbortSignal.abort(new Error('Ctrl-C')),
    env: { ...COMPOSE, PROMETHEUS_PORT: '1', ALERTMANAGER_PORT: '2' },
  })
  assert.equal(code, 130)
  assert.match(err, /127\.0\.0\.1:1/)
})

test('a game day without its target is said before anything is opened', async () => {
  const { code, out, err } = await type('gameday', { stdin: process.stdin })
  assert.match(err, /no lab is up \[LAB_DOWN\]/)
  assert.deepEqual([code, out], [3, ''])
})

test('plan and run take --thorough or a seed, not both, and the plan says whose turn it is and with which seed it is chosen again', async () => {
  const [first, second] = [await type('plan --seed 1'), await type('plan --seed 2')]
  assert.deepEqual([first.code, second.code], [0, 0])
  const turn = (text: string): string => /^in turn +(\S+) of \d+ experiments/m.exec(text)?.[1] ?? ''
  assert.notEqual(turn(first.out), turn(second.out))
  assert.match(first.out, new RegExp(`^${turn(first.out)} `, 'm'))
  assert.doesNotMatch(second.out, new RegExp(`^${turn(first.out)} `, 'm'))
  assert.equal((await type('plan --seed 1')).out, first.out)
  const drawn = await type('plan --format json')
  const { seed, turn: chosen } = JSON.parse(drawn.out) as Plan
  assert.deepEqual((JSON.parse((await type(`plan --seed ${seed} --format json`)).out) as Plan).turn?.chosen, chosen?.chosen)
  assert.match((await type('plan --thorough')).out, /^in turn +all of \d+/m)
  for (const command of ['plan', 'run']) {
    const { code, err } = await type(`${command} --thorough --seed 1`)
    assert.equal(code, 2)
    assert.match(err, /--thorough.*--seed|--seed.*--thorough/)
  }
})

test('npm run says where it was typed; below the script of another project, its own folder counts', () => {
  assert.equal(workingFolder(TOOL_ROOT, '/srv/shop'), '/srv/shop')
  assert.equal(workingFolder(TOOL_ROOT, undefined), TOOL_ROOT)
  assert.equal(workingFolder('/srv/shop/ops', '/srv/shop'), '/srv/shop/ops')
})
