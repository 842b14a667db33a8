import { finds } from '../testing.ts'

finds('log-lines-are-parsed', 'a field that is not found, a regex that does not fit',
  { file: 'promtail/promtail.yml', from: 'level: level\n', to: 'level: severity\n', subject: 'rate-limiter', observed: 'no level' },
  { file: 'promtail/promtail.yml', from: '(?P<level>TRACE|DEBUG|INFO|WARN|ERROR)', to: '(?P<level>trace|info)', subject: 'moalog-server' },
)
