import type { Series } from '../model/journal.ts'

/** What Prometheus adds to what a target exposes; the recording has it without. */
const ADDED = new Set(['__name__', 'job', 'instance'])
const OF_SCRAPING =
  /^(?:up|scrape_(?:duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added|timeout_seconds|sample_limit|body_size_bytes)|ALERTS|ALERTS_FOR_STATE)$/

/** What the series of a family are called besides it. */
const SUFFIXES = ['', '_bucket', '_count', '_sum', '_total', '_created', '_info']

/** The series of one target as its exposition had them (recordings/targets/JOB.prom), without those that the text format cannot hold. */
export function recordingText(
  series: readonly Series[],
  types: ReadonlyMap<string, string>,
  from: string,
): { text: string; leftOut: number } {
  const byMetric = Map.groupBy(series, ({ metric }) => metric['__name__'] ?? '')
  let leftOut = 0
  const typed = new Set<string>()
  const blocks = [...byMetric]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, own]) => {
      if (OF_SCRAPING.test(name)) return []
      // Recording rules and names in quotes are nothing that a target exposes in this format.
      const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) && !name.includes(':')
      const lines = isPlain ? own.flatMap((each) => sampleLine(name, each) ?? []) : []
      leftOut += isPlain ? own.length - lines.length : own.length
      const family = SUFFIXES.map((suffix) => (name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : '')).find((each) =>
        types.has(each),
      )
      const type = family === undefined || typed.has(family) ? [] : [`# TYPE ${family} ${types.get(family) ?? 'untyped'}`]
      if (family !== undefined) typed.add(family)
      return lines.length === 0 ? [] : [...type, ...lines]
    })
  return { text: `# Recorded by firedrill init from ${from}.\n${blocks.join('\n')}\n`, leftOut }
}

function sampleLine(name: string, { metric, values }: Series): string | undefined {
  const value = values.at(-1)?.[1]
  const labels = Object.entries(metric).filter(([label]) => !ADDED.has(label))
  if (value === undefined || labels.some(([label]) => !/^[a-zA-Z_]\w*$/.test(label))) return undefined
  const text = labels.map(([label, each]) => `${label}="${escaped(each)}"`).join(',')
  return `${name}${text === '' ? '' : `{${text}}`} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** TYPE by the name of a series: that of its family, as /api/v1/metadata has it. */
export function typesOf(metadata: Readonly<Record<string, readonly { type?: string }[]>>): Map<string, string> {
  return new Map(
    Object.entries(metadata).flatMap(([family, [first]]) => (first?.type === undefined ? [] : [[family, first.type] as const])),
  )
}

/** Metric names of a recording that is there, so that a later init can say what is new. */
export function metricNames(text: string): Set<string> {
  return new Set([...text.matchAll(/^([a-zA-Z_][a-zA-Z0-9_]*)(?=[{ ])/gm)].map(([, name = '']) => name))
}

/** The file of a job's recording; undefined where a job's name is none of a file. */
export function recordingFile(job: string): string | undefined {
  return /^[\w.:@ -]+$/.test(job) && !/^\.+$/.test(job) ? `recordings/targets/${job}.prom` : undefined
}
