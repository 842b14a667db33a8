import { remark, type Check } from '../../lint-check.ts'

export const check: Check = {
  meta: {
    id: 'rule-keeps-its-name',
    severity: 'warning',
    needs: ['rules'],
    title: 'No rule sets the label alertname',
    failureTitle: 'A rule sets the label alertname, which Prometheus overwrites with the name of the alert',
    why: 'Prometheus sets alertname last. Routes, silences and inhibitions that were written for the other name match nothing. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/',
    mend: 'Give the rule the name in `alert:`, or use another label.',
    example: '- alert: RedisDown\n  labels: { alertname: CacheDown }',
  },
  *judge({ config }) {
    for (const rule of config.rules)
      for (const owner of [rule.at, rule.group]) {
        const at = owner.get('labels', 'alertname')
        const name = at?.string() ?? ''
        if (at !== undefined && name !== rule.alert && name !== '{{ $labels.alertname }}')
          yield remark(rule.alert, at, `${rule.alert}, the name in alert:`, `alertname: ${name}`)
      }
  },
}
