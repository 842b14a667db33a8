import { causing, remark, type Check, type Remark } from '../../lint-check.ts'
import { typeOf } from '../../agents.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

type Signal = 'traces' | 'metrics' | 'logs'

export const check: Check = {
  meta: {
    id: 'collector-components-are-whole',
    needs: ['collector'],
    isRefusal: true,
    title: 'Every component of the collector has what it needs, and is in pipelines of its signals',
    failureTitle: 'The collector refuses a component: it lacks a setting, or is in a pipeline of another signal',
    why: 'Each component is validated before the collector starts, and each is made for the signal of its pipeline: `telemetry type is not supported`. Either ends the collector. https://opentelemetry.io/docs/collector/configuration/',
    mend: 'In the collector configuration, add or correct the setting, or move the component to a pipeline of its signal.',
    example: 'receivers:\n  filelog: { start_at: end } # no include\n  hostmetrics: {} # no scrapers',
  },
  *judge({ config }) {
    for (const root of config.collectors) {
      for (const [kind, needs] of Object.entries(NEEDS))
        for (const [name, at] of root.pairs(kind)) {
          const own = needs[typeOf(name)]
          if (own !== undefined) yield* own(name, at)
        }
      yield* pipelines(root)
    }
  },
}

type Judge = (name: string, at: Cursor) => Iterable<Remark>

/** One of these settings; a list or mapping is not empty. */
function needs(...keys: string[]): Judge {
  return function* (name, at) {
    const isSet = (value: Cursor | undefined): boolean =>
      value !== undefined && ((value.string() ?? '') !== '' || value.items().length > 0 || value.pairs().length > 0)
    // A key that is misspelt is said as one: keys-are-known.
    const isMisspelt = at.pairs().some(([key]) => nearest(key, keys, 2) !== undefined)
    if (!isMisspelt && !keys.some((key) => isSet(at.get(key))))
      yield causing(remark(name, at.keyPlace(), keys.join(' or '), 'none'), at.lines())
  }
}

function isMeant(text: string, known: readonly string[]): boolean {
  return nearest(text, known) !== undefined || known.some((each) => text.startsWith(each))
}

/** The values of a setting, a text or a list of them; `isOpen`: newer versions have further ones. */
function oneOf(key: string, values: string, isOpen = false): Judge {
  const known = values.split(' ')
  return function* (name, at) {
    const value = at.get(key)
    for (const each of value === undefined ? [] : value.isList() ? value.items() : [value]) {
      const text = each.string() ?? ''
      const isKnown = known.includes(/^(?:loglevel|verbosity)$/.test(key) ? text.toLowerCase() : text)
      if (text !== '' && !text.includes('$') && !isKnown && (!isOpen || isMeant(text, known)))
        yield remark(name, each, `${key}: ${known.join(', ')}`, `${text}${didYouMean(text, known)}`)
    }
  }
}

function all(...judges: Judge[]): Judge {
  return function* (name, at) {
    for (const judge of judges) yield* judge(name, at)
  }
}

const DETECTORS =
  'env k8s_api system gcp gke gce ec2 ecs eks elastic_beanstalk lambda azure aks consul docker heroku openshift k8snode kubeadm dynatrace hetzner upcloud akamai scaleway vultr digitalocean oraclecloud nova alibaba_ecs ibmcloud_vpc ibmcloud_classic tencent_cvm'
/** https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.93.0/pkg/stanza/docs/operators */
const OPERATORS = new Set(
  'add copy csv_parser filter flatten json_parser key_value_parser move noop recombine regex_parser regex_replace remove retain route router scope_name_parser severity_parser syslog_parser time_parser trace_parser uri_parser json_array_parser unquote assign_keys container file_output stdout file_input generate_input syslog_input tcp_input udp_input windows_eventlog_input journald_input otel_attributes sanitize_utf8'.split(
    ' ',
  ),
)

function* operators(name: string, at: Cursor): Generator<Remark> {
  for (const each of at.items('operators')) {
    const type = each.string('type') ?? ''
    const meant = OPERATORS.has(type) ? undefined : nearest(type, OPERATORS, 2)
    if (type === '') yield remark(name, each, 'type of the operator', 'none')
    else if (meant !== undefined) yield remark(name, each.near('type'), meant, type)
  }
}

const SCRAPERS = new Set('cpu disk filesystem load memory network nfs paging process processes system'.split(' '))

function* scrapers(name: string, at: Cursor): Generator<Remark> {
  yield* needs('scrapers')(name, at)
  for (const [scraper, own] of at.pairs('scrapers'))
    if (!SCRAPERS.has(scraper))
      yield remark(name, own.keyPlace(), `one of ${[...SCRAPERS].join(', ')}`, `${scraper}${didYouMean(scraper, SCRAPERS)}`)
}

/** https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.93.0/receiver/kafkareceiver; extensions bring further ones. */
const ENCODINGS = 'otlp_proto otlp_json jaeger_proto jaeger_json zipkin_proto zipkin_json zipkin_thrift raw text json azure_resource_logs'

const ACTIONS = 'insert update upsert delete hash extract convert'.split(' ')

/** https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.93.0/internal/coreinternal/attraction/attraction.go */
function actions(key: string): Judge {
  return function* (name, at) {
    yield* needs(key)(name, at)
    for (const each of at.items(key)) {
      const action = each.string('action') ?? ''
      if (!ACTIONS.includes(action.toLowerCase()))
        yield remark(
          name,
          each.near('action'),
          `action: ${ACTIONS.join(', ')}`,
          action === '' ? 'none' : `${action}${didYouMean(action, ACTIONS)}`,
        )
      else if ((each.string('key') ?? '') === '' && !(each.has('pattern') && /^(?:delete|hash)$/i.test(action)))
        yield remark(name, each, 'a key', 'none')
      else if (/^(?:insert|update|upsert)$/i.test(action) && !['value', 'from_attribute', 'from_context'].some((one) => each.has(one)))
        yield remark(name, each, 'value, from_attribute or from_context', 'none')
      else if (/^extract$/i.test(action) && !each.has('pattern')) yield remark(name, each, 'a pattern', 'none')
    }
  }
}

function* metadataKeys(name: string, at: Cursor): Generator<Remark> {
  const seen = new Set<string>()
  for (const each of at.items('metadata_keys')) {
    const key = (each.string() ?? '').toLowerCase()
    if (seen.has(key))
      yield remark(name, each, 'a key that stands there once', `${each.string() ?? ''}, in letters of another case or twice`)
    seen.add(key)
  }
}

const NEEDS: Readonly<Record<string, Readonly<Record<string, Judge>>>> = {
  receivers: {
    filelog: all(needs('include'), oneOf('start_at', 'beginning end'), operators),
    hostmetrics: scrapers,
    syslog: needs('tcp', 'udp'),
    prometheus: needs('config', 'target_allocator'),
    redis: needs('endpoint'),
    kafka: all(oneOf('encoding', ENCODINGS, true), oneOf('initial_offset', 'latest earliest')),
    httpcheck: needs('targets', 'endpoint'),
  },
  processors: {
    attributes: actions('actions'),
    resource: actions('attributes'),
    resourcedetection: oneOf('detectors', DETECTORS, true),
    batch: metadataKeys,
    span: needs('name', 'status'),
  },
  exporters: {
    file: all(needs('path'), oneOf('format', 'json proto'), oneOf('compression', 'zstd')),
    kafka: oneOf('encoding', ENCODINGS, true),
    prometheus: needs('endpoint'),
    prometheusremotewrite: needs('endpoint'),
    zipkin: needs('endpoint'),
    loki: needs('endpoint'),
    otlphttp: needs('endpoint', 'traces_endpoint', 'metrics_endpoint', 'logs_endpoint', 'profiles_endpoint'),
    logging: all(oneOf('loglevel', 'debug info warn error'), oneOf('verbosity', 'basic normal detailed')),
    otlp: oneOf('balancer_name', 'round_robin pick_first'),
    loadbalancing: needs('resolver'),
  },
  extensions: {
    basicauth: needs('htpasswd', 'client_auth'),
    bearertokenauth: needs('token', 'filename', 'tokens'),
    oauth2client: needs('token_url'),
  },
  connectors: {},
}

/** Components of one signal or two; others take all three, or are not known. */
const SIGNALS: Readonly<Record<string, Readonly<Record<string, readonly Signal[]>>>> = {
  receivers: {
    ...of(
      ['metrics'],
      'hostmetrics prometheus redis docker_stats kubeletstats httpcheck nginx apache mongodb rabbitmq elasticsearch statsd kafkametrics memcached',
    ),
    ...of(['logs'], 'filelog syslog journald fluentforward tcplog udplog windowseventlog'),
    // Newer ones read queries and events as well: receiver/postgresqlreceiver/metadata.yaml.
    ...of(['metrics', 'logs'], 'mysql postgresql'),
    ...of(['traces', 'metrics'], 'skywalking'),
    ...of(['traces'], 'jaeger zipkin'),
  },
  processors: {
    ...of(['traces'], 'tail_sampling groupbytrace span'),
    ...of(
      ['metrics'],
      'metricstransform cumulativetodelta deltatorate metricsgeneration experimental_metricsgeneration interval deltatocumulative',
    ),
    ...of(['traces', 'logs'], 'probabilistic_sampler'),
  },
  exporters: { ...of(['metrics'], 'prometheus prometheusremotewrite'), ...of(['logs'], 'loki'), ...of(['traces'], 'zipkin jaeger') },
}

function of(signals: readonly Signal[], names: string): Record<string, readonly Signal[]> {
  return Object.fromEntries(names.split(' ').map((name) => [name, signals]))
}

function* pipelines(root: Cursor): Generator<Remark> {
  for (const [pipeline, at] of root.pairs('service', 'pipelines')) {
    const signal = typeOf(pipeline)
    for (const kind of ['receivers', 'processors', 'exporters']) {
      const seen = new Set<string>()
      for (const each of at.items(kind)) {
        const name = each.string() ?? ''
        const own = SIGNALS[kind]?.[typeOf(name)]
        if (kind === 'processors' && seen.has(name)) yield remark(pipeline, each, `${name} once`, 'twice: the pipeline is refused')
        seen.add(name)
        // A connector of the same name is one of its own.
        if (
          own !== undefined &&
          /^(?:traces|metrics|logs)$/.test(signal) &&
          !(own as readonly string[]).includes(signal) &&
          !root.get('connectors')?.has(name)
        )
          yield remark(pipeline, each, `a pipeline of ${own.join(' or ')}`, `${name} in one of ${signal}`)
      }
    }
  }
}
