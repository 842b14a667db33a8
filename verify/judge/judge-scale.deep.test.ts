import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../../testing/journals/honest-run.ts'
import { judgingTime } from '../../testing/journals/judging-time.ts'

test('judging is linear to 1,000 rules', () => {
  const { few, many } = judgingTime(250)
  assert.ok(many / few < 8, `${few} ms, then ${many} ms`)
})

for (const mutant of ['missing-notification', 'stray-alert', 'for-doubled'] as const) {
  test(`and where each of them fails (${mutant})`, () => {
    const { few, many } = judgingTime(250, () => run({ mutant }))
    assert.ok(many / few < 8, `${few} ms, then ${many} ms`)
  })
}
