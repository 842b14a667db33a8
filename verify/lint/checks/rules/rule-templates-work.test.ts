import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const EXPR = 'redis_connected_clients > 100'
const written = (text: string): string => `annotations: { summary: '${text}' }`
const extra = (text: string): ReturnType<typeof extraRule> => extraRule(EXPR, written(text))

finds(
  'rule-templates-work',
  'a template whose execution fails',
  { ...extra('https://wiki/{{ .job }}'), observed: 'a label is $labels.job' },
  { ...extra('{{ $label.job }}'), observed: 'did you mean $labels' },
  { ...extra('{{ $labels.job | upper }}'), observed: 'the function upper' },
  { ...extra('{{ humanize "much" }}'), observed: 'humanize of "much"' },
  { ...extra('{{ $labels.instance | humanizeDuration }}'), observed: 'humanizeDuration of $labels.instance, a text' },
  { ...extra('{{ reReplaceAll "a" "b" }}'), observed: 'which takes 3' },
  { ...extra('{{ range $labels.job }}x{{ end }}'), observed: 'range over a text' },
  { ...extra('{{ if $value }}x'), observed: '{{ if }} without' },
  { ...extra('{{ $labels.job.name }}'), observed: 'a text has no field name' },
  { ...extra('{{ printf "up{job=%s}" $labels.job | query | first | value }}'), observed: 'the query up{job=x}' },
  { ...extra('{{ query "up" | value }}'), observed: 'the result of query' },
  { ...extra('{{ $value | toUpper }}'), observed: 'toUpper of $value, a number' },
  { ...extra('{{ CommonLabels.job }}'), observed: 'the function CommonLabels' },
  { ...extra('{{ if gt $value 5 }}much{{ end }}'), observed: 'which cannot be compared: write 5.0' },
  { ...extra('{{ if lt .Value 1 }}little{{ end }}'), observed: 'write 1.0' },
  { ...extra('{{ printf "%d clients" $value }}'), observed: '%d of a number with a fraction prints %!d(...), write %.0f' },
  { ...extra('{{ printf "%s" $value }}'), observed: '%s of a number' },
  { ...extra('{{ $labels.job | printf "%.1f" }}'), observed: '%f of a text' },
  { ...extra('{{ printf "%s of %s" $labels.job }}'), observed: '1 value for 2 verbs' },
  { ...extra('{{ printf "%s" $labels.job $value }}'), observed: '2 values for 1 verbs' },
  { ...extra('{{ reReplaceAll "(.*" "x" $labels.job }}'), observed: 'no valid RE2 expression' },
  { ...extra('{{ match "a[" $labels.job }}'), observed: 'no valid RE2 expression' },
  { ...extra('{{ with query "up{" }}{{ . | first | value }}{{ end }}'), observed: 'query "up{": no PromQL' },
)
for (const text of [
  '{{ $labels.job }} at {{ printf "%.2f" $value }} {{ $value | humanizePercentage }}',
  '{{ .Labels.job }} {{ .Value | humanize1024 }}B {{ .ExternalURL }} {{ $externalLabels.cluster }}',
  '{{ with query "up == 0" }}{{ . | first | value | humanize }}{{ else }}none{{ end }}',
  '{{ range query "up" }}{{ .Labels.instance }}={{ .Value }}{{ end }}',
  '{{ if gt $value 5.0 }}{{ printf "%5.1f%% of %v, %q" $value $value $labels.job }}{{ else if gt (len $labels) 3 }}{{ printf "%d" (len $labels) }}{{ end }}',
  '{{ with printf "up{job=%q}" $labels.job | query }}{{ . | first | value | printf "%.0f" }}{{ end }}{{ query "up{job=\\"a\\"} == 0" | len }}',
  '{{ printf "%[1]s %[1]s" $labels.job }}{{ printf $labels.job $value }}{{ reReplaceAll "(?i)a.+" "$1" $labels.job }}',
  '{{ if gt $value 0.5 }}much{{ else if eq $labels.job "a" }}a{{ end }}',
  '{{ $labels.le | humanize }} {{ $labels.device | reReplaceAll "/dev/(.*)" "$1" }} {{ title (toLower $labels.job) }}',
  '{{ $name := printf "%s:%s" $labels.job $labels.instance }}{{ $name | stripPort }}',
  '{{ range $name, $text := $labels }}{{ $name }}={{ $text }} {{ end }}{{ $value | humanizeTimestamp }}',
])
  passesRule('rule-templates-work', EXPR, EXPR, written(text), written('{{ .job }}'))
