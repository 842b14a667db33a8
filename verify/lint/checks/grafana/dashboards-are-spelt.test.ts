import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'slo-dashboard.json'
const id = 'dashboards-are-spelt'
finds(
  id,
  'keys and types',
  { file: D, from: '"fieldConfig"', to: '"fieldConfgi"', subject: 'fieldConfgi', expected: 'fieldConfig' },
  { file: D, from: '"thresholds": {', to: '"threhsolds": {', expected: 'thresholds' },
  { file: D, from: '"type": "gauge"', to: '"type": "guage"', expected: 'gauge' },
  { file: D, from: '"targets"', to: '"tragets"', expected: 'targets' },
  { file: D, from: '"refId": "B"', to: '"refId": "A"', expected: 'a refId of its own' },
)
finds(
  id,
  'thresholds, time range, variables',
  { file: D, from: /"color": "red",\s*"value": null/, to: '"value": null', expected: 'a color' },
  { file: D, from: /"value": null/, to: '"value": 5', expected: 'thresholds ascend', severity: 'warning' },
  { file: D, from: '"to": "now"', to: '"to": "nwo"', observed: 'nwo' },
  { file: D, from: /"uid": "slo[^"]*"/, to: '"uid": "s l o"', expected: 'letters' },
)
finds(id, 'a value that Grafana does not compare with', {
  file: D,
  from: '"mode": "absolute"',
  to: '"mode": "abslute"',
  severity: 'warning',
  observed: 'abslute',
})
passes(id, "keys of one's own, of a plugin or of a newer version", D, '"gridPos"', '"pluginOptionsOfMine": 1, "gridPos"')
passes(id, 'a panel of a plugin', D, '"type": "gauge"', '"type": "grafana-polystat-panel"')

finds(id, 'a colour', { file: D, from: '"color": "green"', to: '"color": "rgeen"', expected: 'green' })

finds(
  'dashboards-are-spelt',
  'a mapping that is another one, a mode that is misspelt',
  {
    file: 'slo-dashboard.json',
    from: '"fieldConfig": {',
    to: '"fieldConfig": { "h": 1, "w": 2 }, "was": {',
    subject: 'fieldConfig',
    expected: 'defaults, overrides',
    observed: 'h',
  },
  {
    file: 'slo-dashboard.json',
    from: /"gridPos": \{[^}]*\}/,
    to: '"gridPos": { "defaults": {} }',
    subject: 'gridPos',
    observed: 'defaults',
  },
  { file: 'slo-dashboard.json', from: /("thresholds": \{\s*)"mode"/, to: '$1"mdoe"', subject: 'mdoe', expected: 'mode' },
)

finds('dashboards-are-spelt', 'a variable without what it gets its values from', {
  file: 'slo-dashboard.json',
  from: /("templating": \{\s*"list": \[)/,
  to: '$1 { "name": "window", "type": "interval", "options": [{ "text": "5m", "value": "5m" }] },',
  subject: 'window',
  expected: 'query',
})

finds(
  id,
  'a calculation that Grafana does not have',
  {
    file: D,
    from: /("reduceOptions": \{\s*"calcs": \[\s*)"lastNotNull"/,
    to: '$1"lsatNotNull"',
    expected: 'a calculation',
    observed: 'lsatNotNull',
  },
  { file: D, from: /("legend": \{[^}]*"calcs": \[\s*)"lastNotNull"/, to: '$1"now"', severity: 'warning', observed: 'now' },
)

finds(id, 'what is no colour', { file: D, from: '"color": "green"', to: '"color": "15s"', severity: 'warning', observed: '15s' })
passes(id, 'a colour by its code', D, '"color": "green"', '"color": "rgba(50, 172, 45, 0.97)"')
