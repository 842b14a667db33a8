import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const RATE = 'rate(axum_http_requests_total[5m])'
const ERRORS = 'rate(axum_http_requests_total{status=~"5.."}[5m])'

finds(
  'rule-sides-match',
  'sides that never match, or match more than once',
  {
    ...extraRule(`sum by (job, instance) (${ERRORS}) / sum by (job) (${RATE}) > 0.01`),
    expected: 'instance',
    observed: 'right: no label instance',
  },
  { ...extraRule(`${RATE} and on (instance) redis_up == 1`), message: 'never true together', observed: 'instance' },
  { ...extraRule(`sum(${ERRORS}) / ${RATE} > 0.01`), observed: 'left: no label' },
  { ...extraRule('foreign_errors_total{job="a"} / foreign_requests_total{job="b"} > 0.1'), observed: 'job a' },
  {
    ...extraRule('sum by (pod) (foreign_a{pod!=""}) / on (namespace) sum by (pod, namespace) (foreign_b{namespace="x"}) > 1'),
    observed: 'no label namespace',
  },
  { ...extraRule('redis_connected_clients > 5 unless on (job) mysql_up == 0'), message: 'never removes' },
  { ...extraRule('redis_memory_used_bytes > vector(100)'), observed: 'right: no label' },
  { ...extraRule(`${RATE} > on (job) group_left () redis_connected_clients`), observed: 'job' },
  { ...extraRule(`redis_connected_clients > 1 and absent(redis_up{job="redis-exporter"})`), observed: 'no label instance' },
  {
    ...extraRule('sum by (job) (rate(axum_http_requests_total[5m])) / on (job) rate(axum_http_requests_total[5m]) > 1'),
    message: 'several rows on the right side',
  },
)
for (const expr of [
  `sum by (job) (${ERRORS}) / sum by (job) (${RATE}) > 0.01`,
  `sum by (job, instance) (${ERRORS}) / on (job) group_left () sum by (job) (${RATE}) > 0.01`,
  'redis_connected_clients > 5 and on (job) redis_up == 1',
  'redis_connected_clients > 5 and on () mysql_up == 0',
  'redis_connected_clients / ignoring (instance, job) foreign_limit{a=""} > 1',
  'redis_connected_clients > scalar(sum(redis_up))',
  'sum(redis_connected_clients) > 3 or redis_up == 0',
  'time() - process_start_time_seconds < 60 and on (job, instance) up == 1',
  'job:errors:sum / job:requests:sum > 0.1',
  'kube_pod_info * on (namespace, pod) group_left (node) foreign_owner{owner_kind="x"} > 0',
  'up == 0 unless on (job) label_replace(mysql_up, "job", "$1", "instance", "(.*)")',
])
  passesRule('rule-sides-match', expr, `sum by (job) (${ERRORS}) / sum(${RATE}) > 0.01`)

finds('rule-sides-match', 'a label of on(...) that neither side has', {
  ...extraRule('redis_connected_clients / on (host) redis_up > 1'),
  observed: 'host, which neither side has',
  severity: 'warning',
})
