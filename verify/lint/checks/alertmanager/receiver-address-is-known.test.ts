import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'receiver-address-is-known',
  'another name, another port',
  { file: 'alertmanager/alertmanager.yml', from: ':9199/critical', to: ':9199/criticl', expected: '/critical' },
  { file: 'alertmanager/alertmanager.yml', from: ':9199/critical', to: ':9198/critical', observed: '9198' },
  {
    file: 'alertmanager/alertmanager.yml',
    from: /(url: .*:9199\/critical.*\n)/,
    to: '$1        http_config: { proxy_url: "http://user:secret@proxy:3128" }\n',
    observed: 'proxy_url: http://***@proxy:3128',
  },
)

const file = 'alertmanager/alertmanager.yml'
finds(
  'receiver-address-is-known',
  'the one of two receivers that is wrong, once',
  { file, from: ':9199/default', to: ':9198/default', subject: 'default', line: '9198/default' },
  { file, from: ':9199/critical', to: '/critical', subject: 'critical', line: 'notification-sink/critical' },
  { file, from: 'notification-sink:9199/critical', to: 'notification-snk:9199/critical', observed: 'did you mean', line: 'snk' },
  {
    file,
    from: 'http://notification-sink:9199/critical',
    to: 'https://notification-sink:9199/critical',
    subject: 'critical',
    line: 'https:',
  },
  { file, from: ':9199/critical', to: ':9199/default', expected: '/critical', line: '9199/default' },
)
passes(
  'receiver-address-is-known',
  'a host of extra_hosts by mapping',
  'docker-compose.yaml',
  /extra_hosts: \["notification-sink:(.*)"\]/g,
  'extra_hosts: { notification-sink: "$1" }',
)
