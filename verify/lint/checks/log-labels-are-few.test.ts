import { finds } from '../testing.ts'

finds('log-labels-are-few', 'a trace id as label',
  { file: 'promtail/promtail.yml', from: '            - labels:\n                level:', to: '            - labels:\n                trace_id:\n                level:', observed: 'trace_id' },
)
