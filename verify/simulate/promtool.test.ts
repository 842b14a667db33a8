import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readReport, runTool } from './promtool.ts'

test('failures are read back by test name', () => {
  const stdout =
    'Unit Testing:  t.yml\n\n  FAILED:\n    name: one,\n    alertname: A, time: 15s, \n        exp:[], \n        got:[\n            0:\n              Labels:{a="b"}\n            ]\n    name: two,\n    alertname: A, time: 30s, \n        exp:[], \n        got:[]\n    name: one,\n    alertname: A, time: 45s, \n        exp:[], \n        got:[]\n'
  const { failures, broken } = readReport({ code: 1, stdout, stderr: '' })
  assert.equal(broken, null)
  assert.deepEqual(
    [...failures].map(([name, blocks]) => [name, blocks.length]),
    [
      ['one', 2],
      ['two', 1],
    ],
  )
})

test('a file that cannot be used is no failed test, and a pattern that matches nothing is no success', () => {
  assert.match(readReport({ code: 1, stdout: '', stderr: '  FAILED:\nrules.yml: yaml: line 3' }).broken ?? '', /line 3/)
  assert.equal(
    readReport({
      code: 1,
      stdout: 'Unit Testing:  t.yml\n\n\n',
      stderr: '  FAILED:\nr.yml: yaml: unmarshal errors:\n  line 6: field fro not found in type rulefmt.RuleNode\n',
    }).broken,
    'r.yml: yaml: unmarshal errors:\nline 6: field fro not found in type rulefmt.RuleNode',
  )
  assert.match(
    readReport({ code: 0, stdout: 'SUCCESS', stderr: '  WARNING: no file match pattern rules.yml' }).broken ?? '',
    /no file match/,
  )
  assert.equal(readReport({ code: 0, stdout: 'SUCCESS', stderr: '' }).broken, null)
})

test('a program that does not end in time says nothing of the rules', async () => {
  const late = await runTool(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { timeoutMs: 50 })
  assert.equal(late.late, true)
  assert.deepEqual(readReport(late), { failures: new Map(), broken: null, late: true })
  assert.equal((await runTool(process.execPath, ['-e', 'process.exit(1)'])).late, undefined)
})
