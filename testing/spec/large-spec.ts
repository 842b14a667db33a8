import type { SpecFile } from '../../verify/spec/parse-spec.ts'

export interface Size {
  services: number
  experiments: number
  targets: number
}

const KINDS = ['down', 'errors', 'latency', 'heap'] as const
/** Services of one team share a database; each asks the next of its team. */
const TEAM = 5

/**
 * A platform of any size as specification files. Every service has a target for each of its instances and is drilled by up to four
 * experiments, each with a rule of its own: killed, errors, slow answers, heap. Services that ask one another and those behind one
 * database exclude one another; an alert of a service that is down inhibits its others.
 */
export function largeSpec({ services, experiments, targets }: Size): SpecFile[] {
  const names = Array.from({ length: services }, (_, i) => `svc-${i}`)
  const databases = Array.from({ length: Math.ceil(services / TEAM) }, (_, i) => `db-${i}`)
  return [
    { file: 'platform.yaml', text: platformText(names, databases, targets) },
    { file: 'routing.yaml', text: ROUTING },
    { file: 'traces.yaml', text: '[]\n' },
    { file: 'logs.yaml', text: '[]\n' },
    { file: 'slo.yaml', text: SLO },
    ...Array.from({ length: experiments }, (_, n) => ruleFile(names, n)),
  ]
}

function platformText(names: readonly string[], databases: readonly string[], targets: number): string {
  const lines = names.flatMap((name, i) => {
    const instances = Math.floor(targets / names.length) + (i < targets % names.length ? 1 : 0)
    return Array.from({ length: instances }, (_, k) => `  - { job: ${name}, address: '${name}-${k}:8080' }`)
  })
  return `because: generated
scrape-interval: 15s
scrape-timeout: 10s
evaluation-interval: 15s
resend-delay: 1m
targets:
${lines.join('\n')}
services:
${names.map((name) => `  - { name: ${name}, container: ${name}, job: ${name}, runtime: jvm, tracing: none, signals: [up, heap, errors, latency, answers] }`).join('\n')}
parts:
${databases.map((name) => `  - { name: ${name} }`).join('\n')}
`
}

const ROUTING = `because: generated
group-by: [alertname, job]
group-wait: 15s
group-interval: 1m
repeat-interval: 4h
receivers:
  - { name: default, kind: webhook }
  - { name: critical, kind: webhook }
routes:
  - { match: { severity: critical }, receiver: critical }
  - { receiver: default }
inhibitions:
  - because: One message about a service that is down is enough.
    source: { severity: critical }
    target: { severity: [warning] }
    equal: [job]
`

const SLO = `because: generated
availability: 0.999
latency-p95: 500ms
error-rate: 0.001
window: 24h
panels: []
`

interface Drilled {
  condition: string
  severity: string
  level: string
  fault: string
  injection: string
  effects: string[]
  observes: string[]
}

function ruleFile(names: readonly string[], n: number): SpecFile {
  const kind = KINDS[Math.floor(n / names.length) % KINDS.length] ?? 'down'
  const round = Math.floor(n / (names.length * KINDS.length))
  const service = n % names.length
  const name = names[service] ?? ''
  const caller = names[service % TEAM === TEAM - 1 ? service : Math.min(service + 1, names.length - 1)] ?? name
  const { condition, severity, level, fault, injection, effects, observes } = drilled(
    kind,
    name,
    caller,
    `db-${Math.floor(service / TEAM)}`,
  )
  const alert = `Svc${service}${kind}${round === 0 ? '' : round}`
  const list = (texts: readonly string[]): string => `[${[...new Set(texts)].map((text) => `'${text}'`).join(', ')}]`
  const text = `alert: ${alert}
because: generated
condition: ${condition}
for: 5m
labels: { severity: ${severity} }
annotations: { summary: '{{ $labels.job }}' }
holds-for: { job: [${name}] }
experiments:
  - id: ${name}-${kind}${round === 0 ? '' : `-${round}`}
    title: generated
    because: generated
    subject: { job: ${name} }
    fire: { level: ${level}, ${fault} }
    injection: { title: generated, expr: '${injection}' }
    effects: ${list(effects)}
    observes: ${list(observes)}
`
  return { file: `rules/${alert.toLowerCase()}.yaml`, text }
}

function drilled(kind: (typeof KINDS)[number], name: string, caller: string, database: string): Drilled {
  const watched = (signal: string): Pick<Drilled, 'effects' | 'observes'> => ({
    effects: [`${name}:${signal}`],
    observes: [`${name}:${signal}`],
  })
  if (kind === 'down')
    return {
      condition: `{ kind: up, expr: 'up{job="${name}"} == 0' }`,
      severity: 'critical',
      level: '0',
      fault: `fault: { id: kill-process, target: ${name} }`,
      injection: `up{job="${name}"} == 0`,
      effects: [name, `${caller}:errors`, `${caller}:answers`],
      observes: [`${name}:up`],
    }
  if (kind === 'errors') {
    const share = `sum by (job) (rate(requests_total{job="${name}",code=~"5.."}[5m])) / sum by (job) (rate(requests_total{job="${name}"}[5m]))`
    return {
      condition: `{ kind: ratio, expr: '${share} > 0.01' }`,
      severity: 'warning',
      level: '1, at-least: 0.5',
      fault: `fault: { id: kill-process, target: ${database} }`,
      injection: `${share} > 0.01`,
      effects: [database, `${name}:errors`],
      observes: [`${name}:errors`],
    }
  }
  if (kind === 'latency') {
    const quantile = `histogram_quantile(0.95, sum by (job, le) (rate(duration_seconds_bucket{job="${name}"}[5m])))`
    return {
      condition: `{ kind: quantile, expr: '${quantile} > 0.5' }`,
      severity: 'warning',
      level: '0.6, at-least: 0.3',
      fault: `load: { scenario: latency-burst, params: { ratePerS: 8, slowShare: 0.6, delayMs: 800 } }`,
      injection: `${quantile} > 0.5`,
      ...watched('latency'),
    }
  }
  const share = `sum by (job) (heap_used_bytes{job="${name}"}) / sum by (job) (heap_max_bytes{job="${name}"})`
  return {
    condition: `{ kind: gauge, expr: '${share} > 0.8' }`,
    severity: 'warning',
    level: '0.88',
    fault: `fault: { id: heap-pressure, target: ${name}, params: { share: 0.88 } }`,
    injection: `${share} > 0.8`,
    ...watched('heap'),
  }
}
