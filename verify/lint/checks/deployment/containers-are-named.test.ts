import { finds } from '../../../../testing/lint/lint-files.ts'

finds('containers-are-named', 'another container name', {
  file: 'docker-compose.yaml',
  from: 'container_name: moalog-redis',
  to: 'container_name: redis-1',
  subject: 'redis',
  observed: 'redis-1',
})
