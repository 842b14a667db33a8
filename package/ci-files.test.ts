import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parse } from 'yaml'
import { toolFile } from '../verify/tool/tool-files.ts'

interface Step {
  name?: string
  id?: string
  run?: string
}
type Jobs = Record<string, { steps: Step[] }>

const workflow = (name: string): Step[] =>
  Object.values((parse(readFileSync(toolFile(`.github/workflows/firedrill-${name}.yml`), 'utf8')) as { jobs: Jobs }).jobs).flatMap(
    ({ steps }) => steps,
  )

/** Runs a step's shell as GitHub does, with an npx that writes down its words and ends with `code`. */
function shell(t: TestContext, script: string, env: Record<string, string> = {}, code = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill ci '))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/npx'), `#!/bin/sh\nprintf '%s|' "$@" >> "$CALLS"\necho >> "$CALLS"\nexit ${code}\n`, { mode: 0o755 })
  const files = Object.fromEntries(
    ['CALLS', 'GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(folder, name)]),
  )
  for (const file of Object.values(files)) writeFileSync(file, '')
  mkdirSync(join(folder, 'reports/new'), { recursive: true })
  mkdirSync(join(folder, 'reports/old'))
  writeFileSync(join(folder, 'reports/new/report.md'), '# the report\n')
  symlinkSync('new', join(folder, 'reports/latest'))
  const path = `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`
  const { status, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: path, RUNNER_TEMP: folder, FIREDRILL_PACKAGE: 'a package.tgz', TARGET: 'staging', CONFIRM: '', ...files, ...env },
  })
  const read = (name: string): string => readFileSync(files[name] ?? '', 'utf8')
  return {
    status,
    stderr,
    calls: read('CALLS').split('\n').slice(0, -1),
    output: read('GITHUB_OUTPUT'),
    summary: read('GITHUB_STEP_SUMMARY'),
    folder,
  }
}
const FIREDRILL = '--yes|--package=a package.tgz|firedrill|'
const stepOf = (steps: Step[], name: string): string => {
  const found = steps.find((step) => step.name === name || step.id === name)?.run
  assert.ok(found !== undefined, name)
  return found
}

test('the action hands over each line as one word, keeps the exit code and shows the report', (t) => {
  const { runs } = parse(readFileSync(toolFile('action.yml'), 'utf8')) as { runs: { steps: Step[] } }
  const script = stepOf(runs.steps, 'firedrill')
  const ran = shell(t, script, { FIREDRILL_COMMAND: 'run\n--only\n$(touch stolen) two words' }, 3)
  assert.equal(ran.status, 3, ran.stderr)
  assert.deepEqual(ran.calls, [`${FIREDRILL}run|--only|$(touch stolen) two words|`])
  assert.equal(ran.output, 'exit-code=3\n')
  assert.equal(ran.summary, '# the report\n')
})

test('pull request: lint and simulate as SARIF; a finding fails the step', (t) => {
  const steps = workflow('pull-request')
  assert.deepEqual(shell(t, stepOf(steps, 'lint')).calls, [`${FIREDRILL}lint|--format|sarif|`])
  assert.deepEqual(shell(t, stepOf(steps, 'simulate')).calls, [`${FIREDRILL}simulate|--format|sarif|`])
  assert.equal(shell(t, stepOf(steps, 'lint'), {}, 1).status, 1)
})

test('nightly: a drill in real time, confirmed only where that is asked for; then diff with the night before', (t) => {
  const steps = workflow('nightly')
  const drill = stepOf(steps, 'drill in real time')
  assert.deepEqual(shell(t, drill).calls, [`${FIREDRILL}run|--real-time|--target|staging|`])
  assert.deepEqual(shell(t, drill, { CONFIRM: 'my staging' }).calls, [`${FIREDRILL}run|--real-time|--target|staging|--confirm|my staging|`])
  assert.equal(shell(t, drill, {}, 1).status, 1)
  const diff = stepOf(steps, 'what changed since the last night')
  assert.deepEqual(shell(t, diff, { BEFORE: '' }).calls, [], 'the first night has none before it')
  assert.deepEqual(shell(t, diff, { BEFORE: 'reports/old' }).calls, [`${FIREDRILL}diff|reports/old|reports/latest|`])
  const coverage = shell(t, stepOf(steps, 'coverage'), {}, 1)
  assert.equal(coverage.status, 1)
  assert.deepEqual(coverage.calls, [`${FIREDRILL}coverage|--target|staging|--format|markdown|`])
})

test('release: the first rung that fails ends the gate', (t) => {
  const gate = stepOf(workflow('release'), 'lint, simulate and the drill')
  assert.deepEqual(
    shell(t, gate).calls.map((call) => call.slice(FIREDRILL.length)),
    ['lint|', 'simulate|', 'run|--target|staging|'],
  )
  const failed = shell(t, gate, {}, 1)
  assert.equal(failed.status, 1)
  assert.deepEqual(failed.calls, [`${FIREDRILL}lint|`])
})

test('no expression of GitHub stands in a shell: what others wrote would be run', () => {
  const action = parse(readFileSync(toolFile('action.yml'), 'utf8')) as { runs: { steps: Step[] } }
  const steps = [...['pull-request', 'nightly', 'release'].flatMap(workflow), ...action.runs.steps]
  assert.deepEqual(
    steps.filter(({ run = '' }) => run.includes('${{')),
    [],
  )
})

test('GitLab: each job calls the same commands', (t) => {
  const jobs = parse(readFileSync(toolFile('ci/gitlab.yml'), 'utf8')) as Record<string, { script?: string[] }>
  const calls = (job: string): string[] =>
    (jobs[job]?.script ?? [])
      .flatMap((line) => shell(t, line, { FIREDRILL_TARGET: 'staging' }).calls)
      .map((call) => call.slice(FIREDRILL.length))
  assert.deepEqual(calls('.firedrill-pull-request'), ['lint|--format|junit|', 'simulate|--format|junit|'])
  assert.deepEqual(calls('.firedrill-nightly'), ['run|--real-time|--target|staging|', 'coverage|--target|staging|'])
  assert.deepEqual(calls('.firedrill-release'), ['lint|', 'run|--target|staging|'])
})
