import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [ID, R, END] = ['rule-entries-are-accepted', 'alert-rules.yml', /\s*$/]
const entry = (lines: string): string => `\n      - ${lines.replaceAll('\n', '\n        ')}\n`

finds(
  ID,
  'an entry without a name or with two, and keys of the other kind',
  { file: R, from: END, to: entry('expr: up == 0'), line: 'expr: up == 0', observed: 'neither' },
  { file: R, from: END, to: entry('alert: Extra\nrecord: job:up:sum\nexpr: up == 0'), line: 'record: job', observed: 'both' },
  { file: R, from: END, to: entry('record: job:up:sum\nexpr: sum by (job) (up)\nfor: 5m'), line: 'for: 5m', subject: 'job:up:sum' },
  { file: R, from: END, to: entry('record: job:up:sum\nexpr: sum by (job) (up)\nkeep_firing_for: 5m'), line: 'keep_firing_for' },
  { file: R, from: END, to: entry('record: job:up:sum\nexpr: sum by (job) (up)\nannotations: { summary: a }'), line: 'annotations' },
  { file: R, from: END, to: entry('record: job-up-sum\nexpr: sum by (job) (up)'), line: 'record: job-up-sum', expected: 'job_up_sum' },
  { file: R, from: END, to: entry('record: job:up:sum\nexp: sum by (job) (up)'), observed: 'none', subject: 'job:up:sum' },
)
passes(ID, 'a recording with labels', R, END, entry('record: job:up:sum\nexpr: sum by (job) (up)\nlabels: { team: a }'))
