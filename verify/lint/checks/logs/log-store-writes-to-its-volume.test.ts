import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'log-store-writes-to-its-volume'
const severity = 'warning' as const
finds(
  id,
  'a folder beside the volume',
  { file: 'loki.yml', from: '/loki/chunks', to: '/chunks', subject: 'chunks_directory', expected: '/loki', severity },
  { file: 'loki.yml', from: '/loki/rules', to: '/var/rules', subject: 'rules_directory', severity },
  { file: 'loki.yml', from: 'path_prefix: /loki', to: 'path_prefix: /lok', subject: 'path_prefix', severity },
  { file: 'loki.yml', from: '  wal:\n', to: '  wal:\n    dir: /tmp/wal\n', line: 'dir: /tmp/wal', subject: 'dir', severity },
  { file: 'loki.yml', from: '/loki/chunks', to: '/tmp/loki/chunks', subject: 'chunks_directory', severity },
)
passes(id, 'the volume elsewhere (data-folders-are-kept)', 'docker-compose.yaml', 'loki_data:/loki', 'loki_data:/var/loki', {
  file: 'loki.yml',
  from: '/loki/chunks',
  to: '/var/loki/chunks',
  subject: 'path_prefix',
  severity,
})
passes(id, 'another folder of the volume', 'loki.yml', '/loki/chunks', '/loki/data/chunks')
passes(id, 'a prefix of its HTTP paths', 'loki.yml', 'server:', 'server:\n  http_path_prefix: /logs')
