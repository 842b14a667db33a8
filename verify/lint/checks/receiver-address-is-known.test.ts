import { finds } from '../testing.ts'

finds('receiver-address-is-known', 'another name, another port',
  { file: 'alertmanager/alertmanager.yml', from: ':9199/critical', to: ':9199/criticl', expected: '/critical' },
  { file: 'alertmanager/alertmanager.yml', from: ':9199/critical', to: ':9198/critical', observed: '9198' },
)
