import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const AUTH = { file: 'loki/loki.yml', from: 'auth_enabled: false' }
finds(
  'log-store-knows-tenant',
  'multi-tenancy that Promtail knows nothing of, written or by default',
  { ...AUTH, to: 'auth_enabled: true', subject: 'clients', observed: 'auth_enabled is true' },
  { ...AUTH, to: '', observed: 'true unless written' },
  {
    file: 'docker-compose.yaml',
    from: 'command: [-config.file=/etc/loki/loki.yml]',
    to: 'command: [-config.file=/etc/loki/loki.yml, -auth.enabled=true]',
    subject: 'clients',
  },
)
passes('log-store-knows-tenant', 'the value of a variable is not known', AUTH.file, AUTH.from, 'auth_enabled: ${AUTH}')
passes(
  'log-store-knows-tenant',
  'the command line counts',
  'docker-compose.yaml',
  'command: [-config.file=/etc/loki/loki.yml]',
  'command: [-config.file=/etc/loki/loki.yml, -auth.enabled=false]',
  { file: 'docker-compose.yaml', from: '-auth.enabled=false', to: '-auth.enabled=true', subject: 'clients' },
)
