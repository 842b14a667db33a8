import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'dashboards-are-well-formed'
const file = 'slo-dashboard.json'

finds(
  id,
  'a mapping where a list is read, and the other way round',
  { file, from: /"targets": \[(\s*\{[^[\]]*?\n {8}\})\s*\]/, to: '"targets": $1', subject: 'Active alerts', expected: 'targets: a list' },
  { file, from: '"fieldConfig": {', to: '"fieldConfig": [], "was": {', subject: 'Availability', expected: 'fieldConfig: a mapping' },
  { file, from: '"steps": [', to: '"steps": {}, "was": [', expected: 'steps: a list', observed: 'a mapping' },
  { file, from: '"calcs": [', to: '"calcs": "mean", "was": [', expected: 'calcs: a list', observed: 'mean' },
  { file, from: '"overrides": []', to: '"overrides": {}', expected: 'overrides: a list' },
  { file, from: '"time": {', to: '"time": "now", "was": {', subject: 'dashboard', expected: 'time: a mapping' },
)
finds(
  id,
  'a panel without a size',
  { file, from: /"h": 7,\s*/, to: '', severity: 'warning', expected: 'h: a height', observed: 'none' },
  { file, from: /"w": 6/, to: '"w": 0', severity: 'warning', expected: 'w: a width', observed: '0' },
)
const fault = { file, from: '"overrides": []', to: '"overrides": {}' }
passes(id, 'null is as good as nothing', file, '"overrides": []', '"overrides": null', fault)
passes(id, 'a panel without a place', file, /"gridPos": \{[^}]*\},/, '', fault)

passes(
  id,
  'a row, which is as wide as the dashboard',
  file,
  /"panels": \[/,
  '"panels": [{ "id": 90, "type": "row", "title": "R", "gridPos": { "h": 1, "w": 0, "x": 0, "y": 0 }, "panels": [] },',
)

finds(
  id,
  'values of another kind, a scale the wrong way round',
  { file, from: '"legendFormat": "Availability"', to: '"legendFormat": true', subject: 'Availability', expected: 'legendFormat: a text' },
  { file, from: '"instant": true', to: '"instant": "Availability"', expected: 'instant: true or false' },
  { file, from: '"max": 1,', to: '"max": { "mode": "thresholds" },', expected: 'max: a number' },
  { file, from: '"min": 0.99', to: '"min": 2', severity: 'warning', expected: 'a min below the max, 1' },
)
