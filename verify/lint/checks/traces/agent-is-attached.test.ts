import { finds, passes } from '../../../../testing/lint/lint-files.ts'

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

finds(
  'agent-is-attached',
  'the jar is written under another name than the agent is loaded from',
  {
    file: 'docker-compose.yaml',
    from: '      - /otel/opentelemetry-javaagent.jar\n',
    to: '      - /otel/opentelemetry-java-agent.jar\n',
    line: '- /otel/opentelemetry-java-agent.jar',
    observed: 'otel-agent-init writes /otel/opentelemetry-java-agent.jar',
  },
  {
    file: 'docker-compose.yaml',
    from: '      - --output\n      - /otel/opentelemetry-javaagent.jar\n',
    to: '      - --output=/otel/lib/opentelemetry-javaagent.jar\n',
    line: '--output=/otel/lib/',
  },
  {
    file: 'docker-compose.yaml',
    from: '-javaagent:/otel/opentelemetry-javaagent.jar',
    to: '-javaagent:/otel/opentelemetry-agent.jar',
    line: '-javaagent:/otel/opentelemetry-agent.jar',
    observed: 'writes /otel/opentelemetry-javaagent.jar',
  },
  {
    file: 'docker-compose.yaml',
    from: /command:\n {6}- --fail[^]*?(https:\S+)\n/,
    to: 'command: [sh, -c, "wget -q $1 -O /otel/otel.jar && chmod 644 /otel/otel.jar"]\n',
    line: '-O /otel/otel.jar',
  },
)
passes(
  'agent-is-attached',
  'the volume is mounted elsewhere in the container that writes',
  'docker-compose.yaml',
  /command:\n {6}- --fail[^]*?(https:\S+)\n {4}volumes: \["otel_agent:\/otel"\]/,
  'command: [sh, -c, "curl -fsSLo /out/opentelemetry-javaagent.jar $1"]\n    volumes: ["otel_agent:/out"]',
)

finds('agent-is-attached', 'no agent anywhere is one finding, and none about where it sends', {
  file: 'docker-compose.yaml',
  from: / {2}JAVA_TOOL_OPTIONS: [^\n]*\n/,
  to: '',
  subject: 'rate-limiter, fluxpay-engine',
  observed: 'no agent',
  line: 'rate-limiter',
})

finds('agent-is-attached', 'a variable that no JVM reads', {
  file: 'docker-compose.yaml',
  from: '  JAVA_TOOL_OPTIONS:',
  to: '  JAVA_TOOLS_OPTIONS:',
  observed: 'JAVA_TOOLS_OPTIONS, which the JVM does not read',
  line: 'JAVA_TOOLS_OPTIONS',
})

finds('agent-is-attached', 'what fetches the agent keeps it to itself', {
  file: 'docker-compose.yaml',
  from: '    volumes: ["otel_agent:/otel"]\n',
  to: '',
  subject: 'otel-agent-init',
  expected: 'the volume otel_agent at /otel',
})

const early = { file: 'docker-compose.yaml', from: '      otel-agent-init: { condition: service_completed_successfully }\n', to: '' }
finds('agent-is-attached', 'a JVM that does not wait for its agent', {
  ...early,
  subject: 'rate-limiter',
  expected: 'depends_on: otel-agent-init',
})
passes(
  'agent-is-attached',
  'a JVM that is started again until its agent is there',
  'docker-compose.yaml',
  /( {4}container_name: moalog-rate-limiter\n)([^]*?) {6}otel-agent-init: \{ condition: service_completed_successfully \}\n/,
  '$1    restart: unless-stopped\n$2',
  early,
)

finds('agent-is-attached', 'a volume beside the folder to which the agent is written', {
  file: 'docker-compose.yaml',
  from: '["otel_agent:/otel"]',
  to: '["otel_agent:/oetl"]',
  subject: 'otel-agent-init',
  observed: '/oetl',
})
