import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const id = 'java-command-is-whole'
const COMMAND =
  'command: [java, -Xmx256m, -XX:+UseSerialGC, "-javaagent:/app/jmx_prometheus_javaagent.jar=9404:/app/jmx-exporter.yml", -jar, /app/service.jar]'
finds(
  id,
  'order, jar, program',
  {
    file: D,
    from: COMMAND,
    to: 'command: [java, -jar, /app/service.jar, -Xmx256m, "-javaagent:/app/jmx_prometheus_javaagent.jar=9404:/app/jmx-exporter.yml"]',
    subject: 'rate-limiter',
    observed: 'behind the jar',
  },
  { file: D, from: COMMAND, to: COMMAND.replace('/app/service.jar', '/app'), observed: '/app' },
  { file: D, from: COMMAND, to: COMMAND.replace(', /app/service.jar', ''), observed: 'nothing' },
  { file: D, from: COMMAND, to: COMMAND.replace('java,', 'jvaa,'), expected: 'java', observed: 'jvaa' },
  { file: D, from: COMMAND, to: COMMAND.replace('-jar, ', ''), expected: '-jar' },
)
finds(
  id,
  'the agent and its file',
  { file: D, from: COMMAND, to: COMMAND.replace('_javaagent.jar=', '_javaagent.jra='), observed: '.jra' },
  { file: D, from: COMMAND, to: COMMAND.replace(':/app/jmx-exporter.yml', ':/app'), expected: '/app/jmx-exporter.yml', observed: '/app' },
  { file: D, from: COMMAND, to: COMMAND.replace('=9404:/app/jmx-exporter.yml', ''), expected: '=PORT:FILE' },
)
passes(id, 'a class path and a main class', D, COMMAND, 'command: [java, -cp, "/app/*", -Xmx256m, com.example.Main]')
passes(id, 'an entry point that starts java', D, COMMAND, 'entrypoint: [/opt/run-java.sh]\n    command: [-Xmx256m, /app/service.jar]')

finds(
  'java-command-is-whole',
  'a jar that the Dockerfile does not make, a jar as an argument of a class',
  {
    file: 'docker-compose.yaml',
    from: '/out/service.jar',
    to: '/out/service.jra',
    subject: 'rate-limiter',
    observed: 'names no service.jar',
  },
  {
    file: 'docker-compose.yaml',
    from: 'jmx:jmx_prometheus_javaagent:',
    to: 'jmx:jmx_exporter:',
    subject: 'fluxpay-engine',
    observed: 'names no jmx_prometheus_javaagent.jar',
  },
  {
    file: 'docker-compose.yaml',
    from: '=9404:/app/jmx-exporter.yml", -jar,',
    to: '=9404:/app/jmx-exporter.yml", Main,',
    subject: 'rate-limiter',
    expected: '-jar before the jar',
  },
)

finds(
  id,
  'options that the JVM does not know',
  { file: D, from: COMMAND, to: COMMAND.replace('-Xmx256m', '-Xxm256m'), subject: 'rate-limiter', expected: '-Xmx256m' },
  { file: D, from: COMMAND, to: COMMAND.replace('UseSerialGC', 'UesSerialGC'), expected: '-XX:+UseSerialGC' },
  { file: D, from: '-Xms128m -Xmx256m', to: '-Xsm128m -Xmx256m', subject: 'kafka', expected: '-Xms128m' },
  { file: D, from: COMMAND, to: COMMAND.replace('java, ', ''), subject: 'rate-limiter', expected: 'java first' },
  { file: D, from: '-javaagent:/otel/opentelemetry-javaagent.jar\n', to: '-javaagent:/otel\n', expected: 'ends in .jar' },
)
passes(id, 'options of another JVM', D, COMMAND, COMMAND.replace('-Xmx256m', '-Xmx256m, -Xquickstart, -XX:+UseEpsilonGC'))
