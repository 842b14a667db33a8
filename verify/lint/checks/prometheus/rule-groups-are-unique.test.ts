import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [R, FIRST] = ['alert-rules.yml', /- name: platform-alerts\n/]
const group = (name: string): string => `  - ${name}\n    rules: [{ record: a, expr: up }]\n`

finds(
  'rule-groups-are-unique',
  'a second group of the name, or one without a name',
  { file: R, from: /$/, to: group('name: platform-alerts'), line: '- name: platform-alerts', subject: 'platform-alerts' },
  { file: R, from: 'groups:\n', to: `groups:\n${group('name: "platform-alerts"')}`, line: 'name: platform-alerts' },
  { file: R, from: /$/, to: `${group('name: a')}${group('name: b')}${group("name: 'a'")}`, line: "name: 'a'", subject: 'a' },
  { file: R, from: /$/, to: group('interval: 15s'), line: 'interval: 15s', observed: 'no name' },
)
passes('rule-groups-are-unique', 'another name', R, /$/, group('name: platform-alerts-2'))
passes('rule-groups-are-unique', 'a name in another case', R, FIRST, `- name: Platform\n    rules: []\n  - name: platform-alerts\n`)
