import { finds } from '../../../../testing/lint/lint-files.ts'

finds('service-names-match', 'another name, the same name', {
  file: 'docker-compose.yaml',
  from: 'OTEL_SERVICE_NAME: rate-limiter',
  to: 'OTEL_SERVICE_NAME: ratelimiter',
  expected: 'rate-limiter',
  observed: 'ratelimiter',
})
