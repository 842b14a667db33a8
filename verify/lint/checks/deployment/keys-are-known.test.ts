import { finds, passes } from '../../../../testing/lint-files.ts'

const [P, A, R] = ['monitoring/prometheus.yml', 'alertmanager/alertmanager.yml', 'alert-rules.yml']

finds(
  'keys-are-known',
  'a key that is nearly one',
  {
    file: P,
    from: '  - job_name: redis-exporter\n',
    to: '  - job_name: redis-exporter\n    scrape_intervall: 5s\n',
    expected: 'scrape_interval',
    observed: 'scrape_intervall',
  },
  {
    file: P,
    from: '  evaluation_interval: 15s',
    to: '  evaluation_interval: 15s\n  external_lables: { a: b }',
    expected: 'external_labels',
  },
  {
    file: P,
    from: 'alerting:\n',
    to: 'alerting:\n  alert_relabel_config:\n    - { regex: x, action: labeldrop }\n',
    expected: 'alert_relabel_configs',
  },
  { file: R, from: 'for: 30s', to: 'for: 30s\n        keep_firing_fo: 1m', expected: 'keep_firing_for' },
  { file: R, from: '- name: platform-alerts\n', to: '- name: platform-alerts\n    intervall: 15s\n', expected: 'interval' },
  { file: A, from: '  group_wait: 15s\n', to: '  group_wait: 15s\n  repeat_intervall: 4h\n', expected: 'repeat_interval' },
  {
    file: A,
    from: '      - api_url_file: /run/alertmanager/slack_url\n',
    to: '      - api_url_file: /run/alertmanager/slack_url\n        titel: x\n',
    expected: 'title',
  },
)
passes(
  'keys-are-known',
  'a key of another version',
  P,
  '  - job_name: redis-exporter\n',
  '  - job_name: redis-exporter\n    scrape_classic_whatever: true\n',
)
passes('keys-are-known', 'a key unlike any known one', R, 'for: 30s', 'for: 30s\n        team: x')
passes('keys-are-known', 'a mapping kept aside for an anchor', R, 'groups:\n', 'x-labels: &l { a: b }\ngroups:\n')
passes(
  'keys-are-known',
  "a discovery whose name is near another's",
  P,
  '  - job_name: redis-exporter\n',
  '  - job_name: redis-exporter\n    aws_sd_configs: []\n    ec2_sd_configs: []\n',
)
