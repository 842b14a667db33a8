import { askKafka } from './ask.ts'
import type { Part, PartContext } from './part.ts'

/** Any valid cluster id will do for a cluster of one. */
const CLUSTER_ID = 'ZmlyZWRyaWxsLWxhYi0wMQ'

function java(context: PartContext): string[] {
  return [
    context.java,
    '-Xmx192m',
    '-Xms64m',
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
  ports: ['kafka', 'kafka-controller'],
  tools: ['kafka'],
  needs: [],
  after: [],
  readyTimeoutMs: 45_000,
  files: (context) => ({
    // KRaft, broker and controller in one: https://kafka.apache.org/documentation/#kraft
    'server.properties': [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@${context.hostPort('kafka-controller')}`,
      `listeners=PLAINTEXT://${context.hostPort('kafka')},CONTROLLER://${context.hostPort('kafka-controller')}`,
      `advertised.listeners=PLAINTEXT://${context.hostPort('kafka')}`,
      'controller.listener.names=CONTROLLER',
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      `log.dirs=${context.dir}/data`,
      'num.partitions=1',
      'offsets.topic.num.partitions=1',
      'offsets.topic.replication.factor=1',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
      // A killed broker may come back when its former self has expired: 9 s by default.
      'broker.session.timeout.ms=3000',
      'broker.heartbeat.interval.ms=500',
      // 128 MB by default, of a heap of 192.
      'log.cleaner.dedupe.buffer.size=4194304',
      '',
    ].join('\n'),
  }),
  prepare: (context) =>
    context.run([...java(context), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', `${context.dir}/server.properties`]),
  launch: (context) => ({
    argv: [...java(context), 'kafka.Kafka', `${context.dir}/server.properties`],
    env: {},
    health: { kind: 'tcp', ...context.at('kafka') },
  }),
  answers: (context) => askKafka(context.at('kafka')),
}
