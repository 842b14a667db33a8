import type { Spec } from '../../../model/spec.ts'
import { oneAPlace, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { bestStream, processed, streamsOf } from '../../container-logs.ts'
import { bytesOf, clientsOf, setting, severityIn, storeOf, type Store } from '../../../config/loki/loki-stores.ts'

const MB = 1024 ** 2
const HOUR_MS = 3_600_000
const bytes = (text: string): number => new TextEncoder().encode(text).length

/**
 * What is refused with 400 or 429 shows on no dashboard but Loki's own.
 * https://grafana.com/docs/loki/latest/operations/request-validation-rate-limits/
 */
export const check: Check = {
  meta: {
    id: 'log-store-accepts-lines',
    needs: ['loki', 'promtail'],
    title: "Loki's limits accept the lines of every service",
    failureTitle: "Loki's limits reject lines of a service",
    why: 'Loki rejects a line above a limit of size, labels or age with 400 and Promtail does not retry it. Above a rate limit Promtail retries until it gives up. Recorded lines, the specified log flows and outages are compared with the limits.',
    mend: 'In the Loki configuration, raise the limit under limits_config that the finding marks above what services send.',
    example: 'limits_config:\n  max_line_size: 100B',
  },
  *judge(input) {
    for (const promtail of input.config.promtail) {
      const store = storeOf(promtail, input.config)
      if (store === undefined) continue
      for (const found of oneAPlace([...ofLines(input, promtail, store), ...ofAge(input.spec, input, store)]))
        yield { ...found, severity: severityIn(store, found.severity ?? 'error') }
    }
  },
}

function* ofLines(input: LintInput, promtail: Cursor, store: Store): Generator<Remark> {
  const limit = (flag: string, name: string): { value: number; at: Cursor } => {
    const found = setting(store, input.config, flag, 'limits_config', name)
    const value = typeof found === 'object' ? (name.endsWith('_mb') ? Number(found.text) * MB : bytesOf(found.text)) : undefined
    // What is not written is Loki's default, far above what a drill sends.
    return typeof found === 'object' && value !== undefined && !Number.isNaN(value)
      ? { value, at: found.at }
      : { value: Infinity, at: store.root }
  }
  const external = clientsOf(promtail).map((client) => client.labels('external_labels'))
  const streams = new Set<string>()
  for (const { log, streams: jobs } of streamsOf(input).filter((each) => each.promtail === promtail)) {
    const best = bestStream(jobs, log)
    const entries =
      best?.labels === undefined
        ? []
        : (input.logLines[log.service] ?? []).map((line) => processed(best, line)).filter(({ dropped }) => !dropped)
    if (entries.length === 0) continue
    const sizes = entries.map(({ line }) => bytes(line))
    const [shortest, longest] = [Math.min(...sizes), Math.max(...sizes)]
    const size = limit('distributor.max-line-size', 'max_line_size')
    const cut = setting(store, input.config, 'distributor.max-line-size-truncate', 'limits_config', 'max_line_size_truncate')
    if (size.value > 0 && longest > size.value)
      yield remark(
        log.service,
        size.at,
        `at least ${longest} bytes, the longest recorded line`,
        typeof cut === 'object' && /^true$/i.test(cut.text) ? `truncated after ${size.value} bytes` : `rejected above ${size.value} bytes`,
        undefined,
        typeof cut === 'object' && /^true$/i.test(cut.text) ? 'warning' : cut === 'unknown' ? 'note' : 'error',
      )
    for (const entry of entries) {
      const labels = Object.entries(Object.assign({}, ...external, entry.labels) as Record<string, string>).filter(
        ([, value]) => value !== '',
      )
      streams.add(JSON.stringify(labels.sort()))
      const names = limit('validation.max-label-names-per-series', 'max_label_names_per_series')
      // Loki adds service_name itself and does not count it.
      const counted = labels.filter(([name]) => name !== 'service_name').map(([name]) => name)
      const [values, widths] = [
        limit('validation.max-length-label-value', 'max_label_value_length'),
        limit('validation.max-length-label-name', 'max_label_name_length'),
      ]
      const long = labels.find(([, value]) => bytes(value) > values.value)
      const wide = labels.find(([name]) => bytes(name) > widths.value)
      const found = [
        ...(counted.length > names.value
          ? [remark(log.service, names.at, `at least ${counted.length} labels (${counted.join(', ')})`, `rejected above ${names.value}`)]
          : []),
        ...(long === undefined
          ? []
          : [remark(log.service, values.at, `at least the length of ${long[0]}="${long[1]}"`, `rejected above ${values.value} bytes`)]),
        ...(wide === undefined
          ? []
          : [remark(log.service, widths.at, `at least the length of the label ${wide[0]}`, `rejected above ${widths.value} bytes`)]),
      ]
      yield* found
      if (found.length > 0) break
    }
    const flow = log.flow
    for (const [what, rate, burst] of [
      [
        'all streams together',
        limit('distributor.ingestion-rate-limit-mb', 'ingestion_rate_mb'),
        limit('distributor.ingestion-burst-size-mb', 'ingestion_burst_size_mb'),
      ],
      [
        'one stream',
        limit('ingester.per-stream-rate-limit', 'per_stream_rate_limit'),
        limit('ingester.per-stream-rate-limit-burst', 'per_stream_rate_limit_burst'),
      ],
    ] as const) {
      // A token bucket: what is larger than the bucket is never let in, however often it is sent.
      if (longest > burst.value)
        yield remark(
          log.service,
          burst.at,
          `a burst size of at least ${longest} bytes, one recorded line`,
          `${burst.value} bytes for ${what}`,
        )
      else if (flow !== undefined) {
        const sent = (flow.steady + flow.burst) * shortest
        const seconds = flow.steady / flow.ratePerS + log.maxDelayMs / 1000
        const room = (burst.value === Infinity ? 6 * MB : burst.value) + rate.value * seconds
        if (sent > room)
          yield remark(
            log.service,
            rate.value === Infinity ? burst.at : rate.at,
            `at least ${sent} bytes within ${seconds} s: ${flow.steady + flow.burst} lines of the log flow`,
            `${Math.floor(room)} bytes for ${what}`,
          )
      }
    }
  }
  for (const [flag, name] of [
    ['distributor.ingestion-rate-limit-mb', 'ingestion_rate_mb'],
    ['ingester.per-stream-rate-limit', 'per_stream_rate_limit'],
  ] as const) {
    const rate = limit(flag, name)
    if (rate.value <= 0)
      yield remark('limits_config', rate.at, `${name} above 0`, `${rate.value}: once the burst is used up, no line is let in`)
  }
  for (const [flag, name] of [
    ['ingester.max-global-streams-per-user', 'max_global_streams_per_user'],
    ['ingester.max-streams-per-user', 'max_streams_per_user'],
  ] as const) {
    const most = limit(flag, name)
    if (most.value > 0 && streams.size > most.value)
      yield remark('limits_config', most.at, `at least ${streams.size} streams, those of the recorded lines`, `${most.value}`)
  }
}

/** What waits while the store is away has to be young enough when it comes, and to be found. */
function* ofAge(spec: Spec, { config }: LintInput, store: Store): Generator<Remark> {
  const waits = Math.max(0, ...(spec.outages ?? []).filter(({ lines }) => lines === 'kept').map(({ holdMs = 0 }) => holdMs))
  const age = setting(store, config, 'validation.reject-old-samples.max-age', 'limits_config', 'reject_old_samples_max_age')
  const reject = setting(store, config, 'validation.reject-old-samples', 'limits_config', 'reject_old_samples')
  const ageMs = typeof age === 'object' ? age.at.durationMs() : undefined
  if (typeof age === 'object' && ageMs !== undefined && ageMs <= waits && !(typeof reject === 'object' && /^false$/i.test(reject.text)))
    yield remark(
      'limits_config',
      age.at,
      `more than ${waits / 1000} s, the longest outage after which lines arrive`,
      `rejected when older than ${age.text}`,
    )
  else if (
    typeof age === 'object' &&
    ageMs !== undefined &&
    ageMs > 0 &&
    ageMs < HOUR_MS &&
    !(typeof reject === 'object' && /^false$/i.test(reject.text))
  )
    yield warning(
      'limits_config',
      age.at,
      'at least 1h: what a restart or an outage holds up comes late',
      `rejected when older than ${age.text}`,
    )
  const lookback = setting(store, config, 'querier.max-query-lookback', 'limits_config', 'max_query_lookback')
  const lookbackMs = typeof lookback === 'object' ? lookback.at.durationMs() : undefined
  if (typeof lookback === 'object' && lookbackMs !== undefined && lookbackMs > 0 && lookbackMs <= waits)
    yield remark(
      'limits_config',
      lookback.at,
      `more than ${waits / 1000} s, the longest outage after which lines are searched`,
      `no line older than ${lookback.text} is found`,
    )
  for (const stream of store.root.items('limits_config', 'retention_stream')) {
    const ms = stream.durationMs('period')
    // https://github.com/grafana/loki/blob/main/pkg/validation/limits.go (Validate)
    if (ms !== undefined && ms < 86_400_000)
      yield remark(
        'limits_config',
        stream.near('period'),
        'a retention of at least 24h',
        `${stream.string('period') ?? ''}: Loki does not start`,
      )
  }
}
