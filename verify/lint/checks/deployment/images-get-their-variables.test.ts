import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'images-get-their-variables'
finds(
  id,
  'what the entry point asks for',
  { file: D, from: / {6}POSTGRES_PASSWORD: .*\n/, to: '', subject: 'postgres', expected: 'POSTGRES_PASSWORD' },
  { file: D, from: / {6}MYSQL_ROOT_PASSWORD: .*\n/, to: '', subject: 'mysql', expected: 'MYSQL_ROOT_PASSWORD' },
  { file: D, from: / {6}KAFKA_ADVERTISED_LISTENERS: .*\n/, to: '', subject: 'kafka' },
  { file: D, from: 'KAFKA_PROCESS_ROLES', to: 'KAFKA_PROCESS_RULES', subject: 'kafka', expected: 'KAFKA_PROCESS_ROLES' },
)
passes(id, 'a secret in its place', D, /POSTGRES_PASSWORD: .*/, 'POSTGRES_PASSWORD_FILE: /run/secrets/p', {
  file: D,
  from: / {6}MYSQL_ROOT_PASSWORD: .*\n/,
  to: '',
})
passes(id, 'a file of variables', D, '    image: postgres:16-alpine\n', '    image: postgres:16-alpine\n    env_file: [postgres.env]\n', {
  file: D,
  from: / {6}MYSQL_ROOT_PASSWORD: .*\n/,
  to: '',
})

finds(
  'images-get-their-variables',
  'values that an entry point refuses',
  {
    file: 'docker-compose.yaml',
    from: 'MYSQL_USER: moalog',
    to: 'MYSQL_USER: root',
    subject: 'mysql',
    expected: 'besides root',
    line: 'MYSQL_USER',
  },
  {
    file: 'docker-compose.yaml',
    from: '    image: jaegertracing/all-in-one:1.54\n',
    to: '    image: jaegertracing/all-in-one:1.54\n    environment: { SPAN_STORAGE_TYPE: badgr }\n',
    subject: 'jaeger',
    observed: 'badgr',
    line: 'badgr',
  },
  {
    file: 'docker-compose.yaml',
    from: 'POSTGRES_USER: fluxpay',
    to: 'POSTGRES_USER: fluxpay\n      POSTGRES_HOST_AUTH_METHOD: reject',
    subject: 'postgres',
    observed: 'reject',
    line: 'reject',
  },
)
