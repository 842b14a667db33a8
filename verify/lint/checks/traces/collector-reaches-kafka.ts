import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { hostPort, typeOf } from '../../agents.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'collector-reaches-kafka',
    needs: ['collector', 'workloads'],
    title: "The collector's Kafka components name a broker that is deployed, at a port that it advertises",
    failureTitle: 'The collector cannot reach Kafka',
    why: 'A receiver or exporter of Kafka that finds no broker ends the collector at start, or drops what it was given. A broker sends its clients on to the address that it advertises. https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/kafkaexporter',
    mend: 'In the collector configuration, set brokers to the host of the Kafka service with the port of its listener for other containers.',
    example: 'exporters:\n  kafka: { brokers: [kafak:9092] }',
  },
  *judge(input) {
    const kafkas = input.config.workloads.filter(({ image, env }) => /kafka(?::|@|$)|redpanda/.test(image) || env.has('KAFKA_LISTENERS'))
    if (kafkas.length === 0) return
    for (const collector of input.config.collectors)
      for (const kind of ['receivers', 'exporters'])
        for (const [name, component] of collector.pairs(kind))
          if (/^kafka(?:metrics)?$/.test(typeOf(name))) yield* judgeBrokers(name, component, collector, kafkas, input)
  },
}

function* judgeBrokers(
  name: string,
  component: Cursor,
  collector: Cursor,
  kafkas: readonly Workload[],
  { config }: LintInput,
): Generator<Remark> {
  const names = kafkas.flatMap(namesOf)
  const others = config.workloads.flatMap(namesOf)
  const isDeployed = config.workloads.some((workload) => !workload.at.has('network_mode') && reads(workload, collector, config))
  const brokers = component.get('brokers')
  const listed = brokers?.isList() === true ? brokers.items() : brokers === undefined ? [] : [brokers]
  if (listed.length === 0 && isDeployed)
    yield remark(name, component.keyPlace(), `brokers: [${names[0] ?? ''}:PORT]`, 'none: localhost:9092, which is its own container')
  for (const at of listed) {
    const text = at.string() ?? ''
    const { host, port } = hostPort(text)
    if (text.includes('$') || text.includes(',')) continue
    const broker = kafkas.find((each) => namesOf(each).includes(host))
    const isOwn = isDeployed && /^(?:localhost|127\.)/.test(host)
    if (broker === undefined) {
      if (isOwn || others.includes(host) || nearest(host, names, host.length < 5 ? 1 : 2) !== undefined)
        yield remark(name, at, `the host of Kafka: ${[...new Set(names)].join(', ')}`, `${host}${didYouMean(host, names)}`)
      continue
    }
    const open = portsOf(broker)
    if (open.length > 0 && !open.includes(port))
      yield remark(name, at, `a port of ${broker.name}: ${open.join(', ')}`, port === '' ? 'no port' : port)
  }
}

function namesOf({ name, container, at }: Workload): string[] {
  return [...new Set([name, container, at.string('hostname') ?? name])]
}

/** Of its listeners, without that of the controllers. */
function portsOf({ env }: Workload): string[] {
  const text = env.get('KAFKA_LISTENERS')?.value ?? env.get('KAFKA_CFG_LISTENERS')?.value ?? ''
  if (text.includes('$')) return []
  return [...text.matchAll(/(\w+):\/\/[^,]*?:(\d+)/g)].flatMap(([, listener = '', port = '']) =>
    /^CONTROLLER$/i.test(listener) ? [] : [port],
  )
}
