import { finds, passes } from '../../../../testing/lint/lint-files.ts'

// Of the first panel only: the test changes one place.
finds('datasource-uids-resolve', 'an input of a provisioned dashboard', {
  file: 'slo-dashboard.json',
  from: '"uid": "prometheus"',
  to: '"uid": "${DS_PROMETHEUS}"',
  observed: '${DS_PROMETHEUS}',
})
passes(
  'datasource-uids-resolve',
  'a variable of the dashboard',
  'slo-dashboard.json',
  /"list": \[\n([^]*?)"uid": "prometheus"/,
  '"list": [{ "name": "ds", "type": "datasource", "query": "prometheus" },\n$1"uid": "${ds}"',
)
finds(
  'datasource-uids-resolve',
  'an unknown uid',
  { file: 'datasources/datasources.yml', from: 'uid: prometheus', to: 'uid: prom', observed: 'prometheus' },
  { file: 'datasources/datasources.yml', from: 'datasourceUid: jaeger', to: 'datasourceUid: jager', observed: 'did you mean jaeger' },
)

passes(
  'datasource-uids-resolve',
  'a name instead of a uid',
  'datasources/datasources.yml',
  'datasourceUid: jaeger',
  'datasourceUid: Jaeger',
)
passes(
  'datasource-uids-resolve',
  'a uid that the environment gives',
  'datasources/datasources.yml',
  'datasourceUid: jaeger',
  'datasourceUid: $JAEGER_UID',
)

finds(
  'datasource-uids-resolve',
  'a uid that Grafana does not take',
  ...['loki main', 'loki.main', `loki-${'a'.repeat(40)}`].map((uid) => ({
    file: 'datasources.yml',
    from: 'uid: loki\n',
    to: `uid: ${uid}\n`,
    subject: uid,
    expected: 'at most 40 letters',
  })),
)

finds('datasource-uids-resolve', 'where exemplars lead', {
  file: 'datasources.yml',
  from: 'httpMethod: POST',
  to: 'httpMethod: POST\n      exemplarTraceIdDestinations: [{ name: trace_id, datasourceUid: jager }]',
  observed: 'did you mean jaeger?',
})

finds('datasource-uids-resolve', 'a type that is not that of the uid', {
  file: 'slo-dashboard.json',
  from: '"type": "prometheus"',
  to: '"type": "loki"',
  expected: 'type: prometheus, of the data source prometheus',
  observed: 'loki',
  severity: 'note',
})
