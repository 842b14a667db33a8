import { finds } from '../testing.ts'

finds('log-lines-are-parsed', 'a field that is not found, a regex that does not fit',
  { file: 'promtail/promtail.yml', from: 'level: level\n', to: 'level: severity\n', subject: 'rate-limiter', observed: 'no level' },
  { file: 'promtail/promtail.yml', from: '(?P<level>TRACE|DEBUG|INFO|WARN|ERROR)', to: '(?P<level>trace|info)', subject: 'moalog-server' },
  { file: 'promtail/promtail.yml', from: / {12}- multiline:\n {16}firstline: '\^\(\\d.*\n {16}max_wait_time: 500ms\n/, to: '', subject: 'moalog-server', observed: 'torn into entries of their own' },
  { file: 'promtail/promtail.yml', from: "'^(\\d{4}-\\d{2}-\\d{2}T|thread '')'", to: "'^.'", subject: 'moalog-server', observed: 'torn into entries of their own' },
  { file: 'promtail/promtail.yml', from: "'(?s)^(?P<timestamp>", to: "'^(?P<timestamp>", subject: 'moalog-server', observed: 'no level' },
)
