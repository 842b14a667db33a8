import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LocatedFinding } from '../model/lint-finding.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { parseSpec } from '../spec/parse-spec.ts'
import { lint } from './lint.ts'

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })

/** Rules and routes in other people's style: and, unless, absent, max_over_time; patterns, several receivers, times. */
const SPEC = {
  'platform.yaml': `because: b
scrape-interval: 15s
scrape-timeout: 10s
evaluation-interval: 15s
resend-delay: 1m
targets: [{ job: node, address: 'node:9100' }, { job: jenkins, address: 'jenkins:80' }]
services: []
`,
  'routing.yaml': `because: b
group-by: [alertname]
group-wait: 30s
group-interval: 5m
repeat-interval: 4h
receivers:
  - { name: pager, kind: pagerduty }
  - { name: mail, kind: email, send-resolved: false }
  - { name: 'null', kind: none }
routes:
  - { matchers: ['severity =~ "page|critical"', 'team != "db"'], receiver: pager, continue: true }
  - { match: { severity: page }, receiver: mail, mute-times: [nights] }
  - { receiver: 'null' }
times:
  nights: [{ times: ['22:00-23:00', '23:00-24:00'], months: ['1:12'] }]
`,
  'rules/disk-full.yaml': `alert: DiskFull
because: b
condition: { kind: gauge, expr: 'node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100 < 5 and node_filesystem_readonly{fstype!=""} == 0', value: 'node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100', comparator: '<', threshold: 5 }
for: 30m
labels: { severity: page }
annotations: { summary: '{{ $labels.instance }} has {{ $value | humanize }} % left' }
holds-for: { job: [node] }
`,
  'rules/jenkins-gone.yaml': `alert: JenkinsGone
because: b
condition: { kind: gauge, expr: 'absent(up{job="jenkins"})' }
for: 5m
labels: { severity: critical }
holds-for: { job: [jenkins] }
`,
  'rules/load-high.yaml': `alert: LoadHigh
because: b
condition: { kind: gauge, expr: 'max_over_time(node_load1[10m]) > 10 unless on (instance) node_maintenance == 1', value: 'max_over_time(node_load1[10m])', comparator: '>', threshold: 10 }
for: 5m
labels: { severity: critical, team: db }
holds-for: { job: [node] }
`,
}
const RULES = `groups:
  - name: a
    rules:
      - alert: DiskFull
        expr: |
          (
            node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} * 100 < 5
          and
            node_filesystem_readonly{fstype!=""} == 0
          )
        for: 30m
        labels: { severity: page }
        annotations: { summary: '{{ $labels.instance }} has {{ $value | humanize }} % left' }
      - alert: JenkinsGone
        expr: absent(up{job="jenkins"})
        for: 5m
        labels: { severity: critical }
      - alert: LoadHigh
        expr: max_over_time(node_load1[10m]) > 10 unless on (instance) node_maintenance == 1
        for: 5m
        labels: { severity: critical, team: db }
`
const ALERTMANAGER = `route:
  receiver: 'null'
  group_by: [alertname]
  routes:
    - receiver: pager
      matchers: ['severity =~ "page|critical"', 'team != "db"']
      continue: true
    - receiver: mail
      matchers: ['severity = "page"']
      mute_time_intervals: [nights]
time_intervals:
  - name: nights
    time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }] }]
receivers:
  - name: 'null'
  - name: pager
    pagerduty_configs: [{ routing_key_file: /run/secrets/key }]
  - name: mail
    email_configs: [{ to: a@example.com, from: b@example.com, smarthost: 'mail:25' }]
`

function found(rules: string, alertmanager: string): LocatedFinding[] {
  const { spec, problems } = parseSpec(Object.entries(SPEC).map(([file, content]) => ({ file, text: content })))
  assert.deepEqual(problems, [])
  assert.ok(spec)
  const texts = [text('rules.yml', rules), text('alertmanager.yml', alertmanager)]
  const result = lint(texts, { spec, catalogue: { targets: [] }, logLines: {} })
  assert.deepEqual(result.problems, [])
  return result.findings
}

test('what is specified in this style is found right', () => {
  assert.deepEqual(found(RULES, ALERTMANAGER), [])
})

const CHANGES: [what: string, from: string, to: string, id: string, line: string][] = [
  ['a threshold left of and', '* 100 < 5', '* 100 < 3', 'rule-condition-matches', '< 3'],
  ['the guard right of and', 'readonly{fstype!=""} == 0', 'readonly{fstype!=""} == 1', 'rule-condition-matches', '== 1'],
  ['another job in absent', 'absent(up{job="jenkins"})', 'absent(up{job="jenkin"})', 'rule-condition-matches', 'jenkin'],
  ['another window of max_over_time', 'node_load1[10m]', 'node_load1[1m]', 'rule-condition-matches', '[1m]'],
  ['another function', 'max_over_time', 'min_over_time', 'rule-condition-matches', 'min_over_time'],
  ['and for unless', 'unless on (instance)', 'and on (instance)', 'rule-condition-matches', 'and on'],
  ['an annotation with $value', '$value | humanize }} %', '$value }} %', 'rule-annotations-match', '$value'],
  ['no continue', 'continue: true', 'continue: false', 'route-reaches-receiver', 'continue'],
  ['no mute time', '\n      mute_time_intervals: [nights]', '', 'routing-timing-matches', 'receiver: mail'],
  ['another hour of the interval', "'22:00'", "'23:00'", 'time-intervals-match', 'time_intervals: ['],
  [
    'a day of the interval left out',
    '{ times: [{',
    "{ weekdays: ['monday:saturday'], times: [{",
    'time-intervals-match',
    'time_intervals: [',
  ],
  ['the interval in another zone', '{ times: [{', '{ location: Asia/Seoul, times: [{', 'time-intervals-match', 'time_intervals: ['],
  ['the interval of one year', '{ times: [{', "{ years: ['2026'], times: [{", 'time-intervals-match', 'time_intervals: ['],
  ['a narrower pattern', 'page|critical', 'page', 'route-reaches-receiver', '"page"'],
  ['another receiver by default', "receiver: 'null'\n", 'receiver: mail\n', 'route-reaches-receiver', 'receiver: mail'],
  [
    'an integration where none is wanted',
    "- name: 'null'\n",
    "- name: 'null'\n    webhook_configs: [{ url: 'http://a/b' }]\n",
    'receiver-notifies',
    'webhook',
  ],
  ['another kind', 'pagerduty_configs: [{ routing_key_file', 'opsgenie_configs: [{ api_key_file', 'receiver-notifies', 'name: pager'],
]
for (const [what, from, to, id, line] of CHANGES)
  test(`one finding at its line: ${what}`, () => {
    const [rules, alertmanager] = [RULES.replace(from, to), ALERTMANAGER.replace(from, to)]
    assert.notDeepEqual([rules, alertmanager], [RULES, ALERTMANAGER], from)
    const findings = found(rules, alertmanager)
    assert.deepEqual(
      findings.map((finding) => [finding.id, finding.source.includes(line) ? line : finding.source]),
      [[id, line]],
      JSON.stringify(findings, null, 1),
    )
  })
