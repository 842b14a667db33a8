import { finds } from '../testing.ts'

finds('prometheus-scrapes-targets', 'port, path, auth and a missing job',
  { file: 'monitoring/prometheus.yml', from: '"rate-limiter:8082"', to: '"rate-limiter:8080"', subject: 'rate-limiter', observed: '8080' },
  { file: 'monitoring/prometheus.yml', from: 'metrics_path: /actuator/prometheus', to: 'metrics_path: /metrics', expected: '/actuator/prometheus' },
  { file: 'monitoring/prometheus.yml', from: 'job_name: mysqld-exporter', to: 'job_name: mysql-exporter', observed: 'did you mean mysql-exporter' },
  { file: 'monitoring/prometheus.yml', from: '    basic_auth:', to: '    x_auth:', observed: 'no credentials' },
)
