import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'provisioned-files-are-read'
const D = 'docker-compose.yaml'
const mount = './monitoring/grafana/provisioning:/etc/grafana/provisioning:ro'
const file = './monitoring/grafana/provisioning/datasources/datasources.yml:/etc/grafana/provisioning'

finds(
  ID,
  'an ending that Grafana does not read, no folder, and the folder of another kind',
  { file: D, from: mount, to: `${file}/datasources/datasources.yml.new:ro`, observed: '.yml.new', expected: '.yaml or .yml' },
  { file: D, from: mount, to: `${file}/datasources.yml:ro`, observed: '/provisioning/datasources.yml', subject: 'grafana' },
  { file: D, from: mount, to: `${file}/dashboards/datasources.yml:ro`, observed: '/dashboards/datasources.yml' },
)
passes(ID, 'a file by itself', D, mount, `${file}/datasources/shop.yaml:ro`)
