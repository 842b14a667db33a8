import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-for-matches',
  'for and keep_firing_for',
  { file: 'alert-rules.yml', from: 'for: 30s', to: 'for: 45s', subject: 'RedisConnectionFailed', expected: '30s', observed: '45s' },
  {
    file: 'alert-rules.yml',
    from: 'for: 30s',
    to: 'for: 30s\n        keep_firing_for: 1m',
    expected: 'keep_firing_for: 0s',
    observed: '1m',
  },
  { file: 'alert-rules.yml', from: '        for: 1m\n', to: '', subject: 'ServiceDown', observed: 'absent' },
)
