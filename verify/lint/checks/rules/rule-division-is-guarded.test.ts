import { finds } from '../../../../testing/lint-files.ts'

finds('rule-division-is-guarded', 'maxmemory may be unset', {
  file: 'alert-rules.yml',
  from: '(redis_memory_max_bytes > 0)',
  to: 'redis_memory_max_bytes',
  subject: 'RedisHighMemory',
  expected: 'redis_memory_max_bytes > 0',
})
