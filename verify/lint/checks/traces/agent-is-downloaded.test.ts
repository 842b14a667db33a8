import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'agent-is-downloaded'
const file = 'docker-compose.yaml'
const HOST = 'https://github.com/'
const from = `${HOST}open-telemetry/opentelemetry-java-instrumentation/releases/download/v2.11.0/opentelemetry-javaagent.jar`
const subject = 'otel-agent-init'

finds(
  id,
  'a part of the address that is misspelt, or missing',
  { file, from, to: from.replace('github.com', 'gihtub.com'), subject, expected: from },
  { file, from, to: from.replace('github.com/', ''), subject },
  { file, from, to: from.replace('open-telemetry/', ''), subject },
  { file, from, to: from.replace('open-telemetry', 'oepn-telemetry'), subject },
  { file, from, to: from.replace('java-instrumentation', 'jvaa-instrumentation'), subject },
  { file, from, to: from.replace('/releases', ''), subject },
  { file, from, to: from.replace('download', 'donwload'), subject },
  { file, from, to: from.replace('/v2.11.0', ''), subject },
  { file, from, to: from.replace('javaagent.jar', 'jvaaagent.jar'), subject },
)
finds(id, 'a redirect that is not followed', { file, from: '      - --location\n', to: '', subject, expected: '--location' })
// Beside whichever address stands there.
const fault = { file, from: '- --silent', to: `- ${from.replace('/releases', '')}` }
for (const [story, url] of [
  ['another release', from.replace('v2.11.0', 'v1.33.6')],
  ['the latest one', from.replace('download/v2.11.0', 'latest/download')],
  [
    'Maven Central',
    'https://repo1.maven.org/maven2/io/opentelemetry/javaagent/opentelemetry-javaagent/2.11.0/opentelemetry-javaagent-2.11.0.jar',
  ],
  ['a mirror', 'https://nexus.example.com/agents/opentelemetry-javaagent.jar'],
  ['a fork', `${HOST}splunk/splunk-otel-java/releases/download/v2.11.0/splunk-otel-javaagent.jar`],
  ['a variable', from.replace('v2.11.0', '${AGENT:-v2.11.0}')],
] as const)
  passes(id, story, file, from, url, fault)
