import type { Spec, SpanSpec } from '../../../model/spec.ts'
import { remark, type Check } from '../../lint-check.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { agentServices } from '../../agents.ts'

/** Names of the agent's instrumentations by what they make spans of. https://opentelemetry.io/docs/zero-code/java/agent/disable/ */
const FAMILIES: { kinds: readonly SpanSpec['kind'][]; attributes: RegExp; instrumentations: RegExp }[] = [
  {
    kinds: ['producer', 'consumer'],
    attributes: /^messaging\./,
    instrumentations:
      /^(kafka|kafka-clients|kafka-producer-propagation|spring-kafka|rabbitmq|spring-rabbit|jms|spring-integration|pulsar|rocketmq-client)$/,
  },
  { kinds: ['client'], attributes: /^db\./, instrumentations: /^(jdbc|r2dbc|vertx-sql-client|hikaricp)$/ },
  {
    kinds: ['server'],
    attributes: /^(http|url)\./,
    instrumentations: /^(netty|reactor-netty|tomcat|jetty|undertow|servlet|spring-webmvc|vertx-http-server)$/,
  },
  {
    kinds: ['client'],
    attributes: /^(http|url)\./,
    instrumentations: /^(netty|reactor-netty|spring-webflux|spring-web|apache-httpclient|okhttp|java-http-client|http-url-connection)$/,
  },
]
const RECEIVE = 'messaging.experimental.receive-telemetry'

export const check: Check = {
  meta: {
    id: 'agent-instruments-what-is-promised',
    needs: ['workloads'],
    title: 'No instrumentation of a specified span is disabled',
    failureTitle: 'The instrumentation of a specified span is disabled',
    why: 'One switch removes the spans of one library, and with a messaging library also the link between producer and consumer; everything else works on.',
    mend: 'In the compose file, remove the OTEL_INSTRUMENTATION_..._ENABLED variable (or -Dotel.instrumentation property) of the service.',
    example: 'environment:\n  OTEL_INSTRUMENTATION_KAFKA_ENABLED: "false"',
  },
  *judge(input) {
    for (const { service, workload } of agentServices(input)) {
      const promised = spansOf(input.spec, service.name)
      for (const { name, on, at, text } of switches(workload)) {
        const missed = on
          ? undefined
          : promised.find((span) =>
              FAMILIES.some(
                ({ kinds, attributes, instrumentations }) =>
                  instrumentations.test(name) &&
                  kinds.includes(span.kind) &&
                  Object.keys(span.attributes).some((names) => attributes.test(names)),
              ),
            )
        // Which of several libraries serves the others is not known here; of a message there is but one.
        if (missed !== undefined)
          yield remark(
            service.name,
            at,
            `the instrumentation of the specified ${missed.kind} span enabled`,
            text,
            undefined,
            /^kafka/.test(name) ? 'error' : 'warning',
          )
        // Then the consumer is in a trace of its own that links to the producer's.
        if (on && name === RECEIVE && promised.some(({ kind, edge }) => kind === 'consumer' && edge === 'child'))
          yield remark(service.name, at, 'no receive telemetry: consumer spans that are children of their producer spans', text)
      }
    }
  },
}

function spansOf({ traces }: Spec, service: string): SpanSpec[] {
  const within = (span: SpanSpec): SpanSpec[] => [...(span.service === service ? [span] : []), ...span.children.flatMap(within)]
  return traces.flatMap(({ tree }) => within(tree))
}

/** otel.instrumentation.X.enabled, as a variable of the environment or as a property on a command line. */
function switches(workload: Workload): { name: string; on: boolean; at: Cursor; text: string }[] {
  const variables = [...workload.env].flatMap(([key, { value, at }]) => {
    const name = /^OTEL_INSTRUMENTATION_(.+)_ENABLED$/.exec(key)?.[1]
    return name === undefined ? [] : [{ name: spelt(name), on: value !== 'false', at, text: `${key}=${value}` }]
  })
  const lines = [
    ...workload.args,
    ...['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS', '_JAVA_OPTIONS'].flatMap((key) => workload.env.get(key) ?? []),
  ]
  const properties = lines.flatMap(({ value, at }) =>
    [...value.matchAll(/-Dotel\.instrumentation\.(\S+?)\.enabled=(\w+)/g)].map(([text, name = '', state]) => ({
      name,
      on: state !== 'false',
      at,
      text,
    })),
  )
  return [...variables, ...properties]
}

/** An environment variable has _ for a dot and for a dash. */
function spelt(name: string): string {
  const dashed = name.toLowerCase().replaceAll('_', '-')
  return dashed === RECEIVE.replaceAll('.', '-') ? RECEIVE : dashed
}
