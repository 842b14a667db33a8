import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configure } from '../config/configuration.ts'
import { findTool } from '../../lab/tools/tools.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { simulate, type SimulateResult } from './simulate.ts'

const promtool = findTool('promtool')
const skip = promtool === undefined && 'promtool is not installed'
const {
  options: { spec },
} = await deployment()

const SHARE = 'sum by (job) (rate(shop_errors_total[5m])) / sum by (job) (rate(shop_requests_total[5m]))'
interface Group {
  name: string
  rules: object[]
}
const recording = (expr: string, more: object = {}): Group => ({
  name: 'recording',
  rules: [{ record: 'job:errors:share5m', expr, ...more }],
})
const alerts: Group = {
  name: 'alerts',
  rules: [{ alert: 'Odd', expr: 'job:errors:share5m > 0.05', for: '1m', labels: { severity: 'warning' } }],
}

async function simulated(expr: string, groups: Group[]): Promise<SimulateResult> {
  const [first] = spec.rules
  assert.ok(first !== undefined && promtool !== undefined)
  const condition = { ...first.condition, expr }
  const rule = { ...first, alert: 'Odd', condition, forMs: 60_000, labels: { severity: 'warning' }, annotations: {}, holdsFor: {} }
  const text = JSON.stringify({ groups })
  const config = configure([{ file: 'rules.yml', path: 'rules.yml', text, lineOffset: 0, columnOffset: 0 }])
  return simulate({ spec: { ...spec, rules: [rule] }, catalogue: { targets: [] }, config, tools: { promtool }, parts: ['rules'] })
}

test('what is recorded counts as what is specified, in any order of the groups', { skip }, async () => {
  for (const groups of [
    [recording(SHARE), alerts],
    [alerts, recording(SHARE)],
  ]) {
    const { findings, untested } = await simulated(`${SHARE} > 0.05`, groups)
    assert.deepEqual([findings, untested], [[], []])
  }
})

// The interval of a recording group is none of them: promtool evaluates all groups at the test's own.
const BREAKS: [what: string, group: Group][] = [
  ['another window', recording(SHARE.replaceAll('5m', '10m'))],
  ['another function', recording(SHARE.replaceAll('rate', 'irate'))],
  ['another name', { name: 'recording', rules: [{ record: 'job:errors:share10m', expr: SHARE }] }],
  ['a label that takes the place of another', recording(SHARE, { labels: { job: 'shop' } })],
  ['another grouping', recording(SHARE.replaceAll('by (job)', 'by (instance)'))],
  ['another unit', recording(`100 * ${SHARE}`)],
]
for (const [what, group] of BREAKS)
  test(`a mistake in the recording rule is found where the specification says what is meant: ${what}`, { skip }, async () => {
    const { findings } = await simulated(`${SHARE} > 0.05`, [group, alerts])
    assert.deepEqual(
      findings.map(({ id, subject }) => [id, subject]),
      [['rule-fires-at-boundaries', 'Odd']],
    )
  })

test('a specification that names what is recorded says nothing of the recording rule: that is not tested', { skip }, async () => {
  const { findings, untested } = await simulated('job:errors:share5m > 0.05', [recording(SHARE), alerts])
  assert.deepEqual(findings, [])
  assert.match(untested.join('\n'), /^Odd: the specification reads job:errors:share5m .*rules\.yml:1\)/)
})
