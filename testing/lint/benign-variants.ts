import { parse, parseDocument, stringify } from 'yaml'
import type { ConfigText } from '../../verify/config/yaml/cursor.ts'
import { seeded } from '../random/seeded-random.ts'

export interface BenignVariant {
  what: string
  texts: ConfigText[]
}

/** Spellings of the delivered conditions that mean the same. */
const SAME: [string, string][] = [
  ['expr: up == 0', 'expr: 0 == up'],
  ['expr: up == 0', 'expr: up < 1'],
  ['expr: up == 0', 'expr: up != 1'],
  ['expr: up == 0', 'expr: (up) == 0e0'],
  ['redis_up == 0', 'redis_up < 1'],
  ['redis_up == 0', '1 - redis_up > 0'],
  ['rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'increase(mysql_global_status_slow_queries[5m]) > 50'],
  ['rate(mysql_global_status_slow_queries[5m]) * 60 > 10', '10 < 60 * rate(mysql_global_status_slow_queries[300s])'],
  ['rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'rate(mysql_global_status_slow_queries[5m]) > 10/60'],
  ['* 60 > 1000', '> 1000 / 60'],
  ['[1m])) * 60 > 1000', '[60s])) * 60 > 1e3'],
  ['status="429"', 'status=~"429"'],
  ['job="rate-limiter",status="429"', 'status="429",job=~"rate-limiter"'],
  [
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    'redis_memory_used_bytes / redis_memory_max_bytes > 0.8 and redis_memory_max_bytes > 0',
  ],
  ['redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8', '100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80'],
  ['redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8', 'redis_memory_used_bytes > 0.8 * (redis_memory_max_bytes > 0)'],
  ['area="heap",job!~"rjmx-.*"} > 0', 'job!~"rjmx-.*",area="heap"} > 0'],
  ['for: 1m', 'for: 60s'],
  ['for: 5m', 'for: 300s'],
  ['for: 30s', 'for: 0m30s'],
  ['histogram_quantile(0.95,', 'histogram_quantile(95/100,'],
  ['{{ $labels.job }} is down', '{{$labels.job}} is down'],
]

/** Changes without effect: order, names, comments, spelling, additions outside the specification. */
export function benignVariants(texts: ConfigText[], count: number): BenignVariant[] {
  const random = seeded(7)
  const variants: BenignVariant[] = []
  const add = (what: string, file: string, edit: (text: string) => string): void => {
    const target = texts.find((text) => text.file.endsWith(file))
    if (target === undefined) return
    const changed = edit(target.text)
    if (changed !== target.text)
      variants.push({ what: `${file}: ${what}`, texts: texts.map((text) => (text === target ? { ...text, text: changed } : text)) })
  }
  const yaml = (what: string, file: string, edit: (value: never) => void): void => {
    add(what, file, (text) => {
      const value = parse(text) as never
      edit(value)
      return stringify(value)
    })
  }
  const shuffle = <T>(items: T[]): T[] =>
    items
      .map((item) => ({ item, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item)
  const rules = 'alert-rules.yml'
  type Rules = { groups: { name: string; rules: { annotations: Record<string, string> }[] }[] }
  for (const [from, to] of SAME) add(`${from} written as ${to}`, rules, (text) => text.replaceAll(from, to))
  yaml('group renamed', rules, (value: Rules) => {
    for (const group of value.groups) group.name = 'another name'
  })
  yaml('one group a rule', rules, (value: Rules) => {
    value.groups = value.groups.flatMap((group) => group.rules.map((rule, i) => ({ name: `${group.name}-${i}`, rules: [rule] })))
  })
  yaml("the group's interval said", rules, (value: { groups: { interval?: string }[] }) => {
    for (const group of value.groups) group.interval = '15s'
  })
  yaml('an unrelated rule', rules, (value: { groups: { rules: unknown[] }[] }) => {
    value.groups[0]?.rules.push({ alert: 'DiskFull', expr: 'node_filesystem_avail_bytes < 1', labels: { severity: 'warning' } })
  })
  yaml('a recording rule', rules, (value: { groups: { rules: unknown[] }[] }) => {
    value.groups[0]?.rules.unshift({ record: 'job:up:avg', expr: 'avg by (job) (up)' })
  })
  yaml('more annotations', rules, (value: Rules) => {
    for (const rule of value.groups.flatMap((group) => group.rules)) rule.annotations['runbook_url'] = 'https://example.org/runbook'
  })
  for (const file of [
    rules,
    'monitoring/prometheus.yml',
    'alertmanager/alertmanager.yml',
    'promtail/promtail.yml',
    'otel-collector/otel-collector.yml',
    'datasources/datasources.yml',
    'docker-compose.yaml',
  ]) {
    add('comments', file, (text) => `# a comment\n${text}\n# another\n`)
    add('a document marker and no comments', file, (text) => {
      const document = parseDocument(text)
      return `---\n${stringify(document.toJS())}`
    })
    add('as JSON', file, (text) => JSON.stringify(parse(text, { merge: true })))
    add('CRLF', file, (text) => text.replaceAll('\n', '\r\n'))
  }
  yaml('an unrelated scrape job', 'monitoring/prometheus.yml', (value: { scrape_configs: unknown[] }) => {
    value.scrape_configs.push({ job_name: 'node', static_configs: [{ targets: ['node:9100'] }] })
  })
  yaml('external labels', 'monitoring/prometheus.yml', (value: { global: Record<string, unknown> }) => {
    value.global['external_labels'] = { cluster: 'a' }
  })
  yaml('a further receiver', 'alertmanager/alertmanager.yml', (value: { receivers: unknown[] }) => {
    value.receivers.push({
      name: 'mail',
      email_configs: [{ to: 'ops@example.org', from: 'alerts@example.org', smarthost: 'mail.example.org:587' }],
    })
  })
  yaml('a further service', 'docker-compose.yaml', (value: { services: Record<string, unknown> }) => {
    value.services['adminer'] = { image: 'adminer' }
  })
  yaml('a further label of few values', 'promtail/promtail.yml', (value: { scrape_configs: { relabel_configs: unknown[] }[] }) => {
    value.scrape_configs[0]?.relabel_configs.push({ source_labels: ['__meta_docker_network_name'], target_label: 'network' })
  })
  for (let i = 0; variants.length < count || i < 8; i++) {
    yaml(`rules in another order (${i})`, rules, (value: { groups: { rules: unknown[] }[] }) => {
      for (const group of value.groups) group.rules = shuffle(group.rules)
    })
    yaml(`jobs in another order (${i})`, 'monitoring/prometheus.yml', (value: { scrape_configs: unknown[] }) => {
      value.scrape_configs = shuffle(value.scrape_configs)
    })
    yaml(`receivers in another order (${i})`, 'alertmanager/alertmanager.yml', (value: { receivers: unknown[] }) => {
      value.receivers = shuffle(value.receivers)
    })
    yaml(`keys in another order (${i})`, rules, (value: { groups: { rules: Record<string, unknown>[] }[] }) => {
      for (const group of value.groups) group.rules = group.rules.map((rule) => Object.fromEntries(shuffle(Object.entries(rule))))
    })
    if (i > count) break
  }
  return variants
}
