import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const A = 'alertmanager/alertmanager.yml'
const TITLE = "title: '[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} {{ .CommonLabels.job }}'"

finds(
  'message-templates-work',
  'a template that no message can be made of',
  { file: A, from: TITLE, to: "title: '{{ $labels.alertname }}'", subject: 'slack', observed: '$labels' },
  { file: A, from: '{{ end }}', to: '', subject: 'slack', observed: '{{ range }} without' },
  { file: A, from: TITLE, to: "title: '{{ .Status | upper }}'", subject: 'slack', observed: 'upper' },
  { file: A, from: TITLE, to: 'title: \'{{ template "my.title" . }}\'', subject: 'slack', observed: 'my.title' },
  { file: A, from: TITLE, to: `title: '{{ .CommonLabels.SortedPairs | join ", " }}'`, subject: 'slack', observed: 'a list of pairs' },
  {
    file: A,
    from: TITLE,
    to: `title: '{{ reReplaceAll "a" "b" "c" "d" .CommonLabels.alertname }}'`,
    subject: 'slack',
    observed: 'which takes 3',
  },
  {
    file: A,
    from: TITLE,
    to: `${TITLE}\n        fields:\n          - { title: a, value: "{{ .Labels.job }}" }`,
    subject: 'slack',
    observed: '.Labels',
  },
)
passes(
  'message-templates-work',
  'what comes with Alertmanager',
  A,
  TITLE,
  'title: \'{{ template "slack.default.title" . }}\'\n        footer: \'{{ template "__alertmanager" . }}\'',
)
passes(
  'message-templates-work',
  'what the templates of files define is not known',
  A,
  /global:\n([^]*)title: '[^']*'/,
  "templates: ['/etc/alertmanager/*.tmpl']\nglobal:\n$1title: '{{ template \"my.title\" . }}'",
)

finds(
  'message-templates-work',
  'a label or an annotation that no alert has',
  {
    file: 'alertmanager.yml',
    from: '.Annotations.description',
    to: '.Annotations.dsecription',
    subject: 'slack',
    severity: 'warning',
    expected: '.Annotations.description',
  },
  { file: 'alertmanager.yml', from: '.CommonLabels.alertname', to: '.CommonLabels.alertnmae', severity: 'warning', observed: 'alertnmae' },
  { file: 'alertmanager.yml', from: '.CommonLabels.job', to: '.CommonLabels.jbo', severity: 'warning', expected: '.CommonLabels.job' },
)

finds(
  'message-templates-work',
  'a default template that is misspelt, and a label that the route does not group by',
  {
    file: 'alertmanager.yml',
    from: /title: '[^\n]*'/,
    to: `title: '{{ template "slack.default.titel" . }}'`,
    expected: 'slack.default.title',
  },
  {
    file: 'alertmanager.yml',
    from: /- receiver: critical\n([\s\S]*?)\{\{ \.CommonLabels\.job \}\}/,
    to: '- receiver: slack\n$1{{ .GroupLabels.severity }}',
    severity: 'warning',
    observed: 'groups by alertname, job',
  },
)

test('message-templates-work: annotations of the rules that are there are known', async () => {
  const { texts } = await deployment()
  const rules = change(texts, 'alert-rules.yml', 'summary:', 'overview: a\n          summary:')
  const observed = async (name: string): Promise<string[]> =>
    (await lintOf(change(rules, A, TITLE, `title: '{{ .CommonAnnotations.${name} }}'`), 'message-templates-work')).findings.map(
      (finding) => finding.observed,
    )
  assert.deepEqual(await observed('overview'), [])
  assert.deepEqual(await observed('overveiw'), ['.CommonAnnotations.overveiw, which no alert has'])
})
