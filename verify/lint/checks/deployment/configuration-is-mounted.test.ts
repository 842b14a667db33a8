import { finds } from '../../../../testing/lint-files.ts'

finds('configuration-is-mounted', 'a file that nobody mounts', {
  file: 'docker-compose.yaml',
  from: '/etc/promtail/promtail.yml:ro',
  to: '/etc/promtail/config.yml:ro',
  subject: 'promtail',
})
