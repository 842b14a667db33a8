import type { PlatformSpec } from '../model/spec.ts'
import {
  byDefault,
  kebab,
  listOf,
  mapOf,
  mapping,
  may,
  need,
  oneOf,
  positiveDuration,
  problem,
  reader,
  refined,
  scalar,
  text,
} from './reader.ts'
import type { Read } from './reader.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { BECAUSE } from './rule.ts'

/** What an exporter probes may be any URL. */
const ADDRESS = /^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$|^[a-z][a-z0-9+.-]*:\/\/\S+$/

const address = refined(text, '`host:port`, or the URL that a job probes', (value, place) =>
  ADDRESS.test(value) ? value : problem(place, 'SPEC_ADDRESS', `"${value}" is not host:port`),
)

const target = mapping({
  job: need(text, 'Its job.'),
  address: need(address, "On the platform's own network, as prometheus.yml names it."),
  scrapeIntervalMs: may(positiveDuration, "Where it is not the platform's."),
  scrapeTimeoutMs: may(positiveDuration, "Where it is not the platform's; at most its scrape interval.", {
    example: 'scrape-timeout: 30s',
  }),
  path: may(text, '`/metrics` when absent.'),
  auth: may(oneOf('none', 'basic', 'bearer'), '`basic_auth` or `authorization` of the job; `none` when absent.'),
  scheme: may(oneOf('http', 'https'), '`http` when absent.', { example: 'scheme: https' }),
})

/** Series as PromQL selects them, each with its value. */
const samples = reader('a mapping of series to values', (place) => {
  const values = mapOf(scalar('number'))(place)
  const bad = Object.keys(values ?? {}).find((series) => {
    const parsed = parsePromql(series)
    return !parsed.ok || parsed.expr.kind !== 'selector' || parsed.expr.metric === null || parsed.expr.matchers.some(({ op }) => op !== '=')
  })
  return bad === undefined
    ? values
    : problem(place, 'SPEC_SERIES', `${bad} is not one series`, 'Write it as redis_up{job="redis-exporter"}.')
})

const part = {
  signals: byDefault(listOf(kebab), [], 'What of it can be disturbed or watched apart: `effects` and `observes` name `PART:SIGNAL`.'),
  whenDown: may(
    samples,
    'Samples that others report while it is killed, beside its own failing scrapes. A rule that they make true is a side effect that each experiment must name.',
    { example: `when-down: { 'redis_up{job="redis-exporter"}': 0 }` },
  ),
  whenHung: may(samples, 'The same while it is paused. A series that is not given has no sample.', {
    example: `when-hung: { 'up{job="redis-exporter"}': 0 }`,
  }),
}

const service = mapping({
  name: need(kebab, 'Its name here, in the target, and in traces and logs.'),
  container: may(text, 'The label `container` of its log lines; its name when absent.'),
  job: may(text, 'Its Prometheus job, if it is scraped itself.'),
  runtime: byDefault(oneOf('jvm', 'rust', 'redis', 'mysql', 'postgres', 'kafka', 'other'), 'other', 'What it runs on.'),
  tracing: may(oneOf('agent', 'library', 'none'), 'How it is traced; `none`: promised not to be. Absent: nothing is promised.'),
  ...part,
})

export const platform: Read<PlatformSpec> = mapping(
  {
    because: need(text, BECAUSE),
    scrapeIntervalMs: need(positiveDuration, 'The default of prometheus.yml.'),
    scrapeTimeoutMs: need(positiveDuration, 'The default of prometheus.yml; not longer than the interval.'),
    evaluationIntervalMs: need(positiveDuration, 'The default of prometheus.yml.'),
    resendDelayMs: need(positiveDuration, '`--rules.alert.resend-delay` of Prometheus.'),
    targets: need(listOf(target, { min: 1 }), 'Scrape targets that must exist.'),
    services: byDefault(
      listOf(service),
      [],
      'What the platform consists of. Requests, spans and log lines name a service; faults may be in one.',
    ),
    parts: byDefault(
      listOf(mapping({ name: need(kebab, 'Its name in the target.'), ...part })),
      [],
      'What faults may be in besides services.',
    ),
  },
  (value, at) => {
    // Prometheus refuses such a configuration: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    if (value.scrapeTimeoutMs > value.scrapeIntervalMs)
      return problem(at('scrapeTimeoutMs'), 'SPEC_RANGE', 'must not be longer than scrape-interval')
    return value
  },
)

/** Names of parts, and what `effects` and `observes` may name. */
export function namesOf({ services, parts = [] }: PlatformSpec): { services: string[]; parts: string[]; resources: string[] } {
  const all = [...services, ...parts]
  return {
    services: services.map(({ name }) => name),
    parts: all.map(({ name }) => name),
    resources: [...all.flatMap(({ name, signals = [] }) => [name, ...signals.map((signal) => `${name}:${signal}`)]), 'traces', 'logs'],
  }
}
