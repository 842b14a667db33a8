import { oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'listeners-bind',
    title: 'Every listener binds to an address that its container has',
    failureTitle: 'A listener is given an address that no container has',
    why: '"bind: cannot assign requested address": a container has 127.0.0.1 and the address that it gets from its network when it starts. 0.0.0.0 and [::] are all of them.',
    mend: 'Listen on 0.0.0.0:port (or :port), or on 127.0.0.1 for what only the container itself asks.',
    example: 'receivers:\n  otlp:\n    protocols:\n      grpc: { endpoint: 0.0.0.1:4317 }',
  },
  *judge({ config }) {
    const collectors = config.collectors.flatMap((root) => [
      ...['receivers', 'extensions'].flatMap((key) =>
        below(root.get(key)).filter((at) => at.key === 'endpoint' && /^[\d.[\]:]/.test(at.string() ?? '')),
      ),
      ...below(root.get('service', 'telemetry')).filter(({ key }) => key === 'address' || key === 'host'),
    ])
    const jaegers = config.jaeger.flatMap((root) => below(root)).filter(({ key }) => key === 'host-port')
    const servers = [...config.loki, ...config.promtail]
      .flatMap((root) => below(root.get('server')))
      .filter(({ key }) => /listen_address$/.test(key))
    // Receivers of a collector may fetch from others: only those of OTLP, Jaeger and Zipkin listen.
    const listening = collectors.filter((at) => !isFetched(at, config.collectors))
    for (const at of jaegers)
      // Jaeger replaces no variables in its file.
      if (!/^(?:\[[^\]]*\]|[\w.-]*):\d+$/.test(at.string() ?? '')) yield remark(at.key, at, '0.0.0.0:port', at.string() ?? '')
    yield* oncePerPlace([...listening, ...jaegers, ...servers].flatMap((at) => judgeAddress(at, at.string() ?? '')))
    yield* oncePerPlace(
      config.workloads.flatMap(({ env }) =>
        [...env].flatMap(([name, { value, at }]) =>
          /^(?:SERVER_ADDRESS|MANAGEMENT_SERVER_ADDRESS)$|(?:^|_)(?:BIND|LISTEN_ADDR(?:ESS)?|BIND_ADDR(?:ESS)?)$/.test(name)
            ? judgeAddress(at, value)
            : name === 'KAFKA_LISTENERS'
              ? value.split(',').flatMap((each) => judgeAddress(at, each.replace(/^\s*\w+:\/\//, '')))
              : [],
        ),
      ),
    )
  },
}

function below(at: Cursor | undefined): readonly Cursor[] {
  return at === undefined ? [] : scalarsIn(at)
}

const LISTEN =
  /^(?:otlp|jaeger|zipkin|opencensus|skywalking|statsd|loki|syslog|tcplog|udplog|fluentforward|health_check|zpages|pprof)(?:\/|$)/

function isFetched(at: Cursor, roots: readonly Cursor[]): boolean {
  return roots.some((root) =>
    [...root.pairs('receivers'), ...root.pairs('extensions')].some(
      ([name, each]) => !LISTEN.test(name) && scalarsIn(each).some(({ start }) => start === at.start) && each.text === at.text,
    ),
  )
}

function judgeAddress(at: Cursor, text: string): Remark[] {
  const host = /^(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/.exec(text.trim())?.[1]
  if (host === undefined || host === '0.0.0.0' || /^127\./.test(host) || /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.\d+)\./.test(host))
    return []
  return [remark(at.key, at, '0.0.0.0 or 127.0.0.1', host)]
}
