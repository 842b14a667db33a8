import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'provisioning-is-read'
finds(
  id,
  'format and providers',
  { file: 'datasources.yml', from: 'apiVersion: 1\n', to: '', expected: 'apiVersion: 1' },
  { file: 'datasources.yml', from: 'apiVersion: 1', to: 'apiVersion: 0', observed: '0' },
  { file: 'dashboards/dashboards.yml', from: 'type: file', to: 'type: folder', subject: 'platform', expected: 'type: file' },
  { file: 'dashboards/dashboards.yml', from: /\s*options:\s*path: .*/, to: '', expected: 'options.path' },
  { file: 'dashboards/dashboards.yml', from: 'disableDeletion: true', to: 'disableDeletion: ture', expected: 'true or false' },
)
finds(
  id,
  'contact points and policies',
  { file: 'contact-points.yml', from: '- uid: slack', to: '- uidd: slack', observed: 'did you mean uid' },
  { file: 'contact-points.yml', from: 'httpMethod: POST', to: 'httpMethod: PSOT', expected: 'POST or PUT' },
  {
    file: 'contact-points.yml',
    from: 'disableResolveMessage: false',
    to: 'disableResolveMesage: false',
    observed: 'disableResolveMessage',
  },
  { file: 'notification-policies.yml', from: 'group_wait', to: 'gruop_wait', subject: 'gruop_wait' },
  { file: 'notification-policies.yml', from: 'group_interval:', to: 'group_intreval:', subject: 'group_intreval' },
)
finds(
  id,
  'an organisation of its own, points without policies',
  { file: 'notification-policies.yml', from: 'orgId: 1', to: 'orgId: 2', subject: 'orgId', severity: 'warning' },
  { file: 'notification-policies.yml', from: /policies:[^]*/, to: 'resetPolicies: [1]\n', subject: 'policies', severity: 'warning' },
)
passes(id, 'a newer format', 'datasources.yml', 'apiVersion: 1', 'apiVersion: 2')
passes(id, 'several organisations', 'datasources.yml', / {4}uid: /g as unknown as RegExp, '    orgId: 2\n    uid: ')

finds('provisioning-is-read', 'a setting of an integration that is misspelt', {
  file: 'contact-points.yml',
  from: 'httpMethod: POST',
  to: 'httpMetho: POST',
  line: 'httpMetho',
  expected: 'httpMethod',
})
