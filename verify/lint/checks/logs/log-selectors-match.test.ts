import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'log-selectors-match'
const T = 'promtail.yml'
const SELECTOR = `'{service="moalog-server"}'`

finds(
  ID,
  'a label or a value that no stream has',
  { file: T, from: SELECTOR, to: `'{services="moalog-server"}'`, observed: 'did you mean service' },
  { file: T, from: SELECTOR, to: `'{service="moalog-servers"}'`, observed: 'did you mean moalog-server' },
  { file: T, from: SELECTOR, to: `'{container="moalog-sever"}'`, observed: 'moalog-sever' },
)
passes(ID, 'a container that is not in the specification', T, SELECTOR, `'{service="postgres"}'`, {
  file: T,
  from: `'{service="postgres"}'`,
  to: `'{sevice="postgres"}'`,
})
