import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds('route-is-reachable', 'below a route that takes everything', {
  file: 'alertmanager/alertmanager.yml',
  from: '    - receiver: critical\n',
  to: '    - receiver: default\n    - receiver: critical\n',
  subject: 'critical',
  observed: 'matches the same',
})

const file = 'alertmanager/alertmanager.yml'
const from = /- receiver: critical\n\s+matchers: \['severity = "critical"'\]/
const CRITICAL = `- receiver: critical\n      matchers: ['severity = "critical"']`
const copies = (...all: string[]): string =>
  `${all.map((matchers) => `- { receiver: slack, continue: true, matchers: [${matchers}] }\n    `).join('')}${CRITICAL}`
const before = (...all: string[]): string => copies(...all).replaceAll(', continue: true', '')

finds(
  'route-is-reachable',
  'matchers that no alert meets',
  { file, from, to: copies(`'severity = "critical"', 'severity =~ "warning|info"'`), observed: 'which contradict', line: 'warning|info' },
  { file, from, to: copies(`'severity =~ "a|b"', 'severity !~ "a|b"'`), observed: 'which contradict' },
  { file, from, to: copies(`'severity =~ "critical"', 'severity != "critical"'`), observed: 'which contradict' },
  {
    file,
    from,
    to: `${CRITICAL}\n      routes:\n        - receiver: slack\n          matchers: ['severity =~ "warning|info"']`,
    observed: 'of a parent route',
    line: 'warning|info',
  },
)
finds(
  'route-is-reachable',
  'below one that takes more, or several that do together',
  {
    file,
    from,
    to: `- receiver: default\n      matchers: ['severity =~ ".*"']\n    ${CRITICAL}`,
    subject: 'critical',
    observed: 'line 11',
  },
  { file, from, to: before(`'job =~ "a|b|c"'`, `'job =~ "a|b"'`), subject: 'slack', observed: 'matches the same' },
  {
    file,
    from,
    to: before(`'job = "a"'`, `'job = "b"'`, `'job =~ "a|b"'`),
    subject: 'slack',
    observed: ' and the route to slack at line 12 match',
  },
  {
    file,
    from,
    to: `${CRITICAL}\n      routes:\n        - receiver: slack\n          matchers: ['severity =~ "critical|page"']\n        - { receiver: discord, matchers: ['job = "a"'] }`,
    subject: 'discord',
  },
)
for (const routes of [
  before(`'job = "a"'`, `'job =~ "a|b"'`),
  copies(`'job =~ ".*"'`, `'job = "a"'`),
  before(`'job =~ "a.*"'`, `'job =~ "ab.*"', 'severity != "info"'`).replace('"ab.*"', '"b.*"'),
])
  passes('route-is-reachable', routes.split('\n')[0] ?? '', file, from, routes, {
    file,
    from: CRITICAL,
    to: `- receiver: slack\n    ${CRITICAL}`,
    subject: 'critical',
  })
