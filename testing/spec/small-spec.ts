import type { Spec, RuleSpec } from '../../verify/model/spec.ts'
import { ROUTING } from '../virtual/virtual-alertmanager.ts'

/** For tests: a small specification. Two services, two rules; tests add what they need. */
export function platform(): Spec {
  return {
    platform: {
      because: 'a test',
      scrapeIntervalMs: 15_000,
      scrapeTimeoutMs: 10_000,
      evaluationIntervalMs: 15_000,
      resendDelayMs: 60_000,
      targets: [
        { job: 'moalog-server', address: 'moalog-server:8090', scrapeIntervalMs: 10_000 },
        { job: 'rate-limiter', address: 'rate-limiter:8082', path: '/actuator/prometheus', auth: 'basic' },
        { job: 'fluxpay-engine', address: 'fluxpay-engine:8081', path: '/actuator/prometheus', auth: 'basic' },
        { job: 'redis-exporter', address: 'redis-exporter:9121' },
        { job: 'mysqld-exporter', address: 'mysqld-exporter:9104' },
      ],
      services: [
        { name: 'moalog-server', container: 'moalog-server', job: 'moalog-server', runtime: 'rust', tracing: 'none' },
        { name: 'rate-limiter', container: 'moalog-rate-limiter', job: 'rate-limiter', runtime: 'jvm', tracing: 'agent' },
      ],
    },
    rules: [
      rule(),
      rule({
        alert: 'SlowQueries',
        condition: {
          kind: 'rate',
          expr: 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10',
          value: 'rate(mysql_global_status_slow_queries[5m]) * 60',
          threshold: 10,
          comparator: '>',
          windowMs: 300_000,
        },
        forMs: 300_000,
        labels: { severity: 'warning' },
      }),
    ],
    routing: ROUTING,
    traces: [],
    logs: [],
    slo: { because: 'a test', availability: 0.999, latencyP95Seconds: 0.5, errorRate: 0.001, windowMs: 86_400_000, panels: [] },
  }
}

export function rule(changes: Partial<RuleSpec> = {}): RuleSpec {
  return {
    alert: 'ServiceDown',
    because: 'a test',
    condition: { kind: 'up', expr: 'up == 0', value: 'up', threshold: 0, comparator: '==' },
    forMs: 60_000,
    keepFiringForMs: 0,
    labels: { severity: 'critical' },
    annotations: { summary: '{{ $labels.job }} is down' },
    holdsFor: {},
    experiments: [],
    ...changes,
  }
}
