import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const note = (text: string): string => `annotations: { summary: '${text}' }`

finds(
  'rule-annotations-have-labels',
  'a label that was aggregated away',
  {
    ...extraRule('sum(redis_connected_clients) > 100', note('{{ $labels.instance }}')),
    expected: 'keeps none',
    observed: '$labels.instance',
  },
  { ...extraRule('sum by (job) (redis_connected_clients) > 100', note('{{ .Labels.instance }}')), expected: '(job)' },
  {
    ...extraRule('sum without (instance) (redis_connected_clients) > 100', note('{{ $labels.instance | toUpper }}')),
    observed: 'instance',
  },
  { ...extraRule('max by (job) (foreign_a) > on (job) sum by (job, pod) (foreign_b)', note('{{ $labels.pod }}')), observed: 'pod' },
  {
    ...extraRule('absent(redis_up{job="a"})', note('{{ $labels.instance }} of {{ $labels.job }}')),
    expected: '(job)',
    observed: '$labels.instance',
  },
  { ...extraRule('sum(redis_connected_clients) > 100', note('{{ $labels.severity }}')), observed: 'a label of the rule' },
  { ...extraRule('vector(1)', note('{{ $labels.job }}')), observed: 'job' },
)
finds(
  'rule-annotations-have-labels',
  'a label that is misspelt, or asked for by its name',
  {
    ...extraRule('redis_connected_clients > 100', note('{{ $labels.instnace }}')),
    expected: '$labels.instance',
    observed: '$labels.instnace',
  },
  { ...extraRule('foreign_a{mountpoint!="/"} > 100', note('{{ $labels.mountpiont }}')), expected: '$labels.mountpoint' },
  { ...extraRule('foreign_a > 100', note('{{ .Labels.namspace }}')), expected: '$labels.namespace' },
  { ...extraRule('sum(redis_connected_clients) > 100', note('{{ index $labels "instance" }}')), observed: '$labels.instance' },
)
for (const [expr, text] of [
  ['sum by (job) (redis_connected_clients) > 100', '{{ $labels.job }} {{ $externalLabels.cluster }}'],
  ['redis_connected_clients > 100', '{{ $labels.instance }}'],
  ['foreign_a > 100', '{{ $labels.mountpoint }}'],
  ['foreign_a > 100', '{{ $labels.instances }} {{ $labels.node }} {{ $labels.jobs }} {{ index $labels "pod" }}'],
  ['sum by (job) (foreign_a) * on (job) group_left (team) foreign_owner > 1', '{{ $labels.team }}'],
  ['count_values("version", redis_up) > 1', '{{ $labels.version }}'],
  ['label_replace(sum(redis_up), "kind", "x", "", "") > 1', '{{ $labels.kind }}'],
  ['sum(redis_up) > 2', '{{ range query "redis_up" }}{{ .Labels.instance }}{{ end }}'],
] as const)
  passesRule('rule-annotations-have-labels', expr, 'sum(redis_up) < 1', note(text), note('{{ $labels.gone }}'))

const many = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `\n      - alert: Many${i}\n        expr: sum(redis_connected_clients) > ${i}00\n        labels: { severity: warning }\n        annotations: { summary: "{{ $labels.instance }}" }\n`,
  ).join('')
finds('rule-annotations-have-labels', 'one habit of a file is one finding', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n${many(5)}`,
  subject: 'Many0 and 4 more rules',
  observed: '$labels.instance, also in the lines',
})
