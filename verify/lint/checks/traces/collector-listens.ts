import { remark, type Check } from '../../lint-check.ts'
import { receiverPorts } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'collector-listens',
    needs: ['collector'],
    title: 'The collector listens for OTLP on all interfaces: gRPC on 4317, HTTP on 4318',
    failureTitle: 'The collector does not listen where its clients send',
    why: 'A collector that listens on localhost cannot be reached from other containers. Since 0.104 localhost is the default, so the endpoint has to be set. https://opentelemetry.io/docs/security/config-best-practices/',
    mend: 'In the collector configuration, set receivers.otlp.protocols grpc to 0.0.0.0:4317 and http to 0.0.0.0:4318. Serve its own metrics on the scraped port.',
    example: 'receivers:\n  otlp:\n    protocols:\n      grpc: { endpoint: localhost:4317 }',
  },
  *judge({ spec, config }) {
    const metricsAddress = spec.platform.targets
      .find((target) => /collector/.test(target.job))
      ?.address.split(':')
      .at(-1)
    for (const collector of config.collectors) {
      // One of several files, of which the others are not here.
      if (!['receivers', 'processors', 'exporters'].some((key) => collector.has(key))) continue
      if (
        collector
          .get('service', 'pipelines')
          ?.pairs()
          .some(([name]) => name.startsWith('traces')) !== true
      )
        continue
      const ports = receiverPorts(collector)
      for (const [protocol, port] of [
        ['grpc', '4317'],
        ['http/protobuf', '4318'],
      ] as const) {
        const receiver = ports.find((candidate) => candidate.protocol === protocol)
        // Where no trace is promised one protocol is enough, on any port.
        if (spec.traces.length === 0 && ports.length > 0 && receiver?.port !== '') {
          // Who asks it is judged by what asks.
        } else if (receiver === undefined)
          yield remark('otlp', collector.near('receivers'), `the receiver otlp with ${protocol} on ${port}`, `no ${protocol}`)
        else if (receiver.port !== port && receiver.port !== '')
          yield remark('otlp', receiver.at.near('endpoint'), `${protocol} on ${port}`, `on ${receiver.port}`)
        if (receiver !== undefined && /^(localhost|127\.|\[::1)/.test(receiver.at.string('endpoint') ?? ''))
          yield remark('otlp', receiver.at.near('endpoint'), `0.0.0.0:${port}`, receiver.at.string('endpoint') ?? '')
      }
      // Its own metrics are a scrape target; a prometheus exporter may serve them as well.
      const telemetry = collector.get('service', 'telemetry', 'metrics')
      const exporters = collector
        .pairs('exporters')
        .filter(([name]) => name.startsWith('prometheus'))
        .flatMap(([, exporter]) => exporter.string('endpoint')?.split(':').at(-1) ?? [])
      const readers = (telemetry?.get('readers')?.items() ?? []).flatMap(
        (reader) => reader.string('pull', 'exporter', 'prometheus', 'port') ?? [],
      )
      const own = telemetry?.string('address')?.split(':').at(-1) ?? '8888'
      const isOff = telemetry?.string('level') === 'none'
      const served = [...exporters, ...readers, ...(isOff ? [] : [own])]
      // Where nothing is specified the address of a target is empty.
      if (metricsAddress !== undefined && metricsAddress !== '' && !served.includes(metricsAddress))
        yield remark(
          'telemetry',
          (isOff ? telemetry?.get('level') : undefined) ?? telemetry?.get('address') ?? telemetry ?? collector.near('service'),
          `metrics on port ${metricsAddress}, which Prometheus scrapes`,
          isOff ? 'level: none: no metrics' : `on ${served.join(', ')}`,
        )
    }
  },
}
