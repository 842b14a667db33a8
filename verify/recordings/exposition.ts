import type { Labels } from '../model/spec.ts'

/** What one scrape target really exposes, read from a recorded exposition (catalogue/<job>.prom). */
export interface RecordedSeries {
  labels: Labels
  value: number
}

export interface RecordedMetric {
  name: string
  /** TYPE of the metric's family; untyped where the exposition is silent. */
  type: string
  series: RecordedSeries[]
}

export interface RecordedTarget {
  job: string
  metrics: Map<string, RecordedMetric>
}

export interface Catalogue {
  targets: RecordedTarget[]
}

/** Series that Prometheus itself adds to every target. https://prometheus.io/docs/concepts/jobs_instances/ */
const SCRAPE_METRICS = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
]

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?(?:\s+#.*)?$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?\s*/gy

/** Prometheus text format or OpenMetrics -> metrics. Lines that are neither are ignored: a recording may carry a header of its own. */
export function parseExposition(job: string, text: string): RecordedTarget {
  const metrics = new Map<string, RecordedMetric>()
  const types = new Map<string, string>()
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    const type = /^# TYPE (\S+) (\S+)/.exec(line)
    if (type !== null) types.set(type[1] ?? '', type[2] ?? 'untyped')
    if (line === '' || line.startsWith('#')) continue
    const sample = SAMPLE.exec(line)
    if (sample === null) continue
    const name = sample[1] ?? ''
    const metric = metrics.get(name) ?? { name, type: familyType(name, types), series: [] }
    metric.series.push({ labels: parseLabels(sample[2] ?? ''), value: Number((sample[3] ?? '').replace(/Inf/, 'Infinity')) })
    metrics.set(name, metric)
  }
  for (const name of SCRAPE_METRICS) metrics.set(name, { name, type: 'gauge', series: [{ labels: {}, value: 1 }] })
  return { job, metrics }
}

function familyType(name: string, types: Map<string, string>): string {
  for (const suffix of ['', '_total', '_bucket', '_count', '_sum', '_created', '_info']) {
    const family = suffix === '' ? name : name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined
    const type = family === undefined ? undefined : types.get(family)
    if (type === undefined) continue
    return (type === 'histogram' || type === 'summary') && /_(bucket|count|sum)$/.test(name) ? 'counter' : type
  }
  return 'untyped'
}

function parseLabels(text: string): Labels {
  const labels: Labels = {}
  LABEL.lastIndex = 0
  for (let match = LABEL.exec(text); match !== null; match = LABEL.exec(text)) {
    labels[match[1] ?? ''] = (match[2] ?? '').replace(/\\([\\"n])/g, (_, c: string) => (c === 'n' ? '\n' : c))
  }
  return labels
}
