import { finds } from '../testing.ts'

finds('log-lines-link-to-traces', 'a regex that misses one format',
  { file: 'datasources/datasources.yml', from: 'trace_id(?:"\\s*:\\s*"|="?)', to: 'trace_id(?:"\\s*:\\s*")', subject: 'moalog-server', observed: 'no match' },
  { file: 'datasources/datasources.yml', from: '[0-9a-f]{32}', to: '[0-9a-f]{16}', expected: '32' },
)
