import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../model/verdict.ts'
import { alter } from '../../testing/journals/honest-run.ts'
import { manyRules } from '../../testing/journals/many-rules.ts'
import { judgingTime } from '../../testing/journals/judging-time.ts'
import { judge } from './judge.ts'

const about = (verdicts: readonly Verdict[], subjects: readonly string[]): string[] =>
  verdicts.filter(({ subject }) => subjects.includes(subject)).map(({ check, status }) => `${check} ${status}`)

test('a rule among many is judged as it is alone', () => {
  const [alone, among] = [judge(manyRules(1)), judge(manyRules(40))]
  const wanted = about(alone, ['Probed0', 'probed0-broken'])
  assert.ok(wanted.length > 15 && wanted.filter((each) => each.endsWith(' pass')).length > 10, wanted.join())
  for (const i of [0, 7, 39]) assert.deepEqual(about(among, [`Probed${i}`, `probed${i}-broken`]), wanted)
})

test('one that is not notified is found among many, and it alone', () => {
  const silent = manyRules(40)
  const found = judge(
    alter(silent, 'notification', (entry) => (JSON.stringify(entry.body).includes('"Probed7"') ? undefined : entry)),
  ).filter(({ status }) => status === 'fail')
  assert.deepEqual(
    found.map(({ subject, check }) => `${subject} ${check}`),
    ['probed7-broken notification-delivered'],
  )
})

test('judging four times as many rules takes four times the CPU, not sixteen times', () => {
  const { few, many } = judgingTime(50)
  assert.ok(many / few < 8, `${few} ms, then ${many} ms`)
})
