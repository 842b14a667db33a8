import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { problemOf, slipOf, unitsOf } from './run-tests.ts'

const RUNNER = fileURLToPath(new URL('run-tests.ts', import.meta.url))

test('pure files share a few processes, a room whole in one, those that wait a few others; what changes its process, and a deep one, has its own', () => {
  const starts = "import { spawn } from 'node:child_process'"
  const files = [
    { file: 'verify/plan/a.test.ts', text: 'four' },
    { file: 'verify/plan/b.test.ts', text: 'more' },
    { file: 'verify/plan/c.test.ts', text: "import { createServer } from 'node:http'" },
    { file: 'verify/plan/d.test.ts', text: starts },
    { file: 'verify/plan/e.deep.test.ts', text: '' },
    { file: 'verify/plan/f.test.ts', text: `${starts}\nprocess.env['A'] = ''` },
    { file: 'chaos/g.test.ts', text: 'one' },
    { file: 'chaos/drivers/p.test.ts', text: "import { fakeDocker } from '../../testing/chaos/fake-docker.ts'" },
    { file: 'verify/page/h.test.ts', text: '' },
    { file: 'lab/i.test.ts', text: 'a' },
    { file: 'lab/j.test.ts', text: "import { connect } from 'node:net'\nconst env = { ...process.env, A: process.env['B'] === 'c' }" },
    { file: 'qa/k.test.ts', text: "import { connect } from 'node:net'" },
    { file: 'qa/l.test.ts', text: "delete process.env['A']" },
    { file: 'verify/lint/m.test.ts', text: 'ab' },
    { file: 'qa/n.test.ts', text: 'a' },
    { file: 'monitoring/o.test.ts', text: 'b' },
  ]
  const units = unitsOf(files, 2)
  assert.deepEqual(
    units.map(({ name, files: together }) => [name, ...together]),
    [
      ['lab, live', 'lab/j.test.ts'],
      ['plan, live', 'verify/plan/c.test.ts', 'verify/plan/d.test.ts'],
      ['chaos/drivers, live', 'chaos/drivers/p.test.ts'],
      ['qa, live', 'qa/k.test.ts'],
      ['plan, chaos', 'verify/plan/a.test.ts', 'verify/plan/b.test.ts', 'chaos/g.test.ts'],
      ['lint, lab', 'verify/lint/m.test.ts', 'qa/n.test.ts', 'monitoring/o.test.ts', 'lab/i.test.ts'],
      ['verify/plan/e.deep.test.ts', 'verify/plan/e.deep.test.ts'],
      ['verify/plan/f.test.ts', 'verify/plan/f.test.ts'],
      ['verify/page/h.test.ts', 'verify/page/h.test.ts'],
      ['qa/l.test.ts', 'qa/l.test.ts'],
    ],
  )
  for (const bins of [1, 2, 9])
    assert.deepEqual(
      unitsOf(files, bins)
        .flatMap(({ files: together }) => together)
        .sort(),
      files.map(({ file }) => file).sort(),
      'each file once',
    )
})

test('a process that ended early, ran no test or failed outside of its tests is a failure', () => {
  const tally = { passed: 1, failed: 0, skipped: 0, files: {} }
  assert.equal(problemOf(0, tally), undefined)
  assert.equal(problemOf(1, { ...tally, failed: 1 }), undefined)
  assert.match(problemOf('SIGKILL', undefined) ?? '', /SIGKILL/)
  assert.match(problemOf(0, { ...tally, passed: 0 }) ?? '', /no test ran/)
  assert.match(problemOf(7, tally) ?? '', /ended with 7/)
})

/** Runs files as those of verify/text/. */
function runOf(files: Record<string, string>, t: TestContext, ...argv: string[]): { code: number | null; text: string } {
  const root = mkdtempSync(join(tmpdir(), 'firedrill-tests-'))
  t.after(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'verify/text'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{ "type": "module", "scripts": { "good": "exit 0", "bad": "exit 3" } }')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'verify/text', name), text)
  const env = { ...process.env, FIREDRILL_TESTS_ROOT: root, NODE_TEST_CONTEXT: undefined }
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUNNER, ...argv], { cwd: root, encoding: 'utf8', env })
  return { code: status, text: stdout + stderr }
}

const HEAD = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n"
const GOOD = `${HEAD}test('good', () => assert.ok(true))\n`

test('a process that does not end is killed, and the file that keeps it is named', (t) => {
  process.env['FIREDRILL_TESTS_LIMIT_S'] = '1'
  t.after(() => delete process.env['FIREDRILL_TESTS_LIMIT_S'])
  const { code, text } = runOf({ 'a.test.ts': GOOD, 'b.test.ts': `${GOOD}setInterval(() => {}, 1_000)\n` }, t)
  assert.equal(code, 1, text)
  // On a busy machine the other file may take a second as well: that it is not blamed is asserted below, of one that exits.
  assert.match(
    text,
    /✖ text: ended with SIGKILL, after 1 s without an end, before its tests were done\n(?: {2}verify\/text\/a\.test.*\n)? {2}verify\/text\/b\.test\.ts: ended with SIGKILL/,
  )
})

test('a failed test, an exception beside the tests and a file that cannot be loaded are counted and shown', (t) => {
  const failed = runOf({ 'a.test.ts': GOOD, 'b.test.ts': `${HEAD}test('bad', () => assert.equal(1, 2))\n` }, t)
  assert.equal(failed.code, 1)
  assert.match(failed.text, /✖ bad \(.*b\.test\.ts:3\)[\s\S]*1 passed, 1 failed in 2 files/)
  const thrown = runOf({ 'a.test.ts': GOOD, 'b.test.ts': `${GOOD}setTimeout(() => { throw new Error('later') }, 20)\n` }, t)
  assert.equal(thrown.code, 1, thrown.text)
  const unloadable = runOf({ 'a.test.ts': GOOD, 'b.test.ts': "import './nowhere.ts'\n" }, t)
  assert.equal(unloadable.code, 1, unloadable.text)
  const empty = runOf({ 'b.test.ts': '\n' }, t)
  assert.equal(empty.code, 1, empty.text)
  const ended = runOf({ 'a.test.ts': GOOD, 'b.test.ts': `${GOOD}setTimeout(() => process.exit(0), 0)\nawait new Promise(() => {})\n` }, t)
  assert.equal(ended.code, 1, ended.text)
  assert.match(ended.text, /✖ text: ended with 0 before its tests were done\n {2}verify\/text\/b\.test\.ts: ended with 0/)
  const beside = runOf({ 'a.test.ts': GOOD, 'b.test.ts': 'export const a = 1\n' }, t)
  assert.equal(beside.code, 1, beside.text)
  assert.match(beside.text, /✖ verify\/text\/b\.test\.ts: no test is in it/)
  const good = runOf({ 'a.test.ts': GOOD, 'b.test.ts': GOOD }, t, '--also', 'good', '--slow')
  assert.equal(good.code, 0)
  assert.match(
    good.text,
    /\d to +[\d.]+ s {2}good\n[\s\S]*\d CPU-s {2}verify\/text\/a\.test\.ts\n[\s\S]*3 passed, 0 failed in 2 files, \d+ s \(\d+ CPU-s, \d+ % of/,
  )
  const script = runOf({ 'a.test.ts': GOOD }, t, '--also', 'bad')
  assert.equal(script.code, 1)
  assert.match(script.text, /✖ bad: ended with 3: npm run bad/)
  const unknown = runOf({ 'a.test.ts': GOOD }, t, '--also', 'nowhere')
  assert.deepEqual([unknown.code, unknown.text], [2, 'package.json has no script nowhere\n'])
})

test('a path that chooses no test is named, with what to write instead', (t) => {
  const all = ['verify/plan/a.test.ts', 'verify/lint/b.deep.test.ts']
  assert.equal(slipOf('verify/plan', all, false), undefined)
  assert.equal(slipOf('', all, false), undefined)
  assert.equal(slipOf('verify/lint', all, true), undefined)
  assert.equal(slipOf('verify/lint', all, false), 'verify/lint has only deep tests: npm run test:deep, or --deep')
  assert.equal(slipOf('verify/plan/a.test.ts', all, true), 'verify/plan/a.test.ts has no deep tests: leave out --deep')
  assert.equal(
    slipOf('verify/lint/b.test.ts', all, false),
    'no tests in verify/lint/b.test.ts: there is verify/lint/b.deep.test.ts (with --deep)',
  )
  assert.match(slipOf('verify/pla', all, false) ?? '', /^no tests in verify\/pla: name a test file/)
  const { code, text } = runOf({ 'a.test.ts': GOOD }, t, 'verify/text/a.test.ts', 'verify/text/no-such.test.ts')
  assert.equal(code, 2, text)
  assert.match(text, /no tests in verify\/text\/no-such\.test\.ts/)
})
