import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-annotations-match',
  'a changed and a missing text',
  {
    file: 'alert-rules.yml',
    from: 'Redis is not reachable',
    to: 'Redis is gone',
    subject: 'RedisConnectionFailed',
    observed: 'Redis is gone',
  },
  {
    file: 'alert-rules.yml',
    from: 'summary: "Redis is short',
    to: 'title: "Redis is short',
    subject: 'RedisHighMemory',
    observed: 'no annotation summary',
  },
)
