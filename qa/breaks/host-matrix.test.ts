import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { checks } from '../../verify/judge/drill-checks.ts'
import { select } from '../../verify/plan/select.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import { HOST_DRILLS } from './host-matrix.ts'

const HOST = new URL('../../examples/host/', import.meta.url)
const { spec, problems } = await loadSpec(new URL('spec', HOST).pathname)

test('eight things are broken, each of its own name', () => {
  assert.deepEqual(problems, [])
  const names = HOST_DRILLS.flatMap(({ breaks }) => breaks.map(({ name }) => name))
  assert.equal(new Set(names).size, 8)
  assert.deepEqual(
    HOST_DRILLS.filter(({ short }) => short).map(({ name }) => name),
    ['matcher-and-log'],
    'that of a build',
  )
})

for (const { only, breaks } of HOST_DRILLS)
  for (const { name, change, must, may, check, named, part } of breaks)
    test(`${name} breaks something that is there, and is looked for where its drill looks`, () => {
      assert.ok(spec)
      const { experiments, logs } = select(spec, only)
      const subjects = [...experiments.map(({ experiment }) => experiment.id), ...spec.rules.map(({ alert }) => alert), ...logs, 'drill']
      assert.ok(subjects.includes(must), `${must} is not drilled by --only ${only.join(' ')}`)
      assert.match(must, may)
      assert.ok(check === undefined || checks.some(({ meta }) => meta.id === check), check)
      assert.ok(!named.test(''), 'any verdict would do')
      assert.ok(part.length > 2, 'any headline would do')
      assert.ok('file' in change, 'a file of the platform')
      const before = readFileSync(new URL(change.file, HOST), 'utf8')
      assert.notDeepEqual(parse(before.replace(change.from, change.to)), parse(before))
    })
