import { portOf } from '../compose/localize.ts'
import type { Container } from '../compose/compose-file.ts'
import { askKafka } from './ask.ts'
import type { Part, PartContext } from './part.ts'
import type { PortName } from './part-ports.ts'

/** Variables of the image that are no broker properties. */
const OWN = /^KAFKA_(?:HEAP_OPTS|OPTS|JVM_PERFORMANCE_OPTS|GC_LOG_OPTS|JMX_\w+|LOG4J_\w+|LOG_DIRS)$/

/**
 * Listener names by the port of the lab that stands for each: the controllers', the one between brokers, and whichever is left, for clients
 * outside of the network.
 */
function listens({ environment }: Container): Partial<Record<PortName, number>> {
  const controllers = (environment['KAFKA_CONTROLLER_LISTENER_NAMES'] ?? '').split(',')
  const between = environment['KAFKA_INTER_BROKER_LISTENER_NAME']
  return Object.fromEntries(
    (environment['KAFKA_LISTENERS'] ?? 'PLAINTEXT://0.0.0.0:9092').split(',').map((listener): [PortName, number] => {
      const name = listener.split('://')[0] ?? ''
      return [controllers.includes(name) ? 'kafka-controller' : name === between ? 'kafka-internal' : 'kafka', portOf(listener, 9092)]
    }),
  )
}

/** KAFKA_A_B=c is a.b=c: https://docs.confluent.io/platform/7.5/installation/docker/config-reference.html */
function properties(context: PartContext): string[] {
  return Object.entries(context.environment)
    .filter(([name]) => name.startsWith('KAFKA_') && !OWN.test(name))
    .map(([name, value]) => `${name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.')}=${value}`)
}

function java(context: PartContext): string[] {
  return [
    context.java,
    ...['KAFKA_HEAP_OPTS', 'KAFKA_OPTS'].flatMap((name) => (context.environment[name] ?? '').split(/\s+/).filter((word) => word !== '')),
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    // The binding is slf4j-simple, which writes to stderr (https://www.slf4j.org/api/org/slf4j/simple/SimpleLogger.html).
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
    `-Djava.io.tmpdir=${context.dir}/tmp`,
    '-cp',
    `${context.tool('kafka')}/*`,
  ]
}

export const kafka: Part = {
  id: 'kafka',
  title: 'Kafka',
  ports: ['kafka', 'kafka-internal', 'kafka-controller'],
  listens,
  tools: ['kafka'],
  readyTimeoutMs: 45_000,
  files: (context) => ({ 'server.properties': [...properties(context), `log.dirs=${context.dir}/data`, ''].join('\n') }),
  prepare: (context) =>
    context.run([
      ...java(context),
      'kafka.tools.StorageTool',
      'format',
      '-t',
      context.environment['CLUSTER_ID'] ?? '',
      '-c',
      `${context.dir}/server.properties`,
    ]),
  launch: (context) => ({
    argv: [...java(context), 'kafka.Kafka', `${context.dir}/server.properties`],
    env: {},
    health: { kind: 'tcp', ...context.at('kafka') },
  }),
  answers: (context) => askKafka(context.at('kafka')),
}
