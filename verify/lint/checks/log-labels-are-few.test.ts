import { finds, passes } from '../testing.ts'

finds('log-labels-are-few', 'a trace id as label',
  { file: 'promtail/promtail.yml', from: '            - labels:\n                level:', to: '            - labels:\n                trace_id:\n                level:', observed: 'trace_id' },
)

const file = 'promtail/promtail.yml'
const LABELS = '            - labels:\n                level:'

finds('log-labels-are-few', 'a label that is new with each line, whatever it is called',
  { file, from: /span_id: span_id([\s\S]*?)- labels:\n( +)level:/, to: 'took: duration_ms$1- labels:\n$2took:\n$2level:', subject: 'rate-limiter', observed: 'took as a label' },
)

passes('log-labels-are-few', 'a label of few values', file, LABELS, `${LABELS}\n                logger:`)
