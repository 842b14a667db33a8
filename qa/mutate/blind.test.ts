import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment } from '../../testing/lint/lint-files.ts'
import { blindMutants } from './blind.ts'
import { EXPLANATIONS, explanationOf } from './explanations.ts'
import { mutate } from './mutate.ts'
import { formatScore, scoreOf } from './score.ts'

const text = (file: string, content: string): Parameters<typeof blindMutants>[0][number] => ({
  file,
  path: file,
  text: content,
  lineOffset: 0,
  columnOffset: 0,
})

test('of each scalar, key, item and path something is changed, and one thing at a time', () => {
  const made = blindMutants(
    [text('a.yml', 'path: /etc/one/two\nport: 80\nitems:\n  - first\n  - second\n'), text('b.yml', 'port: 443\n')],
    {
      seed: 1,
    },
  )
  const changes = made.map(({ file, operator, text: mutated }) => `${file} ${operator}: ${JSON.stringify(mutated)}`)
  for (const wanted of [
    'a.yml deleted: "port: 80\\nitems:\\n  - first\\n  - second\\n"',
    'a.yml misspelt: "ptah: /etc/one/two\\nport: 80\\nitems:\\n  - first\\n  - second\\n"',
    'a.yml misspelt: "path: /ect/one/two\\nport: 80\\nitems:\\n  - first\\n  - second\\n"',
    'a.yml path shortened: "path: /etc/two\\nport: 80\\nitems:\\n  - first\\n  - second\\n"',
    'a.yml swapped: "path: /etc/one/two\\nport: 80\\nitems:\\n  - second\\n  - first\\n"',
    'a.yml swapped: "path: 80\\nport: /etc/one/two\\nitems:\\n  - first\\n  - second\\n"',
    'a.yml of another file: "path: /etc/one/two\\nport: 443\\nitems:\\n  - first\\n  - second\\n"',
    'a.yml deleted: "path: /etc/one/two\\nport: 80\\nitems:\\n  - second\\n"',
    'a.yml file missing: ""',
  ])
    assert.ok(changes.includes(wanted), `${wanted}\n${changes.join('\n')}`)
  assert.ok(changes.some((change) => /^a\.yml off by one: "path: \/etc\/one\/two\\nport: (79|81)\\n/.test(change)))
  assert.equal(new Set(changes).size, changes.length, 'no mutant twice')
})

test('the same seed draws the same changes, another one others; every file and operator has its turn', async () => {
  const { texts } = await deployment()
  const drawn = (seed: number): ReturnType<typeof blindMutants> => blindMutants(texts, { seed, sample: 120 })
  const sample = drawn(7)
  assert.deepEqual(drawn(7), sample)
  assert.notDeepEqual(drawn(8), sample)
  assert.deepEqual(new Set(sample.map(({ file }) => file)), new Set(texts.map(({ file }) => file)))
  assert.equal(new Set(sample.map(({ operator }) => operator)).size, 7)
})

test('a blind change that lint refuses is found, one that nothing notices is a survivor and is shown', async () => {
  const {
    texts,
    options: { spec, catalogue, logLines, variables = {} },
  } = await deployment()
  const run = await mutate({
    spec,
    knowledge: { catalogue, logLines },
    texts,
    variables,
    tools: {},
    only: ['nothing at all'],
    blind: { seed: 1, sample: 15, only: ['jaeger.yml'] },
  })
  assert.deepEqual(run.judged, [])
  assert.equal(run.blind.length, 15)
  const { total } = scoreOf(run.blind)
  assert.ok(total.killed > 3, formatScore(run))
  const [first] = run.blind
  assert.ok(first)
  const survived = { ...run, blind: [{ mutant: first.mutant, fate: 'survived' as const, by: '' }] }
  assert.match(formatScore(survived), /blind mutation score 0\.0 %: 0 of 1 killed[^]*survivor b1 /)
})

test('each explanation has a reason, and none is of a rule, a matcher or a threshold', () => {
  for (const { because } of EXPLANATIONS) assert.ok(because.length > 30, because)
  const changed = { id: '', operator: 'off by one', text: '', touches: [], before: '', after: '' }
  for (const [file, what] of [
    ['monitoring/alert-rules.yml', 'groups.0.rules.0.expr: up == 0 -> up == 1'],
    ['monitoring/alertmanager/alertmanager.yml', 'route.routes.0.matchers.0: severity = "critical" -> severity = "ciritcal"'],
    ['docker-compose.yaml', 'services.prometheus.image: prom/prometheus:v2.48.0 -> prom/promethues:v2.48.0'],
  ] as const) {
    const [before = '', after = ''] = what.split(': ').slice(1).join(': ').split(' -> ')
    assert.equal(explanationOf({ ...changed, file, what, before, after }), undefined, what)
  }
})
