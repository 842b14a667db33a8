import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { configure } from '../config/configuration.ts'
import { factsOf } from '../recordings/metrics.ts'
import { furtherSteps } from '../config/alerting/alert-rules.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { sameText } from './annotations.ts'
import { ruleText, sameButForMore } from './rule-files.ts'

const textOf = (text: string, path = 'rules.yml'): string[] =>
  configure([{ file: path, path, text, lineOffset: 0, columnOffset: 0 }]).ruleFiles.map(ruleText)

test('a rule file is run as written, with any comments at its beginning', () => {
  const text =
    '# rules\n\ngroups:\n  - name: a\n    rules:\n      - { alert: A, expr: up == 0, labels: &l { severity: x } }\n      - { alert: B, expr: up == 0, labels: { <<: *l } }\n'
  assert.deepEqual(textOf(text), [text])
})

test('one in a manifest, or beside others in one file, keeps what its aliases and merge keys bring', () => {
  const rules =
    '      - alert: A\n        expr: up == 0\n        labels: &l { severity: x, n: 5 }\n      - alert: B\n        expr: up == 0\n        labels: { <<: *l, team: y }\n      - alert: C\n        expr: up == 0\n        labels: *l\n'
  const [manifest = ''] = textOf(
    `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: { name: r }\nspec:\n  groups:\n  - name: a\n    rules:\n${rules}`,
  )
  const labels = (text: string): unknown[] =>
    (parse(text) as { groups: { rules: { labels: unknown }[] }[] }).groups.flatMap((group) => group.rules.map((rule) => rule.labels))
  assert.deepEqual(labels(manifest), [
    { severity: 'x', n: 5 },
    { severity: 'x', n: 5, team: 'y' },
    { severity: 'x', n: 5 },
  ])
  const two = textOf(`groups:\n  - name: a\n    rules:\n${rules}---\ngroups:\n  - name: b\n    rules: []\n`)
  assert.deepEqual(
    two.map((text) => labels(text).length),
    [3, 0],
  )
})

const alert = (severity: string, summary: string, more = ''): string =>
  `Labels:{alertname="RedisHighMemory", instance="redis-exporter:9121", severity="${severity}"}\n              Annotations:{summary="${summary}"${more}}`
const block = (exp: string[], got: string[]): string => {
  const list = (alerts: string[]): string =>
    alerts.length === 0
      ? '[]'
      : `[${alerts.map((each, index) => `\n            ${index}:\n              ${each}`).join(',')}\n            ]`
  return `    alertname: RedisHighMemory, time: 5m, \n        exp:${list(exp)}, \n        got:${list(got)}`
}

test('further annotations and alerts of another step are no failure; anything else is', async () => {
  const {
    texts,
    options: { spec, catalogue },
  } = await deployment()
  const rule = spec.rules.find((each) => each.alert === 'RedisHighMemory') ?? assert.fail()
  const step =
    '      - alert: RedisHighMemory\n        expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.6\n        labels: { severity: info }\n'
  const config = configure(texts.map((text) => (text.file.endsWith('alert-rules.yml') ? { ...text, text: text.text + step } : text)))
  const known = { rule, steps: furtherSteps({ config, facts: factsOf(catalogue, spec) }, rule) }
  assert.equal(known.steps.length, 1)
  const own = alert('warning', 'full')
  const cases: [story: string, exp: string[], got: string[], same: boolean][] = [
    ['a further annotation', [own], [alert('warning', 'full', ', runbook="x: [1], got:[\\"a\\"]"')], true],
    ['another step beside it', [own], [alert('info', 'filling \\x00 \\u00e9'), own], true],
    ['another step alone', [], [alert('info', 'filling')], true],
    ['only the other step', [own], [alert('info', 'filling')], false],
    ['another text', [own], [alert('warning', 'nearly full')], false],
    ['another severity that no step has', [own], [alert('critical', 'full')], false],
    ['one alert too many', [], [own], false],
    ['nothing', [own], [], false],
  ]
  for (const [story, exp, got, same] of cases) assert.equal(sameButForMore(block(exp, got), known), same, story)
  assert.equal(sameButForMore('exp: something new', known), false)
  const numbers: [one: string, other: string, same: boolean][] = [
    ['0.010 of it', '0.011 of it', true],
    ['0.0105 of it', '0.0107 of it', false],
    ['81.20000000000001 %', '81.2 %', true],
    ['81.2 %', '0.812 %', false],
    ['8.4k', '8.4M', false],
    ['5 of 9', '5 of 9', true],
    ['5 of 9', '5 of 12', false],
  ]
  for (const [one, other, same] of numbers) assert.equal(sameText(one, other), same, `${one} / ${other}`)
  assert.equal(
    sameButForMore(block([own], [alert('info', 'x'), own]), { rule, steps: [] }),
    false,
    'without a ladder it is another severity',
  )
})
