import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'volumes-are-writable'
const C = 'docker-compose.yaml'

finds(
  ID,
  'a new volume of root',
  { file: C, from: '    user: "0"\n', to: '', subject: 'otel-agent-init', observed: 'curl_user' },
  {
    file: C,
    from: /--storage.tsdb.path=\/prometheus(.*[^]*?)prometheus_data:\/prometheus/,
    to: '--storage.tsdb.path=/data$1prometheus_data:/data',
    subject: 'prometheus',
    observed: 'nobody',
  },
)
passes(ID, 'a folder of the host', C, '    user: "0"\n', '    user: "1000"\n')
