import { formatDuration, parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { compressDuration, MIN_STEP_MS, rewriteExpr } from './expr.ts'
import { EditedYaml } from './edited-yaml.ts'

export { compressExpr } from './expr.ts'

/**
 * A rule file for clocks that run `k` times as fast: `for`, `keep_firing_for`, group intervals (>= 1 s), query offsets, and inside the
 * expressions ranges (>= 4 s), offsets, subquery steps (>= 1 s) and thresholds of counts. All other bytes stay; `k` = 1 returns the text.
 * @throws FiredrillError YAML_SYNTAX, YAML_SHAPE, PROMQL_SYNTAX, COMPRESS_DURATION_EXPRESSION, BAD_DURATION with file:line:column
 */
export function compressRules(text: string, k: number, file = 'alert-rules.yml'): string {
  const work = begin(text, k, file)
  for (const group of mappings(work.root, 'groups')) {
    work.duration(group, 'interval', MIN_STEP_MS)
    work.duration(group, 'query_offset')
    for (const rule of mappings(group, 'rules')) {
      work.expr(rule)
      work.duration(rule, 'for')
      work.duration(rule, 'keep_firing_for')
    }
  }
  return work.end()
}

/**
 * prometheus.yml: scrape and evaluation intervals (>= 1 s) and scrape timeouts (>= 1 s, never above their interval).
 * Intervals that the file leaves to Prometheus' default of 1m are written down. Retries and network timeouts are not clocks of the alerts:
 * they stay.
 */
export function compressPrometheus(text: string, k: number, file = 'prometheus.yml'): string {
  const work = begin(text, k, file)
  const globals = mapping(work.root, 'global')
  work.durationOr(globals, 'scrape_interval', 60_000)
  work.durationOr(globals, 'evaluation_interval', 60_000)
  work.duration(globals, 'rule_query_offset')
  const interval = compressDuration(work.read(globals, 'scrape_interval') ?? 60_000, k, MIN_STEP_MS)
  work.duration(globals, 'scrape_timeout', MIN_STEP_MS, interval)
  for (const job of mappings(work.root, 'scrape_configs')) {
    const own = work.read(job, 'scrape_interval')
    work.duration(job, 'scrape_interval', MIN_STEP_MS)
    work.duration(job, 'scrape_timeout', MIN_STEP_MS, own === undefined ? interval : compressDuration(own, k, MIN_STEP_MS))
  }
  return work.end(globals === undefined ? 'global' : undefined)
}

/**
 * alertmanager.yml: group_wait, group_interval and repeat_interval of every route; what the root route leaves to the defaults (30s, 5m,
 * 4h) is written down. At least 1 s (group_wait 0s stays 0s): below it a source may reach Alertmanager after the flush of the alert it
 * inhibits. resolve_timeout stays: Prometheus' alerts carry their own end. Mute times are times of day: they stay.
 */
export function compressAlertmanager(text: string, k: number, file = 'alertmanager.yml'): string {
  const work = begin(text, k, file)
  const root = mapping(work.root, 'route')
  if (root !== undefined) {
    for (const [key, fallback] of Object.entries(ROUTE_DEFAULTS_MS)) work.durationOr(root, key, fallback)
  }
  const routes = (parent: Cursor | undefined): void => {
    for (const route of mappings(parent, 'routes')) {
      for (const key of Object.keys(ROUTE_DEFAULTS_MS)) work.duration(route, key, MIN_STEP_MS)
      routes(route)
    }
  }
  routes(root)
  return work.end()
}

/** https://prometheus.io/docs/alerting/latest/configuration/#route */
const ROUTE_DEFAULTS_MS = { group_wait: 30_000, group_interval: 300_000, repeat_interval: 14_400_000 }

function mapping(at: Cursor | undefined, key: string): Cursor | undefined {
  const found = at?.get(key)
  return found?.isMap() === true ? found : undefined
}

/** The mappings of a sequence; anything else in it is left alone. */
function mappings(at: Cursor | undefined, key: string): Cursor[] {
  return (at?.get(key)?.items() ?? []).filter((item) => item.isMap())
}

interface Work {
  root: Cursor
  /** Milliseconds as delivered. */
  read: (map: Cursor | undefined, key: string) => number | undefined
  duration: (map: Cursor | undefined, key: string, minMs?: number, maxMs?: number) => void
  /** Written down where the file leaves it to its default, and then at least MIN_STEP_MS. */
  durationOr: (map: Cursor | undefined, key: string, fallbackMs: number) => void
  expr: (rule: Cursor) => void
  /** `missing`: a top-level mapping to create for the values that durationOr found no place for. */
  end: (missing?: string) => string
}

function begin(text: string, k: number, file: string): Work {
  if (!(k >= 1 && Number.isFinite(k))) throw new RangeError(`compression must be a number >= 1, not ${k}`)
  const edited = new EditedYaml(text, file)
  const homeless: string[] = []

  const read: Work['read'] = (map, key) => {
    const value = map?.string(key)
    if (value === undefined) return undefined
    const ms = parseDuration(value)
    if (ms !== undefined) return ms
    throw (map?.get(key) ?? edited.root).error(
      'BAD_DURATION',
      `"${value}" is not a duration`,
      'Write it as Prometheus does: 30s, 5m, 1h30m.',
    )
  }

  return {
    root: edited.root,
    read,
    duration(map, key, minMs = 1, maxMs = Number.POSITIVE_INFINITY) {
      const from = read(map, key)
      const at = map?.get(key)
      if (from === undefined || at === undefined) return
      const to = Math.min(compressDuration(from, k, minMs), k === 1 ? from : maxMs)
      if (to === from) return
      edited.edit(at, [{ from: 0, to: (at.string() ?? '').length, text: formatDuration(to) }])
    },
    durationOr(map, key, fallbackMs) {
      if (map?.string(key) !== undefined) return this.duration(map, key, MIN_STEP_MS)
      const to = compressDuration(fallbackMs, k, MIN_STEP_MS)
      if (to === fallbackMs) return
      if (map === undefined) homeless.push(`  ${key}: ${formatDuration(to)}\n`)
      else edited.insert(map, key, formatDuration(to))
    },
    expr(rule) {
      const at = rule.get('expr')
      const value = at?.string()
      if (at === undefined || value === undefined) return
      try {
        edited.edit(at, rewriteExpr(value, k).edits)
      } catch (error) {
        if (!(error instanceof FiredrillError) || error.place?.line === undefined || error.place.column === undefined) throw error
        const { line, column, length = 1 } = error.place
        const before = value
          .split('\n')
          .slice(0, line - 1)
          .reduce((sum, row) => sum + row.length + 1, 0)
        throw edited.yaml.error(error.code, error.message, edited.locate(at, before + column - 1, length), error.next)
      }
    },
    end(missing) {
      if (missing !== undefined && homeless.length > 0) edited.insertAtStart(`${missing}:\n${homeless.join('')}`)
      return edited.toString()
    },
  }
}
