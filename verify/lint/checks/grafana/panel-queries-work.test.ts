import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'panel-queries-work',
  'a recording rule that is not there, a variable, a range of less than two scrapes',
  {
    file: 'slo-dashboard.json',
    from: 'avg(avg_over_time(up[24h]))',
    to: 'slo:availability:ratio_24h',
    subject: 'Availability',
    observed: 'slo:availability:ratio_24h',
  },
  { file: 'slo-dashboard.json', from: '[$window]', to: '[$windows]', subject: 'Latency p95', observed: 'no variable $windows' },
  {
    file: 'slo-dashboard.json',
    from: 'status=~\\"5..\\",endpoint!=\\"/metrics\\"}[$__rate_interval]',
    to: 'status=~\\"5..\\",endpoint!=\\"/metrics\\"}[1s]',
    subject: 'Error rate by service',
    observed: '1s: most ranges have one sample',
  },
  {
    file: 'slo-dashboard.json',
    from: 'status=~\\"5..\\",endpoint!=\\"/metrics\\"}[$__rate_interval]',
    to: 'status=~\\"5..\\",endpoint!=\\"/metrics\\"}[10s]',
    subject: 'Error rate by service',
    expected: '20s',
  },
  {
    file: 'slo-dashboard.json',
    from: /"list": \[([^]*?)up\[24h\]/,
    to: '"list": [{ "name": "job", "type": "custom", "query": "moalog" },$1up{job=\\"$job\\"}[24h]',
    subject: 'Availability',
    observed: 'moalog',
  },
)
finds(
  'panel-queries-work',
  'a metric and a syntax error',
  { file: 'slo-dashboard.json', from: 'avg(avg_over_time(up[24h]))', to: 'avg(avg_over_time(upp[24h]))', subject: 'Availability' },
  { file: 'slo-dashboard.json', from: 'avg(avg_over_time(up[24h]))', to: 'avg(avg_over_time(up[24h])', expected: 'PromQL' },
)

finds(
  'panel-queries-work',
  'a metric that is misspelt is one finding',
  ...[
    ['axum_http_requests_duration_seconds_bucket', 'axum_http_requests_duration_second_bucket', 'Latency p95'],
    ['http_server_requests_seconds_bucket', 'http_server_requests_second_bucket', 'Latency p95 by service'],
    ['axum_http_requests_total', 'axum_http_request_total', 'Error rate'],
    ['ALERTS', 'ALERT', 'Active alerts'],
  ].map(([from = '', to = '', subject = '']) => ({
    file: 'slo-dashboard.json',
    from,
    to,
    subject,
    observed: `${to}; did you mean ${from}?`,
    message: `no target exposes ${to}`,
    line: to,
  })),
)

finds('panel-queries-work', 'a misspelt label that is excluded', {
  file: 'slo-dashboard.json',
  from: '{uri!=',
  to: '{uir!=',
  observed: 'uir; did you mean uri?',
})

finds('panel-queries-work', 'a state that no alert has', {
  file: 'slo-dashboard.json',
  from: 'pending|firing',
  to: 'pneding|firing',
  subject: 'Active alerts',
  expected: 'pending or firing',
  observed: 'alertstate=~"pneding"; did you mean pending?',
})
