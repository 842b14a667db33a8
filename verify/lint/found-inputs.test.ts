import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, extraRule, lintOf } from '../../testing/lint/lint-files.ts'

const A = 'alertmanager/alertmanager.yml'
const R = 'alert-rules.yml'
const CRITICAL = /- receiver: critical\n(\s+)matchers: \['severity = "critical"'\]/

/** One change each, of the kinds that were reported of other people's systems; `line` is part of the line that has to change. */
const INPUTS: { what: string; file: string; from: string | RegExp; to: string; id: string; line: string }[] = [
  ...[
    [
      'a value in a label',
      'redis_connected_clients > 100',
      'labels: { severity: warning, current: "{{ $value }}" }',
      'rule-labels-are-stable',
      '$value',
    ],
    [
      'a label that was aggregated away',
      'sum(redis_connected_clients) > 100',
      'annotations: { summary: "{{ $labels.instance }}" }',
      'rule-annotations-have-labels',
      '$labels.instance',
    ],
    [
      'sides that never match',
      'sum by (job, instance) (rate(axum_http_requests_total{status=~"5.."}[5m])) / sum by (job) (rate(axum_http_requests_total[5m])) > 0.01',
      '',
      'rule-sides-match',
      '/ sum by',
    ],
    ['never true together', 'rate(axum_http_requests_total[5m]) and on (instance) redis_up == 1', '', 'rule-sides-match', 'and on'],
    [
      'or binds weaker',
      'sum(rate(axum_http_requests_total{status=~"5.."}[1h])) / sum(rate(axum_http_requests_total[1h])) or vector(0) >= 0.05',
      '',
      'rule-compares',
      'vector(0)',
    ],
    ['bool', 'redis_connected_clients > bool 100', '', 'rule-compares', 'bool'],
    [
      'beyond the last bucket',
      'histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 60',
      '',
      'rule-threshold-is-reachable',
      '> 60',
    ],
  ].map(([what = '', expr = '', more = '', id = '', line = '']) => ({
    what,
    ...extraRule(expr, more === '' ? undefined : more),
    id,
    line,
  })),
  {
    what: 'a field that a rule has not',
    file: R,
    from: 'summary: "Redis is short of memory"',
    to: 'summary: "Redis is short of memory"\n          runbook: "https://wiki/{{ .job }}"',
    id: 'rule-templates-work',
    line: '{{ .job }}',
  },
  {
    what: 'a pattern after =',
    file: A,
    from: CRITICAL,
    to: `- { receiver: slack, continue: true, matchers: ['alertname = "*"'] }\n    $&`,
    id: 'matchers-match-an-alert',
    line: '"*"',
  },
  {
    what: 'a matcher quoted wholly',
    file: A,
    from: `'severity = "critical"'`,
    to: `"severity = 'critical'"`,
    id: 'matchers-match-an-alert',
    line: `severity = 'critical'`,
  },
  {
    what: 'inhibition that never matches',
    file: A,
    from: 'equal: [job]',
    to: 'equal: [alertname, instance]',
    id: 'inhibition-is-sound',
    line: 'alertname, instance',
  },
  { what: 'a wrong port', file: A, from: ':9199/critical', to: ':9198/critical', id: 'receiver-address-is-known', line: '9198/critical' },
  {
    what: 'receiver: null',
    file: A,
    from: CRITICAL,
    to: `$&\n    - receiver: null\n      matchers: ['job = "x"']`,
    id: 'routing-is-read',
    line: 'receiver: null',
  },
  {
    what: 'max_alerts',
    file: A,
    from: /(url: .*9199\/critical\n)/,
    to: '$1        max_alerts: 1\n',
    id: 'notifications-list-every-alert',
    line: 'max_alerts',
  },
  {
    what: 'a threshold that is no unit of a count',
    file: R,
    from: '* 60 > 10\n',
    to: '* 60 > 10000\n',
    id: 'rule-condition-matches',
    line: '10000',
  },
  {
    what: 'a join of pairs',
    file: A,
    from: /text: '[^\n]*'/,
    to: `text: '{{ .CommonLabels.SortedPairs | join ", " }}'`,
    id: 'message-templates-work',
    line: 'SortedPairs',
  },
]

for (const { what, file, from, to, id, line } of INPUTS)
  test(`one cause, one finding, at its line: ${what}`, async () => {
    const { texts } = await deployment()
    const key = ({ id: check, subject, observed }: { id: string; subject: string; observed: string }): string =>
      `${check} ${subject} ${observed}`
    const before = new Set((await lintOf(texts)).findings.map(key))
    const findings = (await lintOf(change(texts, file, from, to))).findings.filter(
      (finding) => !before.has(key(finding)) && finding.severity !== 'note' && finding.id !== 'rule-is-known',
    )
    assert.equal(findings.length, 1, JSON.stringify(findings, null, 1))
    assert.equal(findings[0]?.id, id)
    assert.ok(findings[0].source.includes(line), `${findings[0].line}: ${findings[0].source}`)
  })
