import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds } from '../../../../testing/lint/lint-files.ts'
import { lint } from '../../lint.ts'

finds('prometheus-keeps-series', 'a relabelling that drops', {
  file: 'monitoring/prometheus.yml',
  from: 'metrics_path: /metrics',
  to: 'metrics_path: /metrics\n    metric_relabel_configs: [{source_labels: [__name__], regex: axum.*, action: drop}]',
  subject: 'moalog-server',
  observed: 'drop',
})

test('a target that an exporter probes is its parameter; the exporter must be one of the platform', async () => {
  const { texts, options } = await deployment()
  const asked = (exporter: string): string[] => {
    const probe = `
  - job_name: probe
    metrics_path: /probe
    params: { module: [http_ok] }
    static_configs: [{ targets: ['http://moalog-server:8090/'] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: '${exporter}' }
`
    const target = { job: 'probe', address: 'http://moalog-server:8090/', path: '/probe' }
    const spec = { ...options.spec, platform: { ...options.spec.platform, targets: [...options.spec.platform.targets, target] } }
    const changed = texts.map((each) => (each.file === 'monitoring/prometheus.yml' ? { ...each, text: `${each.text}${probe}` } : each))
    return lint(changed, { ...options, spec })
      .findings.filter(({ id, subject }) => id === 'prometheus-keeps-series' && subject === 'probe')
      .map(({ observed }) => observed)
  }
  assert.deepEqual(asked('redis-exporter:9121'), [])
  assert.deepEqual(asked('other-exporter:9121'), ['replace __address__ in relabel_configs: other-exporter:9121'])
})
