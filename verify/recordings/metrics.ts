import type { Spec } from '../model/spec.ts'
import type { Facts } from '../model/facts.ts'
import type { Catalogue } from './exposition.ts'
import { remembered } from '../text/remembered.ts'

interface Known {
  jobs: string[]
  labels: Map<string, Set<string>>
  type: string
  nonNegative: boolean
}

const factsIn = remembered((catalogue: Catalogue) => remembered((spec: Spec) => readFacts(catalogue, spec)))

/** Read once: lint asks for the same of every change it is shown (`mutate`). */
export function factsOf(catalogue: Catalogue, spec: Spec): Facts {
  return factsIn(catalogue)(spec)
}

function readFacts(catalogue: Catalogue, spec: Spec): Facts {
  const known = new Map<string, Known>()
  const targets = new Map(spec.platform.targets.map((target) => [target.job, target]))
  for (const target of catalogue.targets) {
    for (const metric of target.metrics.values()) {
      const entry: Known = known.get(metric.name) ?? { jobs: [], labels: new Map(), type: metric.type, nonNegative: true }
      entry.jobs.push(target.job)
      add(entry.labels, 'job', target.job)
      add(entry.labels, 'instance', targets.get(target.job)?.address ?? '')
      for (const series of metric.series) {
        if (series.value < 0) entry.nonNegative = false
        for (const [label, value] of Object.entries(series.labels)) add(entry.labels, label, value)
      }
      known.set(metric.name, entry)
    }
  }
  const labels = new Map([...known].map(([metric, entry]) => [metric, new Set(entry.labels.keys())]))
  const empty = catalogue.targets.length === 0
  return {
    jobsExposing: (metric) => (empty ? undefined : (known.get(metric)?.jobs ?? [])),
    labelsOf: (metric) => labels.get(metric),
    valuesOf: (metric, label) => known.get(metric)?.labels.get(label),
    type: (metric) => known.get(metric)?.type,
    nonNegative: (metric) => known.get(metric)?.nonNegative,
    metricNames: () => [...known.keys()],
    scrapeIntervalMs: (job) => targets.get(job)?.scrapeIntervalMs ?? spec.platform.scrapeIntervalMs,
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set()
  set.add(value)
  map.set(key, set)
}
