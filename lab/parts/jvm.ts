/** What both JVM services have in common. */
import type { ToolId } from '../tools/tools.ts'
import type { PartContext } from './part.ts'
import type { PortName } from './ports.ts'

/** -Xmx256m of the old generation kind: JVMHeapHigh needs a heap that a drill can fill. */
export function jvmArgv(context: PartContext, jar: ToolId, jmxPort: PortName): string[] {
  return [
    context.java,
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    `-Djava.io.tmpdir=${context.dir}/tmp`,
    `-javaagent:${context.tool('jmx-exporter-agent')}=${context.hostPort(jmxPort)}:${context.dir}/jmx-exporter.yml`,
    '-jar',
    context.tool(jar),
  ]
}

/** As docker-compose.yaml has it: no change in the service's code. */
export function jvmEnv(context: PartContext, service: string): Record<string, string> {
  return {
    JAVA_TOOL_OPTIONS: `-javaagent:${context.tool('otel-java-agent')}`,
    OTEL_SERVICE_NAME: service,
    // Through Toxiproxy, so that a drill can close the agents' endpoint while the collector is well.
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${context.hostPort('toxiproxy-otlp')}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // A drill's requests say whose they are (W3C baggage): so do the spans then.
    OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE: 'firedrill.run,firedrill.experiment',
    // 5 s by default: a span is to be found soon after its request.
    OTEL_BSP_SCHEDULE_DELAY: '500',
  }
}

export const JMX_EXPORTER_CONFIG = [
  'startDelaySeconds: 0',
  'lowercaseOutputName: true',
  'lowercaseOutputLabelNames: true',
  // The JVM's own figures are there without rules; of the rest, memory and threads.
  'includeObjectNames: ["java.lang:type=Memory", "java.lang:type=Threading", "java.lang:type=Runtime"]',
  'rules:',
  '  - pattern: ".*"',
  '',
].join('\n')
