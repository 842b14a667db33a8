import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'log-labels-are-few',
  'the text, or the trace id instead of beside the line, as label',
  {
    file: 'promtail/promtail.yml',
    from: '            - labels:\n                level:',
    to: '            - labels:\n                message:\n                level:',
    observed: 'message',
  },
  { file: 'promtail/promtail.yml', from: '            - structured_metadata:\n', to: '            - labels:\n', observed: 'trace_id' },
)

const file = 'promtail/promtail.yml'
const LABELS = '            - labels:\n                level:'

finds('log-labels-are-few', 'a label of any name with a new value in each line', {
  file,
  from: /span_id: span_id([\s\S]*?)- labels:\n( +)level:/,
  to: 'took: duration_ms$1- labels:\n$2took:\n$2level:',
  subject: 'rate-limiter',
  observed: 'took as a label',
})

passes('log-labels-are-few', 'a label of few values', file, LABELS, `${LABELS}\n                logger:`)
passes(
  'log-labels-are-few',
  'a label that a later stage takes away: structured_metadata takes it along',
  file,
  LABELS,
  `${LABELS}\n                trace_id:`,
)
passes(
  'log-labels-are-few',
  'a label that is dropped before the line is sent',
  file,
  LABELS,
  '            - labels:\n                span_id:\n            - labeldrop: [span_id]\n            - labels:\n                level:',
)
