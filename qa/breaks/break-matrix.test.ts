import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { LAB_PARTS } from '../../lab/parts/lab-parts.ts'
import { checks } from '../../verify/judge/drill-checks.ts'
import { select } from '../../verify/plan/select.ts'
import { loadSpec } from '../../verify/spec/load.ts'
import { DRILLS, ON_COMPOSE, pathOf, type Change, type Edit } from './break-matrix.ts'

const { spec } = await loadSpec(new URL('../../verify/spec', import.meta.url).pathname)
const subjects = (only: string[]): string[] => {
  assert.ok(spec)
  const { experiments, traces, logs, outages } = select(spec, only)
  // Every rule is looked at in steady state, drilled or not.
  const rules = experiments.length === 0 ? [] : spec.rules.map(({ alert }) => alert)
  return [...experiments.map(({ experiment }) => experiment.id), ...rules, ...traces, ...logs, ...outages, 'drill']
}
const breaks = DRILLS.flatMap((drill) => drill.breaks.map((each) => ({ ...each, drill })))

test('every switch of the stand-ins is a row', () => {
  const readme = readFileSync(new URL('../../lab/services/README.md', import.meta.url), 'utf8')
  const switches = new Set(readme.match(/LAB_[A-Z_]+/g))
  const set = new Set(breaks.flatMap(({ change }) => ('part' in change ? Object.keys(change.env) : [])))
  assert.ok(switches.size > 0)
  assert.deepEqual(
    [...switches].filter((name) => !set.has(name)),
    [],
  )
})

test('names are unique, and some drills are short enough for a build', () => {
  const names = [...DRILLS, ...breaks, ...DRILLS.flatMap(({ refusal }) => refusal ?? [])].map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  assert.ok(DRILLS.some(({ short }) => short === true))
})

for (const { name, change, must, may, check, named, part, drill } of breaks) {
  test(`${name} breaks something that is there, and is looked for where its drill looks`, () => {
    assert.ok(subjects(drill.only).includes(must), `${must} is not drilled by --only ${drill.only.join(' ')}`)
    assert.match(must, may)
    assert.ok(check === undefined || checks.some(({ meta }) => meta.id === check), check)
    assert.ok(!named.test(''), 'any verdict would do')
    assert.ok(part.length > 2, 'any headline would do')
    changes(change)
  })
}

test('what is broken in a file that another version does not read is broken in the one that it reads', () => {
  const file = new URL('../../lab/versions/current.yaml', import.meta.url)
  const { parts } = parse(readFileSync(file, 'utf8')) as { parts: Record<string, { config?: string }> }
  for (const { name, change } of breaks) {
    if (!('file' in change)) continue
    const own = parts[change.file.split('/')[0] ?? '']?.config
    assert.equal(change.current?.file, own === undefined ? undefined : `lab/versions/${own}`, name)
  }
})

test('ten are broken on compose, in files that its containers are made of', () => {
  assert.equal(new Set(ON_COMPOSE).size, 10)
  const compose = parse(readFileSync(new URL('../../docker-compose.yaml', import.meta.url), 'utf8')) as { services: object }
  const mounted = JSON.stringify(compose.services)
  for (const name of ON_COMPOSE) {
    const [row] = breaks.filter((each) => each.name === name)
    assert.ok(row !== undefined && 'file' in row.change, `${name} is no row that changes a file`)
    const path = pathOf(row.change)
    assert.ok(path === 'docker-compose.yaml' || mounted.includes(`./${path}:`), `${name}: ${path} is mounted nowhere`)
    assert.ok(!path.includes('/grafana/'), `${name}: a drill on compose reads ${path} of the checkout`)
  }
})

for (const { refusal } of DRILLS)
  if (refusal !== undefined)
    test(`${refusal.name} breaks something that is there`, () => {
      changes(refusal.change)
      assert.ok(!refusal.says.test(''), 'any error would do')
    })

for (const { name, only, starved } of DRILLS)
  if (starved !== undefined)
    test(`${name} starves a part of the lab in an experiment that is drilled, and says what must be open`, () => {
      assert.ok(subjects(only).includes(starved.experiment))
      assert.ok(LAB_PARTS.some(({ id }) => id === starved.part))
      assert.ok(starved.says.length > 0)
      for (const { check, because } of starved.says) assert.ok(checks.some(({ meta }) => meta.id === check) && !because.test(''), check)
    })

/** In the files of this checkout, or in a part of the lab. */
function changes(change: Change): void {
  if ('part' in change) {
    assert.ok(
      LAB_PARTS.some(({ id }) => id === change.part),
      change.part,
    )
    return
  }
  edits(pathOf(change), change)
  if (change.current !== undefined) edits(change.current.file, change.current)
}

function edits(file: string, { from, to }: Edit): void {
  const before = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const after = before.replace(from, to)
  assert.notEqual(after, before)
  // What is no YAML any more would be noticed by anybody.
  const meaning = meanings.get(before) ?? parse(before)
  meanings.set(before, meaning)
  assert.notDeepEqual(parse(after), meaning)
}

/** What the files mean, by their text: many breaks change the same one. */
const meanings = new Map<string, unknown>()
