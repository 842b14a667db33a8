import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { typeOf } from '../../agents.ts'

const ONE_OF: [path: string[], values: RegExp, expected: string][] = [
  [['service', 'telemetry', 'metrics', 'level'], /^(none|basic|normal|detailed)$/i, 'none, basic, normal or detailed'],
  [['service', 'telemetry', 'logs', 'level'], /^(debug|info|warn|error|dpanic|panic|fatal)$/i, 'debug, info, warn or error'],
]

export const check: Check = {
  meta: {
    id: 'collector-accepts-values',
    needs: ['collector'],
    isRefusal: true,
    title: 'The collector accepts the values of its processors, queues and retries',
    failureTitle: 'The collector refuses a value and does not start',
    why: 'The collector validates every configured component before it starts, used or not; with one refused value it exits. https://github.com/open-telemetry/opentelemetry-collector/tree/main/processor/memorylimiterprocessor',
    mend: 'In the collector configuration, correct the value that the finding names. memory_limiter needs check_interval, a limit, and a spike limit below it; send_batch_max_size is 0 or at least send_batch_size.',
    example: 'memory_limiter:\n  check_interval: 1s\n  limit_mib: 48\n  spike_limit_mib: 64',
  },
  *judge({ config }) {
    for (const collector of config.collectors) {
      for (const [name, processor] of collector.pairs('processors')) {
        if (typeOf(name) === 'memory_limiter') yield* memoryLimiter(name, processor)
        if (typeOf(name) === 'batch') yield* batch(name, processor)
        if (typeOf(name) === 'probabilistic_sampler') yield* atLeast(name, processor, 0, 'sampling_percentage')
      }
      for (const [name, exporter] of collector.pairs('exporters')) {
        const queue = exporter.get('sending_queue')
        if (queue?.bool('enabled') === false) continue
        yield* atLeast(name, queue, 1, 'queue_size')
        yield* atLeast(name, queue, 1, 'num_consumers')
        const retry = exporter.get('retry_on_failure')
        for (const key of ['initial_interval', 'max_interval', 'max_elapsed_time']) yield* isDuration(name, retry, key)
      }
      yield* listeners(collector)
      yield* components(collector, versionIn(config))
      yield* composeVariables(collector)
      for (const [path, values, expected] of ONE_OF) {
        const text = collector.string(...path)
        if (text !== undefined && !text.includes('${') && !values.test(text))
          yield remark(path.at(-2) ?? '', collector.near(...path), expected, text)
      }
    }
  },
}

/** Where it listens is host:port: "listen tcp: address http://0.0.0.0:4317: too many colons in address". */
function* listeners(collector: Cursor): Generator<Remark> {
  const own = [
    ...collector
      .pairs('receivers')
      .flatMap(([name, receiver]) =>
        [receiver, ...receiver.pairs('protocols').map(([, protocol]) => protocol)].map((at) => [name, at.get('endpoint')] as const),
      )
      // Others ask a server: its URL is no address to listen at.
      .filter(([name]) => /^(?:otlp|jaeger|zipkin|opencensus|skywalking)$/.test(typeOf(name))),
    ...collector
      .pairs('extensions')
      .filter(([name]) => /^(?:health_check|pprof|zpages)$/.test(typeOf(name)))
      .map(([name, extension]) => [name, extension.get('endpoint')] as const),
  ]
  for (const [name, at] of own) {
    const text = at?.string() ?? ''
    if (at !== undefined && /^\w+:\/\//.test(text) && !text.startsWith('unix:'))
      yield remark(name, at, text.replace(/^\w+:\/\//, ''), `${text}: an address to listen at has no scheme`)
  }
}

/** Of the collector and its contrib distribution; those of other builds are not known. */
const COMPONENTS: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    receivers:
      'otlp jaeger zipkin prometheus hostmetrics kafkametrics opencensus filelog file_log fluentforward statsd syslog tcplog udplog kafka redis mysql postgresql docker_stats kubeletstats k8s_cluster k8s_events k8sobjects httpcheck nginx apache mongodb rabbitmq elasticsearch sqlquery journald loki webhookevent influxdb carbon collectd skywalking awsxray signalfx splunk_hec',
    processors:
      'batch memory_limiter attributes resource filter transform tail_sampling probabilistic_sampler span spanmetrics servicegraph k8sattributes resourcedetection groupbyattrs groupbytrace metricstransform cumulativetodelta deltatorate routing redaction metricsgeneration experimental_metricsgeneration interval deltatocumulative logdedup',
    exporters:
      'otlp otlphttp otlp_grpc otlp_http debug logging file nop prometheus prometheusremotewrite kafka zipkin loki elasticsearch opensearch clickhouse influxdb datadog awsxray awsemf awss3 googlecloud azuremonitor splunk_hec signalfx sentry loadbalancing opencensus syslog cassandra jaeger',
    extensions:
      'health_check pprof zpages memory_ballast basicauth bearertokenauth oauth2client oidc headers_setter file_storage db_storage docker_observer host_observer k8s_observer ecs_observer jaegerremotesampling sigv4auth opamp http_forwarder remotetap',
  }).map(([kind, names]) => [kind, new Set(names.split(' '))]),
)
/** Components that a version and those after it have no more. Changelogs of the two repositories. */
const REMOVED: readonly (readonly [kind: string, type: string, since: number, instead: string])[] = [
  ['exporters', 'logging', 111, 'debug'],
  ['processors', 'spanmetrics', 111, 'the connector spanmetrics'],
]

function* components(collector: Cursor, version: number | undefined): Generator<Remark> {
  for (const [kind, known] of Object.entries(COMPONENTS))
    for (const [name, at] of collector.pairs(kind)) {
      const type = typeOf(name)
      const meant = slipOf(type, known)
      const gone = REMOVED.find(([of, removed, since]) => of === kind && removed === type && version !== undefined && version >= since)
      if (meant !== undefined) yield remark(name, at.keyPlace(), meant, `${type}, which the collector does not have`)
      else if (gone !== undefined)
        yield remark(name, at.keyPlace(), gone[3], `${type}, which the collector does not have since 0.${gone[2]}`)
    }
}

/** 93 is 0.93; undefined where no image says it, or several differ. */
function versionIn({ workloads }: Configuration): number | undefined {
  const texts = workloads.flatMap(({ image, at }) => [image, at.string('build', 'dockerfile_inline') ?? ''])
  const found = new Set(texts.flatMap((text) => /opentelemetry-collector[\w-]*:v?0\.(\d+)\./.exec(text)?.[1] ?? []))
  return found.size === 1 ? Number([...found][0]) : undefined
}

/** ${NAME:?message} is for compose to read: to the collector it is the name of no variable. */
function* composeVariables(collector: Cursor): Generator<Remark> {
  for (const at of scalarsIn(collector)) {
    const found = /\$\{\w+:?[?+][^}]*\}|\$\{\w+:-[^}]*\}/.exec(at.string() ?? '')?.[0]
    if (found !== undefined) yield remark(at.key, at, '${env:NAME}', found)
  }
}

/** https://github.com/open-telemetry/opentelemetry-collector/blob/v0.93.0/internal/memorylimiter/config.go */
function* memoryLimiter(name: string, processor: Cursor): Generator<Remark> {
  if ([...processor.pairs()].some(([, value]) => value.string()?.includes('${') === true)) return
  const interval = processor.durationMs('check_interval')
  if (interval === undefined || interval <= 0)
    yield remark(
      name,
      processor.get('check_interval') ?? processor.keyPlace(),
      'check_interval above 0',
      processor.string('check_interval') ?? 'no check_interval',
    )
  const mib = processor.number('limit_mib') ?? 0
  const [limit, spike] = mib > 0 ? ['limit_mib', 'spike_limit_mib'] : ['limit_percentage', 'spike_limit_percentage']
  const most = processor.number(limit) ?? 0
  const spikes = processor.number(spike) ?? 0
  if (most <= 0) yield remark(name, processor.get('limit_mib') ?? processor.keyPlace(), 'limit_mib or limit_percentage above 0', 'no limit')
  else if (mib === 0 && most > 100) yield remark(name, processor.near(limit), 'at most 100', String(most))
  else if (spikes >= most) yield remark(name, processor.near(spike), `${spike} below ${limit}: ${most}`, `${spike}: ${spikes}`)
  else if (spikes > 0 && spikes * 20 < most)
    // 20 % of the limit is what the collector takes itself: what comes within one check_interval has to fit in.
    yield {
      ...remark(name, processor.near(spike), `about a fifth of ${limit}: ${Math.round(most / 5)}`, `${spike}: ${spikes}`),
      severity: 'warning',
    }
}

/** Default 8192: https://github.com/open-telemetry/opentelemetry-collector/tree/main/processor/batchprocessor */
function* batch(name: string, processor: Cursor): Generator<Remark> {
  const size = processor.number('send_batch_size') ?? 8192
  const most = processor.number('send_batch_max_size') ?? 0
  if (most > 0 && most < size)
    yield remark(
      name,
      processor.near('send_batch_max_size'),
      `0, or at least send_batch_size: ${size}${processor.has('send_batch_size') ? '' : ' (default)'}`,
      `send_batch_max_size: ${most}`,
    )
  yield* atLeast(name, processor, 0, 'send_batch_size')
  yield* isDuration(name, processor, 'timeout')
}

function* atLeast(name: string, at: Cursor | undefined, least: number, key: string): Generator<Remark> {
  const value = at?.number(key)
  if (at !== undefined && value !== undefined && value < least)
    yield remark(name, at.near(key), `${key} of at least ${least}`, String(value))
}

/** What has no unit at all, values-have-their-type finds. Go knows no days, weeks and years. */
function* isDuration(name: string, at: Cursor | undefined, key: string): Generator<Remark> {
  const text = at?.string(key)
  if (at !== undefined && text !== undefined && /^-|\d[dwy]/.test(text))
    yield remark(name, at.near(key), 'a duration with a unit of Go, such as 200ms or 5s', text)
}
