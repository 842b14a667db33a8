import { finds } from '../../../../testing/lint/lint-files.ts'

finds('rule-exists', 'a missing rule is named with the nearest one', {
  file: 'alert-rules.yml',
  from: 'alert: RedisHighMemory',
  to: 'alert: RedisHighMem',
  subject: 'RedisHighMemory',
  observed: 'RedisHighMem',
})
