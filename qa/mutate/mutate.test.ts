import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivered, deployment } from '../../testing/lint/lint-files.ts'
import { equivalences } from './equivalences.ts'
import { mutateExpression } from './expressions.ts'
import { mutants, mutate } from './mutate.ts'
import { formatScore, scoreJson, scoreOf } from './score.ts'

/** The operators that issue 5 asks for, by the part of their name. */
const OPERATORS = [
  'threshold',
  'comparator',
  'for',
  'window',
  'aggregation',
  'matcher',
  'metric',
  'severity',
  'label',
  'annotation',
  'rule removed',
  'group interval',
  'route',
  'receiver',
  'inhibition',
  'send_resolved',
  'scrape target',
  'scrape port',
  'auth',
  'json stage',
  'regex stage',
  'log label',
  'collector exporter',
  'agent protocol',
  'collector pipeline',
  'agent',
  'sampler',
  'propagator',
  'service name',
  'datasource uid',
  'derivedFields',
  'panel',
]

test('every operator finds something to change in what is delivered', async () => {
  const { texts, options } = await delivered()
  const all = mutants(texts, options.variables)
  for (const operator of OPERATORS)
    assert.ok(
      all.some((mutant) => mutant.operator.includes(operator)),
      operator,
    )
  assert.ok(all.every((mutant) => mutant.before !== mutant.after))
  assert.equal(new Set(all.map((mutant) => mutant.file + mutant.text)).size, all.length, 'no mutant twice')
})

test('expressions are changed in one place', () => {
  const changed = mutateExpression('sum by (job) (rate(a{b="c"}[5m])) / 60 > 10').map(({ operator, expr }) => `${operator}: ${expr}`)
  for (const wanted of [
    'comparator: sum by (job) (rate(a{b="c"}[5m])) / 60 >= 10',
    'threshold: sum by (job) (rate(a{b="c"}[5m])) / 60 > 11',
    'window: sum by (job) (rate(a{b="c"}[10m])) / 60 > 10',
    'aggregation: rate(a{b="c"}[5m]) / 60 > 10',
    'matcher: sum by (job) (rate(a[5m])) / 60 > 10',
    'function: sum by (job) (irate(a{b="c"}[5m])) / 60 > 10',
    'unit: sum by (job) (rate(a{b="c"}[5m])) > 10',
  ])
    assert.ok(changed.includes(wanted), `${wanted}\n${changed.join('\n')}`)
})

test('a sample of mutants: all noticed by lint, and a survivor is shown with its change', async () => {
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
    only: ['quantile', 'send_resolved', 'propagator'],
  })
  assert.deepEqual(run.baseline, [])
  const { score, total } = scoreOf(run.judged)
  assert.equal(score, 1, formatScore(run))
  assert.ok(total.byRung.lint > 10)
  const [first] = run.judged
  assert.ok(first)
  const survived = { ...run, judged: [{ mutant: first.mutant, fate: 'survived' as const, by: '' }] }
  assert.ok(formatScore(survived).includes(`survivor ${first.mutant.id}`))
  assert.equal((JSON.parse(scoreJson(survived)) as { score: number }).score, 0)
})

test('live is asked for survivors only, and unknown is no kill', async () => {
  const {
    texts,
    options: { spec, catalogue, variables = {} },
  } = await deployment()
  const asked: string[] = []
  // Without recorded lines lint cannot know whether a regex fits: such mutants are left for the drill.
  const run = await mutate({
    spec,
    knowledge: { catalogue, logLines: {} },
    texts,
    variables,
    tools: {},
    only: ['derivedFields regex'],
    live: async (mutant) => {
      asked.push(mutant.id)
      return asked.length === 1 ? 'killed' : 'unknown'
    },
  })
  const { total } = scoreOf(run.judged)
  assert.equal(total.byRung.live, 1)
  assert.equal(total.survived, asked.length - 1)
})

test('each equivalence has a reason, and none holds for a changed threshold', async () => {
  const { texts, options } = await deployment()
  for (const each of equivalences) assert.ok(each.because.length > 40, each.id)
  for (const mutant of mutants(texts, options.variables, ['threshold']))
    assert.ok(!equivalences.some((each) => each.holds(mutant, options.spec)), mutant.what)
})
