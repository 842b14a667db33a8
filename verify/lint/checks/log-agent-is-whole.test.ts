import { finds } from '../testing.ts'

finds('log-agent-is-whole', 'positions, client and socket',
  { file: 'promtail/promtail.yml', from: '/var/lib/promtail/positions.yaml', to: '/tmp/positions.yaml', observed: '/tmp' },
  { file: 'promtail/promtail.yml', from: 'http://loki:3100/loki/api/v1/push', to: 'http://loki:3100/push', subject: 'clients' },
  { file: 'promtail/promtail.yml', from: 'unix:///var/run/docker.sock', to: 'unix:///run/other.sock', observed: 'not mounted' },
)
