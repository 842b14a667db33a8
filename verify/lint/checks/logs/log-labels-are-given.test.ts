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
