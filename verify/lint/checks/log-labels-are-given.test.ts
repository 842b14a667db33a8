import { finds } from '../testing.ts'

finds('log-labels-are-given', 'a label that is not given, a container that is dropped',
  { file: 'promtail/promtail.yml', from: 'target_label: container', to: 'target_label: name', expected: 'container="', observed: 'no label container' },
  { file: 'promtail/promtail.yml', from: '    relabel_configs:\n', to: '    relabel_configs:\n      - {source_labels: [__meta_docker_container_name], regex: /fluxpay.*, action: keep}\n', subject: 'rate-limiter', observed: 'drops' },
)
