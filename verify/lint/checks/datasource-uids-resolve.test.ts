import { finds, passes } from '../testing.ts'

finds('datasource-uids-resolve', 'a uid that is nobody\'s',
  { file: 'datasources/datasources.yml', from: 'uid: prometheus', to: 'uid: prom', observed: 'prometheus' },
  { file: 'datasources/datasources.yml', from: 'datasourceUid: jaeger', to: 'datasourceUid: jager', observed: 'did you mean jaeger' },
)

passes('datasource-uids-resolve', 'a name instead of a uid', 'datasources/datasources.yml', 'datasourceUid: jaeger', 'datasourceUid: Jaeger')
passes('datasource-uids-resolve', 'a uid that the environment gives', 'datasources/datasources.yml', 'datasourceUid: jaeger', 'datasourceUid: $JAEGER_UID')
