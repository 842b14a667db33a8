import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { PREMISES, refutedBy } from '../../testing/journals/honest-run.ts'
import { allWell } from '../../testing/journals/named-journal.ts'
import { judge } from './judge.ts'
import { checks } from './drill-checks.ts'

/** What passes in no recorded drill, and why; each is shown in the check's own test, on a journal made for it. */
const ELSEWHERE: Record<string, string> = {
  'repeat-works': 'repeat_interval outlasts the drill',
  'side-effects-fired': 'no experiment has a side effect that must fire',
}

const ALL_WELL = allWell()
const VERDICTS = judge(ALL_WELL)

for (const { meta } of checks.filter(({ meta: { id } }) => !(id in ELSEWHERE))) {
  test(`${meta.id} passes where all is well, and each of its passes can fail`, () => {
    const passed = VERDICTS.filter(({ check, status }) => check === meta.id && status === 'pass')
    assert.ok(passed.length > 0, 'no pass in the drill in which all is well')
    assert.deepEqual(
      passed.filter((verdict) => refutedBy(ALL_WELL, verdict) === undefined).map(({ subject }) => subject),
      [],
      'of these no alteration in testing/tampering/alterations.ts makes it fail',
    )
  })
}

test('what passes in no recorded drill passes and fails in its own test', () => {
  const folder = new URL('./checks/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  for (const id of Object.keys(ELSEWHERE)) {
    const own = readFileSync(new URL(files.find((file) => file.endsWith(`${id}.test.ts`)) ?? '', folder), 'utf8')
    for (const status of ['pass', 'fail']) assert.match(own, new RegExp(`'${status}'`), `${id}: ${status}`)
  }
})

test('a premise is a registered check', () => {
  for (const id of PREMISES)
    assert.ok(
      checks.some(({ meta }) => meta.id === id),
      id,
    )
})
