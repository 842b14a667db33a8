import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds('containers-are-named', 'another container name', {
  file: 'docker-compose.yaml',
  from: 'container_name: moalog-redis',
  to: 'container_name: redis-1',
  subject: 'redis',
  observed: 'redis-1',
})

const unnamed = {
  file: 'docker-compose.yaml',
  from: '    container_name: fluxpay-engine\n',
  to: '',
  subject: 'fluxpay-engine',
  observed: 'none: Docker calls it moalog-fluxpay-engine-1',
}
finds('containers-are-named', 'a container that is called as its service is, and by no name of its own', unnamed)
passes(
  'containers-are-named',
  'a name in another notation',
  'docker-compose.yaml',
  'container_name: fluxpay-engine',
  'container_name: ${FLUXPAY_CONTAINER:-fluxpay-engine}',
)
