import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const EXPR = 'redis_connected_clients > 100'
const labelled = (text: string): string => `labels: { severity: warning, current: '${text}' }`
const extra = (text: string): ReturnType<typeof extraRule> => extraRule(EXPR, labelled(text))

finds(
  'rule-labels-are-stable',
  'a value or a time in a label',
  { ...extra('{{ $value }}'), observed: 'the value' },
  { ...extra('{{ .Value | humanize }}'), observed: 'the value' },
  { ...extra('{{ $v := $value }}at {{ printf "%.0f" $v }}'), observed: 'the value' },
  { ...extra('{{ now | humanizeTimestamp }}'), observed: 'the time' },
  { ...extra('{{ query "redis_connected_clients" | first | value }}'), observed: 'the result of query' },
  { ...extra('{{ with $value }}{{ . }}{{ end }}'), observed: 'the value' },
  {
    file: 'alert-rules.yml',
    from: 'severity: info',
    to: 'severity: info\n          value: "{{ $value }}"',
    subject: 'RateLimiterOverload',
    observed: 'the value',
  },
  {
    file: 'alert-rules.yml',
    from: '  - name: platform-alerts\n',
    to: '  - name: platform-alerts\n    labels: { at: "{{ $value }}" }\n',
    observed: 'the value',
  },
)
for (const text of [
  '{{ $labels.job }}',
  '{{ if gt $value 500.0 }}much{{ else }}some{{ end }}',
  'value of {{ $labels.value }}',
  '{{ $labels.Value }}',
])
  passesRule('rule-labels-are-stable', EXPR, EXPR, labelled(text), labelled('{{ $value }}'))
