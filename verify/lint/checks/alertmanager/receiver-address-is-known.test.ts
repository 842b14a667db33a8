import { finds } from '../../../../testing/lint-files.ts'

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
