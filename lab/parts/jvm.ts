/** What both JVM services have in common. */
import { portOf } from '../compose/localize.ts'
import type { Container } from '../compose/compose-file.ts'
import type { PartContext, Part } from './part.ts'
import type { PortName } from './part-ports.ts'

const JMX_AGENT = /^(-javaagent:\S*jmx\S*\.jar=)(?:[\w.-]*:)?(\d+)(:.*)$/

/** The ports of a service and of the JMX exporter inside of it. 8080 is Spring Boot's own. */
export function jvmListens(service: PortName, jmx: PortName): Part['listens'] {
  return ({ environment, command }: Container) => ({
    [service]: portOf(environment['SERVER_PORT'], 8080),
    [jmx]: Number(command.map((word) => JMX_AGENT.exec(word)?.[2]).find((port) => port !== undefined) ?? 0),
  })
}

/** docker-compose.yaml's Dockerfile puts both jars there. */
export const JVM_IMAGE = { '/app/jmx_prometheus_javaagent.jar': 'jmx-exporter-agent' } as const

/** The collector as the agents reach it: through Toxiproxy, so that a drill can close their endpoint while the collector is well. */
export const AGENT_DETOURS = { 'otel-collector:4318': 'toxiproxy-otlp' } as const satisfies Record<string, PortName>

/** The command of the compose file by the lab's JDK, listening on loopback. */
export function jvmArgv(context: PartContext, jmx: PortName): string[] {
  const [program, ...words] = context.command
  return [
    program === 'java' ? context.java : (program ?? context.java),
    // What a JVM sees as the machine's memory; without -Xmx its heap is a quarter of it.
    ...(context.container.memoryBytes === undefined ? [] : [`-XX:MaxRAM=${context.container.memoryBytes}`]),
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    `-Djava.io.tmpdir=${context.dir}/tmp`,
    ...words.map((word) =>
      word.replace(JMX_AGENT, (_, agent: string, _port, config: string) => `${agent}${context.hostPort(jmx)}${config}`),
    ),
  ]
}

export function jvmEnv(context: PartContext, service: PortName): Record<string, string> {
  const { host, port } = context.at(service)
  return { ...context.environment, SERVER_ADDRESS: host, SERVER_PORT: String(port) }
}

/** `-javaagent:FILE[=OPTIONS]` of a command line or of JAVA_TOOL_OPTIONS, and the word after `-jar`. */
const LOADED = /(?:^|\s)-javaagent:([^\s=]+)|(?:^|\s)-jar\s+(\S+)/g

/** What a JVM is asked to load and its container does not have: it ends before its program begins. By paths of the container. */
export function jarsMissing({ container, dir, path, mounted }: PartContext): string[] {
  const said = [container.command.join(' '), container.environment['JAVA_TOOL_OPTIONS'] ?? '']
  const jars = said.flatMap((text) => [...text.matchAll(LOADED)].map(([, agent, program]) => agent ?? program ?? ''))
  return jars.filter((file) => path(file) === `${dir}/rootfs${file}` && mounted(file) === undefined)
}
