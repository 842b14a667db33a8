import { finds } from '../../../../testing/lint/lint-files.ts'

finds('log-format-is-specified', 'a selector that takes the wrong service', {
  file: 'promtail/promtail.yml',
  from: 'rate-limiter|fluxpay-engine',
  to: 'rate-limiter',
  subject: 'fluxpay-engine',
  observed: 'no stage',
})
