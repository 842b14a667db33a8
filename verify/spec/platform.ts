import type { PlatformSpec, ServiceSpec, TargetSpec } from '../model/spec.ts'
import { kebab, listOf, mapping, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Read } from './reader.ts'
import { complete, present } from './rule.ts'

const address: Read<string> = (place) => {
  const value = text(place)
  return value === undefined || /^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(value)
    ? value
    : problem(place, 'SPEC_ADDRESS', `"${value}" is not host:port`)
}

const target: Read<TargetSpec> = mapping((fields) =>
  complete({
    job: fields.need('job', text),
    address: fields.need('address', address),
    ...present({
      scrapeIntervalMs: fields.may('scrape-interval', positiveDuration),
      path: fields.may('path', text),
      auth: fields.may('auth', oneOf('none', 'basic')),
    }),
  }),
)

const service: Read<ServiceSpec> = mapping((fields) =>
  complete({
    name: fields.need('name', kebab),
    container: fields.need('container', text),
    runtime: fields.need('runtime', oneOf('jvm', 'rust', 'redis', 'mysql', 'postgres', 'kafka', 'other')),
    tracing: fields.need('tracing', oneOf('agent', 'library', 'none')),
    ...present({ job: fields.may('job', text) }),
  }),
)

export const platform: Read<PlatformSpec> = mapping((fields) => {
  const scrapeIntervalMs = fields.need('scrape-interval', positiveDuration)
  const scrapeTimeoutMs = fields.need('scrape-timeout', positiveDuration)
  // Prometheus refuses such a configuration: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
  if (scrapeIntervalMs !== undefined && scrapeTimeoutMs !== undefined && scrapeTimeoutMs > scrapeIntervalMs)
    problem(fields.at('scrape-timeout'), 'SPEC_RANGE', 'must not be longer than scrape-interval')
  return complete({
    because: fields.need('because', text),
    scrapeIntervalMs,
    scrapeTimeoutMs,
    evaluationIntervalMs: fields.need('evaluation-interval', positiveDuration),
    resendDelayMs: fields.need('resend-delay', positiveDuration),
    targets: fields.need('targets', listOf(target, { min: 1 })),
    services: fields.need('services', listOf(service)),
  })
})
