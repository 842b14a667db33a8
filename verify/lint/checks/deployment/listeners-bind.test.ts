import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'listeners-bind'
const D = 'docker-compose.yaml'
finds(
  id,
  'an address that no container has',
  { file: 'otel-collector.yml', from: '0.0.0.0:4317', to: '0.0.0.1:4317', subject: 'endpoint', observed: '0.0.0.1' },
  { file: 'otel-collector.yml', from: '0.0.0.0:8889', to: '1.0.0.0:8889', subject: 'address' },
  { file: 'otel-collector.yml', from: '0.0.0.0:13133', to: '0.1.0.0:13133' },
  { file: 'jaeger.yml', from: '0.0.0.0:16686', to: '0.0.1.0:16686', subject: 'host-port' },
  { file: D, from: 'SERVER_ADDRESS: 0.0.0.0', to: 'SERVER_ADDRESS: 0.0.0.1', observed: '0.0.0.1' },
  { file: D, from: 'MOALOG_BIND: 0.0.0.0:8090', to: 'MOALOG_BIND: 0.0.0.9:8090' },
  { file: D, from: 'HOST://0.0.0.0:9092', to: 'HOST://0.0.0.2:9092', observed: '0.0.0.2' },
)
passes(id, 'an address of its network, a name, every address', D, 'MOALOG_BIND: 0.0.0.0:8090', 'MOALOG_BIND: 172.20.0.5:8090')
passes(id, 'what a receiver fetches from', 'otel-collector.yml', 'receivers:', 'receivers:\n  redis:\n    endpoint: 8.8.8.8:6379')

finds(id, 'no address', { file: 'jaeger.yml', from: '0.0.0.0:16686', to: '30s', subject: 'host-port', observed: '30s' })

finds('listeners-bind', 'a variable, which Jaeger does not replace', {
  file: 'jaeger.yml',
  from: /(http-server:\n\s*host-port: )\S+/,
  to: '$1$$QUERY_ADDRESS',
  observed: '$QUERY_ADDRESS',
})
