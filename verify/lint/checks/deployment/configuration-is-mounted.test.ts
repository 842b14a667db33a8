import { finds } from '../../../../testing/lint-files.ts'

finds('configuration-is-mounted', 'a file without a mount', {
  file: 'docker-compose.yaml',
  from: '/etc/promtail/promtail.yml:ro',
  to: '/etc/promtail/config.yml:ro',
  subject: 'promtail',
})
