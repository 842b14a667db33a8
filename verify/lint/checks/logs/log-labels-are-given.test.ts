import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'log-labels-are-given',
  'a label that is not given, a container that is dropped',
  {
    file: 'promtail/promtail.yml',
    from: 'target_label: container',
    to: 'target_label: name',
    expected: 'container="',
    observed: 'no label container',
  },
  {
    file: 'promtail/promtail.yml',
    from: '    relabel_configs:\n',
    to: '    relabel_configs:\n      - {source_labels: [__meta_docker_container_name], regex: /fluxpay.*, action: keep}\n',
    subject: 'rate-limiter',
    observed: 'drops',
  },
)

const again =
  (label: string) =>
  (_: string, job = ''): string =>
    `${job}${job.replace('job_name: containers', 'job_name: again').replace('    relabel_configs:\n', `    relabel_configs:\n${label}`)}`

finds(
  'log-labels-are-given',
  'a second job that reads the same, under other labels or the same',
  {
    file: 'promtail/promtail.yml',
    from: /( {2}- job_name: containers\n[\s\S]*$)/,
    to: again('      - { target_label: job, replacement: again }\n') as unknown as string,
    subject: 'rate-limiter',
    observed: 'every line is stored twice',
  },
  {
    file: 'promtail/promtail.yml',
    from: /( {2}- job_name: containers\n[\s\S]*$)/,
    to: again('') as unknown as string,
    subject: 'rate-limiter',
    observed: 'every line is pushed twice',
    severity: 'warning',
  },
)

const T = 'promtail/promtail.yml'
finds(
  'log-labels-are-given',
  'one step, one finding, at the step: for every service, and for all that reads the label',
  {
    file: T,
    from: 'target_label: service',
    to: 'target_label: svc',
    subject: 'moalog-server',
    observed: 'no label service',
    line: 'target_label: svc',
  },
  {
    file: T,
    from: 'label_com_docker_compose_service]',
    to: 'label_com_docker_compose_project]',
    observed: 'service="moalog"',
    line: 'compose_project',
  },
  {
    file: T,
    from: '        target_label: logstream\n',
    to: '        target_label: logstream\n      - { action: labeldrop, regex: container|service|logstream }\n',
    observed: 'no label container, no label service, no label logstream',
    line: 'labeldrop',
  },
  {
    file: T,
    from: '    relabel_configs:\n',
    to: '    relabel_configs:\n      - { source_labels: [__meta_docker_container_name], regex: /, action: keep }\n',
    subject: 'rate-limiter, fluxpay-engine, moalog-server',
    line: 'action: keep',
  },
)

finds('log-labels-are-given', 'a job that discovers nothing', {
  file: T,
  from: / {4}docker_sd_configs:\n[^]*?relabel_configs/,
  to: '    docker_sd_configs: []\n    relabel_configs',
  subject: 'rate-limiter, fluxpay-engine, moalog-server',
  observed: 'no job discovers containers',
})
