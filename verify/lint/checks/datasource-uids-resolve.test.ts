import { finds } from '../testing.ts'

finds('datasource-uids-resolve', 'a uid that is nobody\'s',
  { file: 'datasources/datasources.yml', from: 'uid: prometheus', to: 'uid: prom', observed: 'prometheus' },
  { file: 'datasources/datasources.yml', from: 'datasourceUid: jaeger', to: 'datasourceUid: jager', observed: 'did you mean jaeger' },
)
