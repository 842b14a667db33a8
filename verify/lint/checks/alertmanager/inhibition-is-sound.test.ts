import { finds } from '../../../../testing/lint-files.ts'

finds('inhibition-is-sound', 'equal on a label that no alert has', {
  file: 'alertmanager/alertmanager.yml',
  from: 'equal: [job]',
  to: 'equal: [namespace]',
  observed: 'namespace',
})
