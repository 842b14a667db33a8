import { finds } from '../../../../testing/lint-files.ts'

finds(
  'agent-is-attached',
  'no agent, another jar, a writable mount',
  {
    file: 'docker-compose.yaml',
    from: 'JAVA_TOOL_OPTIONS: -javaagent:/otel/opentelemetry-javaagent.jar',
    to: 'JAVA_TOOL_OPTIONS: -Xmx64m',
    subject: 'rate-limiter',
  },
  {
    file: 'docker-compose.yaml',
    from: 'JAVA_TOOL_OPTIONS: -javaagent:/otel/',
    to: 'JAVA_TOOL_OPTIONS: -javaagent:/agent/',
    expected: 'a volume that holds',
  },
  { file: 'docker-compose.yaml', from: '"otel_agent:/otel:ro"', to: '"otel_agent:/otel"', expected: 'read-only' },
)
