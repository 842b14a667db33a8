import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-labels-match',
  'a changed, a missing and a surplus label',
  {
    file: 'alert-rules.yml',
    from: 'severity: info',
    to: 'severity: warning',
    subject: 'RateLimiterOverload',
    expected: 'severity: info',
    observed: 'severity: warning',
  },
  { file: 'alert-rules.yml', from: 'severity: info', to: 'severtiy: info', observed: 'did you mean severtiy' },
  { file: 'alert-rules.yml', from: 'severity: info', to: 'severity: info\n          team: sre', observed: 'team: sre' },
)
