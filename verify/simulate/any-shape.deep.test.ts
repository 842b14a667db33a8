import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LocatedFinding } from '../model/lint-finding.ts'
import type { RoutingSpec, RuleSpec, Spec } from '../model/spec.ts'
import { configure } from '../config/configuration.ts'
import { parseMatchers } from '../routing/route-matchers.ts'
import { findTool } from '../../lab/tools/tools.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { simulate } from './simulate.ts'

const [promtool, amtool, alertmanager] = (['promtool', 'amtool', 'alertmanager'] as const).map((id) => findTool(id))
const skip =
  (promtool === undefined || amtool === undefined || alertmanager === undefined) && 'promtool, amtool and alertmanager are not installed'
const {
  options: { spec, catalogue },
} = await deployment()

const matchers = (...texts: string[]): ReturnType<typeof parseMatchers>['matchers'] => texts.flatMap((text) => parseMatchers(text).matchers)

const routing: RoutingSpec = {
  because: 'a test',
  groupBy: ['alertname', 'job'],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 14_400_000,
  receivers: [
    { name: 'pager', kind: 'pagerduty', sendResolved: true, optional: false },
    { name: 'mail', kind: 'email', sendResolved: false, optional: false },
    { name: 'team', kind: 'msteams', sendResolved: true, optional: false },
    { name: 'on-call', kind: 'victorops', sendResolved: true, optional: false },
    { name: 'null', kind: 'none', sendResolved: true, optional: false },
  ],
  routes: [
    { match: {}, matchers: matchers('severity=~"critical|page"', 'team!="db"'), receiver: 'pager', continues: true },
    { match: { severity: 'critical' }, receiver: 'mail', muteTimes: ['nights'] },
    { match: { severity: 'warning' }, matchers: matchers('alertname!~"JVM.*"'), receiver: 'team', activeTimes: ['office-hours'] },
    { match: { severity: 'info' }, receiver: 'on-call' },
    { match: {}, receiver: 'null' },
  ],
  inhibitions: [
    {
      because: 'what is down is also slow',
      source: {},
      sourceMatchers: matchers('alertname=~"(?:Service|Node)Down"'),
      target: {},
      targetMatchers: matchers('severity!="critical"'),
      equal: ['job'],
    },
  ],
}

const WRITTEN = `route:
  receiver: 'null'
  group_by: [alertname, job]
  routes:
    - receiver: pager
      matchers: ['severity =~ "critical|page"', 'team != "db"']
      continue: true
    - receiver: mail
      matchers: ['severity = "critical"']
      mute_time_intervals: [nights]
    - receiver: team
      matchers: ['severity = "warning"', 'alertname !~ "JVM.*"']
      active_time_intervals: [office-hours]
    - receiver: on-call
      matchers: ['severity = "info"']
receivers:
  - name: pager
    pagerduty_configs: [{ routing_key: secret }]
  - name: mail
    email_configs: [{ to: a@example.org, from: b@example.org, smarthost: 'mail.example.org:25' }]
  - name: team
    msteams_configs: [{ webhook_url: 'https://example.org/hook' }]
  - name: on-call
    victorops_configs: [{ api_key: secret, routing_key: shop }]
  - name: 'null'
inhibit_rules:
  - source_matchers: ['alertname =~ "ServiceDown|NodeDown"']
    target_matchers: ['severity != "critical"']
    equal: [job]
time_intervals:
  - name: nights
    time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }] }]
  - name: office-hours
    time_intervals: [{ weekdays: ['monday:friday'] }]
`

async function routed(text: string): Promise<{ findings: LocatedFinding[]; untested: string[] }> {
  const config = configure([{ file: 'alertmanager.yml', path: 'alertmanager.yml', text, lineOffset: 0, columnOffset: 0 }])
  assert.ok(amtool !== undefined && alertmanager !== undefined)
  return simulate({ spec: { ...spec, routing }, catalogue, config, tools: { amtool, alertmanager }, parts: ['routing', 'delivery'] })
}

test('receivers of any kind, routes by pattern, continue, times, and inhibition by matchers are as specified', { skip }, async () => {
  const { findings, untested } = await routed(WRITTEN)
  assert.deepEqual([findings, untested], [[], []])
})

/** What was changed, and words of a finding. */
const BREAKS: [what: string, from: string, to: string, says: RegExp][] = [
  ['a pattern that takes too little', '"critical|page"', '"critical"', /route-delivers any alert .*page/],
  ['a pattern that takes too much', '"critical|page"', '"critical|page|info"', /route-delivers any alert .*info/],
  ['a negative matcher that is lost', `, 'team != "db"'`, '', /route-delivers any alert .*db/],
  ['a negative pattern that is lost', `, 'alertname !~ "JVM.*"'`, '', /JVMHeapHigh/],
  ['no continue', '      continue: true\n', '', /route-delivers ServiceDown .*mail/],
  ['muted at no time', '      mute_time_intervals: [nights]\n', '', /alertmanager-delivers .*in the time interval nights/],
  ['active where it should be muted', 'mute_time_intervals: [nights]', 'active_time_intervals: [nights]', /mail/],
  ['active at another time', '[office-hours]\n', '[nights]\n', /in the time interval office-hours/],
  ['nothing about resolved alerts', '{ routing_key: secret }', '{ routing_key: secret, send_resolved: false }', /pager .*resolved/],
  [
    'an integration that is gone',
    `    victorops_configs: [{ api_key: secret, routing_key: shop }]\n`,
    '',
    /alertmanager-delivers .*on-call|on-call/,
  ],
  ['a source that is no longer one', '"ServiceDown|NodeDown"', '"ServiceDown"', /inhibition of .*beside-1/],
  ['a source too many', '"ServiceDown|NodeDown"', '"ServiceDown|NodeDown|DiskFull"', /inhibition of .*beside-1-source/],
  ['targets that are fewer', `['severity != "critical"']\n    equal`, `['severity = "warning"']\n    equal`, /inhibition of /],
  ['another label that must be equal', 'equal: [job]', 'equal: [instance]', /inhibition of /],
]
for (const [what, from, to, says] of BREAKS)
  test(`simulate finds: ${what}`, { skip }, async () => {
    assert.ok(WRITTEN.includes(from), from)
    const { findings } = await routed(WRITTEN.replace(from, to))
    const texts = findings.map((each) => `${each.id} ${each.subject} ${each.message}: ${each.expected}, ${each.observed}`)
    assert.ok(
      texts.some((text) => says.test(text)),
      texts.join('\n') || 'nothing was found',
    )
  })

const named = (alert: string, change: Partial<RuleSpec> = {}): Spec => {
  const rule = spec.rules.find((each) => each.alert === alert)
  assert.ok(rule)
  return { ...spec, rules: [{ ...rule, ...change }] }
}
const ODD = 'redis_memory_used_bytes > 500 and redis_up == 1'
/** Annotations and expression of the specification, and of what is written. */
const TEXTS: [what: string, specified: Spec, text: string, other: string][] = [
  [
    'a share',
    named('RedisHighMemory'),
    '{{ $value | humanizePercentage }} of {{ $labels.job }}',
    '{{ $value | humanize }} of {{ $labels.job }}',
  ],
  ['a rate', named('HighErrorRate'), '{{ printf "%.3f" $value }} of {{ $labels.job }}', '{{ printf "%.1f" $value }} of {{ $labels.job }}'],
  [
    'a condition of any shape',
    named('RedisHighMemory', { condition: { ...named('RedisHighMemory').rules[0]!.condition, expr: ODD } }),
    '{{ $value | humanize1024 }}B',
    '{{ $value }} bytes',
  ],
]
for (const [what, specified, text, other] of TEXTS)
  test(`annotations with $value are compared as promtool expands them: ${what}`, { skip }, async () => {
    const [rule] = specified.rules
    assert.ok(rule !== undefined && promtool !== undefined)
    const own: Spec = { ...specified, rules: [{ ...rule, annotations: { summary: text } }] }
    const written = async (summary: string, expr = rule.condition.expr): Promise<string[]> => {
      const labels = JSON.stringify(rule.labels)
      const file = `groups:\n  - name: g\n    rules:\n      - alert: ${rule.alert}\n        expr: ${JSON.stringify(expr)}\n        for: ${rule.forMs / 1000}s\n        labels: ${labels}\n        annotations: { more: 'not specified', summary: ${JSON.stringify(summary)} }\n`
      const config = configure([{ file: 'rules.yml', path: 'rules.yml', text: file, lineOffset: 0, columnOffset: 0 }])
      const { findings, untested } = await simulate({ spec: own, catalogue, config, tools: { promtool }, parts: ['rules'] })
      assert.deepEqual(untested, [])
      return findings.map(({ expected, observed }) => `${expected}: ${observed}`)
    }
    assert.deepEqual(await written(text), [])
    const found = await written(other)
    assert.ok(
      found.some((each) => each.includes('summary')),
      found.join('\n') || 'nothing was found',
    )
  })

/** Without a recording a plain rule is tested all the same; and what is changed of the written one. */
const UNRECORDED: [what: string, from: string, to: string, says: RegExp][] = [
  ['nothing', '', '', /^$/],
  ['the threshold', '> 0.8', '> 0.85', /does not fire/],
  ['the comparator', '> 0.8', '>= 0.8', /fires with the labels/],
  ['for', 'for: 120s', 'for: 180s', /does not fire/],
  ['a label', 'severity: warning', 'severity: page', /does not fire/],
  ['a matcher', '{pool="a"}', '', /Prometheus cannot evaluate it where it evaluates the specified rule/],
]
for (const [what, from, to, says] of UNRECORDED)
  test(`a rule without a recording, with a further rule of its name: ${what} is changed`, { skip }, async () => {
    assert.ok(promtool !== undefined)
    const expr = 'shop_used{pool="a"} / on (instance) shop_limit > 0.8'
    const labels = { severity: 'warning' }
    const own = named('RedisHighMemory', { alert: 'ShopFull', forMs: 120_000, labels, annotations: {}, holdsFor: {} })
    const [rule] = own.rules
    assert.ok(rule)
    const rules = [{ ...rule, condition: { ...rule.condition, expr } }]
    const written = `groups:
  - name: g
    rules:
      - { alert: ShopFull, expr: '${expr}', for: 120s, labels: { severity: warning } }
      - { alert: ShopFull, expr: 'shop_used{pool="b"} > 5000', labels: { severity: critical } }
`
    const config = configure([{ file: 'r.yml', path: 'r.yml', text: written.replace(from, to), lineOffset: 0, columnOffset: 0 }])
    const specified = { ...own, rules }
    const { findings, untested } = await simulate({
      spec: specified,
      catalogue: { targets: [] },
      config,
      tools: { promtool },
      parts: ['rules'],
    })
    assert.deepEqual(untested, [])
    assert.match(findings.map(({ observed }) => observed).join('; '), says)
  })
