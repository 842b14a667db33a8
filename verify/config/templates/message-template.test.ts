import assert from 'node:assert/strict'
import { test } from 'node:test'
import { templateProblem } from './message-template.ts'
import { definitionsIn } from './template-definitions.ts'
import { cpuMs } from '../../../testing/machine/cpu-time.ts'

const NOWHERE = { lineOffset: 0, columnOffset: 0 }

const fine = [
  'no template at all',
  '100 % }} of it',
  '{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}',
  '{{- range .Alerts -}}{{ .Annotations.description }}{{ "\\n" }}{{- end -}}',
  '{{ range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{{ $a.Labels.job }} {{ .Fingerprint }}{{ end }}',
  '{{ with .CommonAnnotations.summary }}{{ . }}{{ else }}none{{ end }}',
  '{{ range .Alerts.Firing }}{{ range .Labels.SortedPairs }}{{ .Name }}={{ .Value }}{{ end }}{{ $.ExternalURL }}{{ end }}',
  '{{ template "slack.default.title" . }}',
  '{{ template "__subject" . }}',
  '{{ define "mine" }}{{ .Foo }}{{ end }}{{ template "mine" . }}',
  '{{/* a comment with } and upper */}}{{ len .Alerts }}',
  '{{ if eq .Status "firing" }}:fire:{{ else if gt (len .Alerts.Firing) 0 }}x{{ end }}',
  '{{ $n := len .Alerts }}{{ printf "%d }} of %s" $n `raw {{` }}',
  '{{ (index .Alerts 0).Annotations.summary }}',
  '{{ .CommonLabels.Remove (stringSlice "a" "b") }}',
  '{{ .GroupLabels.SortedPairs.Values | join " " }}',
  '{{ if or (eq .CommonLabels.severity "critical") (eq .CommonLabels.severity "page") }}<!channel>{{ end }}',
  '{{ reReplaceAll "(.*):\\\\d+" "$1" .CommonLabels.instance }}',
  '{{ range .Alerts }}{{ .StartsAt.Format "15:04" }}{{ end }}',
  '{{ range .Alerts.Firing }}{{ .Labels.job }}{{ else }}{{ .CommonLabels.job }}{{ end }}',
  '{{/* one */}}{{- /* two */ -}}{{ .Status }}',
  '{{ with .CommonLabels.a }}{{ . }}{{ else with .CommonLabels.b }}{{ .Foo }}{{ end }}',
  '{{ .CommonLabels.SortedPairs.Names | join ", " }}',
  '{{ (.CommonLabels.Remove .GroupLabels.Names).SortedPairs.Values | join " " }}',
  '{{ if gt (len .Alerts.Firing) 0 }}{{ .Alerts.Firing | len }}{{ end }}',
  '{{ range $name, $value := .CommonLabels }}{{ $name | title }}: {{ $value }}{{ end }}',
  '{{ .CommonLabels.alertname | reReplaceAll "a" "b" | toUpper }}',
  '{{ (index .Alerts 0).StartsAt | date "15:04" }}',
]
for (const text of fine) test(`a message can be made of: ${text}`, () => assert.equal(templateProblem(text), undefined))

const wrong: [string, RegExp][] = [
  ['{{ .Status', /never closed/],
  ['{{ range .Alerts }}x', /range .* without its/],
  ['x{{ end }}', /nothing is open/],
  ['{{ else }}', /nothing is open/],
  ['{{ $labels.job }}', /\$labels, which is not defined: that is of rules/],
  ['{{ .Status | upper }}', /the function upper, which/],
  ['{{ .Status | humanize }}', /function humanize/],
  ['{{ .Annotations.summary }}', /a message has no field Annotations: it is of each of \.Alerts/],
  ['{{ range .Alerts }}{{ .CommonLabels.x }}{{ end }}', /an alert has no field CommonLabels/],
  ['{{ range .Alerts }}{{ $.Labels.x }}{{ end }}', /a message has no field Labels: it is of each of \.Alerts/],
  ['{{ template "my.title" . }}', /template "my\.title"/],
  ['{{ .CommonLabel.x }}', /did you mean CommonLabels/],
  ['{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}', /\$x, which is not defined/],
  ['{{ .CommonLabels.SortedPairs | join ", " }}', /join of \.CommonLabels\.SortedPairs, a list of pairs/],
  ['{{ reReplaceAll "a" "b" "c" "d" .CommonLabels.alertname }}', /reReplaceAll with 5 arguments, which takes 3/],
  ['{{ .CommonLabels.alertname | reReplaceAll "a" }}', /reReplaceAll with 2 arguments/],
  ['{{ toUpper .CommonLabels }}', /toUpper of \.CommonLabels, a set of labels/],
  ['{{ range .Status }}x{{ end }}', /range over a text/],
  ['{{ .Status.job }}', /a text has no field job/],
  ['{{ range .CommonLabels.SortedPairs }}{{ .Key }}{{ end }}', /pair has no field Key/],
  ['{{ if gt .Alerts.Firing "1" }}x{{ end }}{{ if eq (len .Alerts) "1" }}x{{ end }}', /eq of a number and a text/],
  ['{{ .CommonLabels.job "x" }}', /takes no argument/],
  ['{{ join .CommonLabels.Values ", " }}', /join of \.CommonLabels\.Values, a list of texts: it takes a text/],
  ['{{ .Alerts | join "," }}', /join of \.Alerts, a list of alerts/],
]
for (const [text, said] of wrong)
  test(`no message can be made of: ${text}`, () => assert.match(templateProblem(text) ?? 'nothing was said', said))

test('comments without end are read in a moment', () => {
  const began = cpuMs()
  assert.match(templateProblem(`{{ ${'/*a*/'.repeat(60)}`) ?? '', /never closed/)
  assert.ok(cpuMs() - began < 1_000)
})

test('a template of a file that is not known may be there', () => {
  const { definitions } = definitionsIn({
    file: 'a.tmpl',
    path: 'a.tmpl',
    text: '{{ define "my.title" }}{{ .Status }}{{ end }}',
    ...NOWHERE,
  })
  const named = new Map(definitions.map((each) => [each.name, each]))
  assert.equal(templateProblem('{{ template "my.title" . }}', undefined, false), undefined)
  assert.equal(templateProblem('{{ template "my.title" . }}', named), undefined)
  assert.match(templateProblem('{{ template "my.titel" . }}', named) ?? '', /did you mean my.title/)
  assert.match(templateProblem('{{ template "my.title" }}', named) ?? '', /without data/)
  assert.match(templateProblem('{{ template "slack.default.title" }}') ?? '', /without data/)
})
