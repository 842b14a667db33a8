import type { OutageSpec } from '../../../model/spec.ts'
import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { clientsOf, setting, stores, type Store } from '../../../config/loki/loki-stores.ts'

/** https://github.com/grafana/loki/pull/14848 is in 3.3. */
const REPLAYS_TWICE = 303
const CHECKPOINT_DEFAULT_MS = 300_000
/** https://github.com/grafana/loki/blob/main/clients/pkg/promtail/client/config.go */
const BACKOFF = { min: 500, max: 300_000, retries: 10 }

export const check: Check = {
  meta: {
    id: 'log-lines-survive-outages',
    needs: ['promtail'],
    title: 'Log lines survive the specified outages of Loki',
    failureTitle: 'Log lines are lost in a specified outage of Loki',
    why: 'Promtail drops a batch when its retries are used up; entries that Loki has accepted and not yet stored are only in its write-ahead log. Both show only in an outage.',
    mend: 'In the Promtail configuration, raise clients[].backoff_config.max_retries until retries last longer than the outage. In the Loki configuration, keep ingester.wal enabled and its checkpoint_duration at 1m or less.',
    example: 'backoff_config:\n  min_period: 100ms\n  max_period: 1s\n  max_retries: 3',
  },
  *judge({ spec, config }) {
    const killed = (spec.outages ?? []).filter(
      ({ named, lines, fault }) =>
        named === 'log-store' && lines === 'kept' && /^kill-/.test(fault?.id ?? '') && fault?.params['how'] !== 'stop',
    )
    if (killed.length === 0) return
    const worst = killed.reduce((a, b) => ((b.holdMs ?? 0) > (a.holdMs ?? 0) ? b : a))
    for (const promtail of config.promtail) for (const client of clientsOf(promtail)) yield* ofClient(client, worst)
    for (const store of stores(config)) yield* ofStore(store, config, worst)
  },
}

function* ofClient(client: Cursor, { id, holdMs = 0, recoversWithinMs }: OutageSpec): Generator<Remark> {
  const backoff = client.get('backoff_config')
  if (backoff === undefined) return
  const min = backoff.durationMs('min_period') ?? BACKOFF.min
  const max = backoff.durationMs('max_period') ?? BACKOFF.max
  const retries = backoff.number('max_retries') ?? BACKOFF.retries
  if ([min, max, retries].some((value) => value < 0)) return
  // dskit waits between one and two of a delay that doubles; of n tries, n - 1 are waited for.
  // https://github.com/grafana/dskit/blob/main/backoff/backoff.go
  const lasting = (first: number): number => {
    let sum = 0
    for (
      let n = 1, delay = Math.min(first, Math.max(max, min));
      n < Math.min(retries, 1000) && sum <= holdMs;
      n += 1, delay = Math.min(delay * 2, Math.max(max, min))
    )
      sum += delay
    return sum
  }
  const at = backoff.near('max_retries')
  const given = `${retries} tries, ${min / 1000} s to ${max / 1000} s apart`
  if (retries > 0 && lasting(2 * min) < holdMs)
    yield remark(
      'clients',
      at,
      `retries for longer than ${holdMs / 1000} s, the outage ${id}`,
      `${given}: Promtail gives up after at most ${lasting(2 * min) / 1000} s`,
    )
  else if (retries > 0 && lasting(min) < holdMs)
    yield warning(
      'clients',
      at,
      `retries for longer than ${holdMs / 1000} s, the outage ${id}`,
      `${given}: Promtail gives up after ${lasting(min) / 1000} s with the shortest delays`,
    )
  if (min >= holdMs + recoversWithinMs && retries !== 1)
    yield remark(
      'clients',
      backoff.near('min_period'),
      `a min_period that lets lines arrive within ${recoversWithinMs / 1000} s of the outage ${id}`,
      `first retry after at least ${min / 1000} s`,
    )
}

function* ofStore(store: Store, config: Configuration, { id }: OutageSpec): Generator<Remark> {
  const wal = setting(store, config, 'ingester.wal-enabled', 'ingester', 'wal', 'enabled')
  if (typeof wal === 'object' && /^false$/i.test(wal.text)) {
    yield remark(
      'ingester',
      wal.at,
      `wal.enabled: true, because the outage ${id} kills Loki`,
      store.alone
        ? 'no write-ahead log: entries that are not flushed yet are lost'
        : 'no write-ahead log: entries without a replica are lost',
      undefined,
      store.alone ? 'error' : 'warning',
    )
    return
  }
  const checkpoint = setting(store, config, 'ingester.checkpoint-duration', 'ingester', 'wal', 'checkpoint_duration')
  if (checkpoint === 'unknown' || store.version === undefined || store.version >= REPLAYS_TWICE) return
  const ms = checkpoint === 'absent' ? CHECKPOINT_DEFAULT_MS : checkpoint.at.durationMs()
  if (ms === undefined || ms <= 60_000) return
  yield remark(
    'ingester',
    checkpoint === 'absent' ? (store.root.get('ingester', 'wal') ?? store.root.near('ingester')) : checkpoint.at,
    'checkpoint_duration of at most 1m, or Loki 3.3 or later',
    `checkpoint_duration ${ms / 1000} s${checkpoint === 'absent' ? ' (default)' : ''}: Loki before 3.3 loses entries when it is killed twice between two checkpoints`,
    undefined,
    ms > CHECKPOINT_DEFAULT_MS ? 'warning' : 'note',
  )
}
