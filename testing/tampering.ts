/** Test code: single ways in which a broken system, or a broken recording of it, would show in the journal of a drill that passes. */
import type { JournalEntry, Series } from '../verify/model/journal.ts'

type Kind = JournalEntry['kind']
type Entry<K extends Kind> = Extract<JournalEntry, { kind: K }>

export interface Tampering {
  what: string
  kind: Kind
  /** The altered entry, several, or none; undefined: not this one. Only the first entry that is altered counts, all of them with `all`. */
  change(entry: JournalEntry): JournalEntry[] | undefined
  all: boolean
  /** "subject check status" that must come of it; or why it may pass. */
  caught: string | { harmless: string }
  /** What the verdict that is to come of it must say about its cause. */
  named?: RegExp
}

function tamper<K extends Kind>(
  what: string,
  kind: K,
  caught: Tampering['caught'],
  change: (entry: Entry<K>) => Entry<K> | Entry<K>[] | undefined,
  all = false,
): Tampering {
  return {
    what,
    kind,
    caught,
    all,
    change: (entry) => {
      const altered = change(structuredClone(entry) as Entry<K>)
      return altered === undefined ? undefined : Array.isArray(altered) ? altered : [altered]
    },
  }
}

// ---- alerts, samples and the expressions evaluated ----

const ALERTS =
  (alertname: string, job: string, alertstate?: string) =>
  ({ metric }: Series): boolean =>
    metric['alertname'] === alertname && metric['job'] === job && (alertstate === undefined || metric['alertstate'] === alertstate)

function series<K extends 'alerts-series' | 'raw' | 'evaluated' | 'health'>(
  what: string,
  kind: K,
  caught: Tampering['caught'],
  is: (entry: Entry<K>) => boolean,
  which: (series: Series) => boolean,
  change: (series: Series) => Series[],
): Tampering {
  return tamper(
    what,
    kind,
    caught,
    (entry) => {
      const list = (entry as { series: Series[] }).series
      return is(entry) && list.some(which) ? { ...entry, series: list.flatMap((one) => (which(one) ? change(one) : [one])) } : undefined
    },
    kind === 'raw',
  )
}

const shifted =
  (byS: number) =>
  (one: Series): Series[] => [{ ...one, values: one.values.map(([timeS, value]) => [Math.round((timeS + byS) * 1_000) / 1_000, value]) }]
const isAlerts = (entry: Entry<'alerts-series'>): boolean => entry.metric === 'ALERTS'
const middle = <T>(list: readonly T[], from: number, count: number): T[] => list.filter((_, index) => index < from || index >= from + count)
const samples: Tampering[] = [
  series(
    'ALERTS lacks its first firing sample',
    'alerts-series',
    'service-down notification-delivered fail',
    isAlerts,
    ALERTS('ServiceDown', 'moalog-server', 'firing'),
    (one) => [{ ...one, values: one.values.slice(1) }],
  ),
  series(
    'ALERTS lacks its last firing sample',
    'alerts-series',
    'service-down oracle-replay fail',
    isAlerts,
    ALERTS('ServiceDown', 'moalog-server', 'firing'),
    (one) => [{ ...one, values: one.values.slice(0, -1) }],
  ),
  series(
    'ALERTS goes on for one sample',
    'alerts-series',
    'service-down oracle-replay fail',
    isAlerts,
    ALERTS('ServiceDown', 'moalog-server', 'firing'),
    (one) => [{ ...one, values: [...one.values, [(one.values.at(-1)?.[0] ?? 0) + 1, '1']] }],
  ),
  series(
    'ALERTS fires one evaluation early and late',
    'alerts-series',
    'heap-pressure oracle-replay fail',
    isAlerts,
    ALERTS('JVMHeapHigh', 'rate-limiter', 'firing'),
    shifted(1),
  ),
  series(
    'ALERTS never fires',
    'alerts-series',
    'redis-memory-filled alert-fired fail',
    isAlerts,
    ALERTS('RedisHighMemory', 'redis-exporter', 'firing'),
    () => [],
  ),
  series(
    'ALERTS never is active',
    'alerts-series',
    'redis-memory-filled alert-pending fail',
    isAlerts,
    ALERTS('RedisHighMemory', 'redis-exporter'),
    () => [],
  ),
  series(
    'ALERTS has another severity',
    'alerts-series',
    'redis-killed labels-exact fail',
    isAlerts,
    ALERTS('RedisConnectionFailed', 'redis-exporter'),
    (one) => [{ ...one, metric: { ...one.metric, severity: 'page' } }],
  ),
  series(
    'ALERTS has a label too many',
    'alerts-series',
    'redis-killed labels-exact fail',
    isAlerts,
    ALERTS('RedisConnectionFailed', 'redis-exporter'),
    (one) => [{ ...one, metric: { ...one.metric, team: 'x' } }],
  ),
  series(
    'ALERTS has an alert of no rule',
    'alerts-series',
    'heap-pressure isolation fail',
    isAlerts,
    ALERTS('JVMHeapHigh', 'rate-limiter', 'firing'),
    (one) => [one, { ...one, metric: { ...one.metric, alertname: 'Unheard', job: 'elsewhere' } }],
  ),
  series(
    'the rule goes off for another job too',
    'alerts-series',
    'heap-pressure oracle-replay fail',
    isAlerts,
    ALERTS('JVMHeapHigh', 'rate-limiter', 'firing'),
    (one) => [one, { ...one, metric: { ...one.metric, job: 'moalog-server' } }],
  ),
  series(
    'activeAt is three seconds later',
    'alerts-series',
    'slow-queries oracle-replay fail',
    (entry) => entry.metric === 'ALERTS_FOR_STATE',
    ALERTS('MySQLSlowQueries', 'mysqld-exporter'),
    (one) => [{ ...one, values: one.values.map(([timeS, value]) => [timeS, String(Number(value) + 3)]) }],
  ),
  series(
    'one ALERTS sample in the middle is lost',
    'alerts-series',
    { harmless: 'activeAt is the same on both sides: a missed evaluation, which is allowed now and then' },
    isAlerts,
    ALERTS('HighLatency', 'fluxpay-engine', 'firing'),
    (one) => [{ ...one, values: middle(one.values, 4, 1) }],
  ),
  series(
    'five ALERTS samples in the middle are lost',
    'alerts-series',
    'latency-burst evidence-continuous unknown',
    isAlerts,
    ALERTS('HighLatency', 'fluxpay-engine', 'pending'),
    (one) => [{ ...one, values: middle(one.values, 2, 14) }],
  ),
  tamper('ALERTS was not recorded', 'alerts-series', 'redis-hung oracle-replay unknown', () => [], true),
  series(
    'scrapes of the exporter are missing for five seconds',
    'raw',
    'redis-hung evidence-continuous unknown',
    () => true,
    ({ metric }) => metric['job'] === 'redis-exporter',
    (one) => [{ ...one, values: one.values.filter((_, index) => index < one.values.length - 40 || index > one.values.length - 35) }],
  ),
  series(
    'a target is down at the end',
    'raw',
    'drill healthy-end fail',
    ({ query }) => query.startsWith('up'),
    ({ metric }) => metric['job'] === 'rjmx-fluxpay',
    (one) => [{ ...one, values: one.values.map(([timeS, value], index, all) => [timeS, index >= all.length - 4 ? '0' : value]) }],
  ),
  series(
    'one scrape failed',
    'raw',
    'drill slo-value-matches fail',
    ({ query }) => query.startsWith('up'),
    ({ metric }) => metric['job'] === 'prometheus',
    (one) => [{ ...one, values: one.values.map(([timeS, value], index) => [timeS, index === 60 ? '0' : value]) }],
  ),
  series(
    'the condition held one evaluation less',
    'evaluated',
    'slow-queries oracle-replay fail',
    ({ experiment, what }) => experiment === 'slow-queries' && what === 'condition',
    () => true,
    (one) => [{ ...one, values: one.values.slice(1) }],
  ),
  series(
    'the condition held a second later',
    'evaluated',
    'rate-limit-burst oracle-replay fail',
    ({ experiment, what }) => experiment === 'rate-limit-burst' && what === 'condition',
    () => true,
    shifted(1),
  ),
  tamper('the condition never held', 'evaluated', 'redis-memory-filled oracle-replay fail', (entry) =>
    entry.experiment === 'redis-memory-filled' && entry.what === 'condition' ? { ...entry, series: [] } : undefined,
  ),
  tamper('the condition was not asked', 'evaluated', 'redis-memory-filled alert-fired unknown', (entry) =>
    entry.experiment === 'redis-memory-filled' && entry.what === 'condition' ? [] : undefined,
  ),
  tamper('the cause never showed', 'evaluated', 'error-burst injection-took-hold unknown', (entry) =>
    entry.experiment === 'error-burst' && entry.what === 'injection'
      ? { ...entry, series: entry.series.map((one) => ({ ...one, values: one.values.map(([timeS]) => [timeS, '0']) })) }
      : undefined,
  ),
  series(
    'the near miss was above the threshold',
    'evaluated',
    'redis-memory-filled stayed-quiet unknown',
    ({ experiment, what }) => experiment === 'redis-memory-filled' && what === 'value',
    () => true,
    (one) => [{ ...one, values: one.values.map(([timeS]) => [timeS, '0.81']) }],
  ),
  series(
    'Prometheus was restarted',
    'health',
    'slow-queries evidence-continuous unknown',
    ({ metric }) => metric === 'process_start_time_seconds',
    ({ metric }) => metric['job'] === 'prometheus',
    (one) => [
      {
        ...one,
        values: one.values.map(([timeS, value], index, all) => [timeS, index >= all.length - 12 ? String(Number(value) + 9) : value]),
      },
    ],
  ),
  series(
    'the clocks are two seconds apart',
    'health',
    'redis-hung evidence-continuous unknown',
    ({ metric }) => metric === 'firedrill_clock_offset_seconds',
    () => true,
    (one) => [{ ...one, values: one.values.map(([timeS]) => [timeS, '2']) }],
  ),
  tamper('a counter of missed evaluations is missing', 'health', { harmless: 'it only ever excuses' }, (entry) =>
    entry.metric === 'prometheus_rule_group_iterations_missed_total' ? [] : undefined,
  ),
]

// ---- what was loaded, and the targets ----

type Rule = Entry<'rules'>['groups'][number]['rules'][number]
const rule = (what: string, name: string, caught: Tampering['caught'], change: (rule: Rule) => Rule[]): Tampering =>
  tamper(
    what,
    'rules',
    caught,
    (entry) => ({
      ...entry,
      groups: entry.groups.map((group) => ({ ...group, rules: group.rules.flatMap((one) => (one.name === name ? change(one) : [one])) })),
    }),
    true,
  )
const loaded: Tampering[] = [
  rule('the loaded rule waits a second longer', 'RedisHighMemory', 'redis-memory-filled rule-as-specified fail', (one) => [
    { ...one, forMs: one.forMs + 1_000 },
  ]),
  rule('the loaded rule goes on for a while', 'RedisHighMemory', 'redis-memory-filled rule-as-specified fail', (one) => [
    { ...one, keepFiringForMs: 1_000 },
  ]),
  rule('the threshold is one percent higher', 'RedisHighMemory', 'redis-memory-filled rule-as-specified fail', (one) => [
    { ...one, query: one.query.replace(/0\.8\b/, '0.808') },
  ]),
  rule('the comparison is the other one', 'RedisConnectionFailed', 'redis-killed rule-as-specified fail', (one) => [
    { ...one, query: one.query.replace('==', '>=') },
  ]),
  rule('the severity is another', 'ServiceDown', 'service-down rule-as-specified fail', (one) => [
    { ...one, labels: { severity: 'warning' } },
  ]),
  rule('there is a label too many', 'ServiceDown', 'service-down rule-as-specified fail', (one) => [
    { ...one, labels: { ...one.labels, team: 'x' } },
  ]),
  rule('the rule cannot be evaluated', 'ServiceDown', 'service-down rule-as-specified fail', (one) => [
    { ...one, health: 'err', lastError: 'many-to-many' },
  ]),
  rule('the rule is not there', 'JVMHeapHigh', 'heap-pressure rule-as-specified fail', () => []),
  rule(
    'the rule is written in other words',
    'JVMHeapHigh',
    { harmless: "what it did is replayed from the specification's own words" },
    (one) => [{ ...one, query: `max by (job, instance) (${one.query})` }],
  ),
  tamper('no rules were read', 'rules', 'redis-killed rule-as-specified unknown', () => [], true),
  tamper('a target is down at the begin', 'targets', 'drill healthy-start unknown', (entry) => ({
    ...entry,
    targets: entry.targets.map((target, index) => (index === 3 ? { ...target, health: 'down', lastError: 'refused' } : target)),
  })),
  tamper('a job has no target', 'targets', 'drill healthy-start unknown', (entry) => ({ ...entry, targets: entry.targets.slice(1) })),
]

// ---- what was done ----

const leg =
  (experiment: string, name: string) =>
  (entry: { experiment: string; leg: string }): boolean =>
    entry.experiment === experiment && entry.leg === name
const done: Tampering[] = [
  tamper('the last undo failed', 'fault', 'drill nothing-left-behind fail', (entry) =>
    leg('redis-hung', 'fire')(entry) && entry.phase === 'undo' ? { ...entry, ok: false } : undefined,
  ),
  tamper('the last undo is not recorded', 'fault', 'drill nothing-left-behind fail', (entry) =>
    leg('redis-hung', 'fire')(entry) && entry.phase === 'undo' ? [] : undefined,
  ),
  tamper('the fault came twenty seconds later', 'fault', 'redis-hung alert-pending unknown', (entry) =>
    leg('redis-hung', 'fire')(entry) && entry.phase === 'inject'
      ? { ...entry, startedMs: entry.startedMs + 20_000, effectiveMs: entry.effectiveMs + 20_000 }
      : undefined,
  ),
  tamper('the near miss was refused', 'fault', 'redis-killed stayed-quiet unknown', (entry) =>
    leg('redis-killed', 'quiet')(entry) && entry.phase === 'inject' ? { ...entry, ok: false } : undefined,
  ),
  tamper(
    'the near miss was not injected',
    'fault',
    'redis-killed stayed-quiet unknown',
    (entry) => (leg('redis-killed', 'quiet')(entry) ? [] : undefined),
    true,
  ),
  tamper('the near miss was not undone', 'fault', 'redis-killed stayed-quiet unknown', (entry) =>
    leg('redis-killed', 'quiet')(entry) && entry.phase === 'undo' ? { ...entry, ok: false } : undefined,
  ),
  tamper('the near miss lasted too long', 'fault', 'redis-killed stayed-quiet unknown', (entry) =>
    leg('redis-killed', 'quiet')(entry) && entry.phase === 'undo' ? { ...entry, effectiveMs: entry.effectiveMs + 2_000 } : undefined,
  ),
  tamper('the fault tool failed but the cause was there', 'fault', { harmless: 'the cause is proven by its own signal' }, (entry) =>
    leg('redis-killed', 'fire')(entry) && entry.phase === 'inject' ? { ...entry, ok: false } : undefined,
  ),
  tamper(
    'the fire leg is missing',
    'leg',
    'slow-queries alert-fired unknown',
    (entry) => (leg('slow-queries', 'fire')(entry) ? [] : undefined),
    true,
  ),
  tamper('the clear leg did not end', 'leg', 'slow-queries alert-resolved unknown', (entry) =>
    leg('slow-queries', 'clear')(entry) && entry.phase === 'end' ? [] : undefined,
  ),
  tamper(
    'the experiment never began',
    'leg',
    'slow-queries alert-fired unknown',
    (entry) => (entry.experiment === 'slow-queries' ? [] : undefined),
    true,
  ),
  tamper('half of the load was dropped', 'load', 'error-burst load-delivered unknown', (entry) =>
    leg('error-burst', 'fire')(entry) && entry.summary !== undefined
      ? { ...entry, summary: { ...entry.summary, droppedIterations: entry.summary.iterations } }
      : undefined,
  ),
  tamper('the rate was half', 'load', 'error-burst load-delivered unknown', (entry) =>
    leg('error-burst', 'fire')(entry) && entry.summary !== undefined
      ? { ...entry, summary: { ...entry.summary, ratePerS: entry.summary.ratePerS / 2 } }
      : undefined,
  ),
  tamper('no request of the near miss was answered', 'load', 'error-burst load-delivered unknown', (entry) =>
    leg('error-burst', 'quiet')(entry) && entry.summary !== undefined
      ? { ...entry, summary: { ...entry.summary, statuses: { 0: entry.summary.requests } } }
      : undefined,
  ),
  tamper('the load ended with an error', 'load', 'error-burst load-delivered unknown', (entry) =>
    leg('error-burst', 'fire')(entry) && entry.phase === 'end' ? { ...entry, exitCode: 107 } : undefined,
  ),
  tamper('the load never reported back', 'load', 'error-burst load-delivered unknown', (entry) =>
    leg('error-burst', 'fire')(entry) && entry.phase === 'end' ? [] : undefined,
  ),
  tamper('the rate was a little short', 'load', { harmless: 'a percent or two is how load generators are' }, (entry) =>
    leg('error-burst', 'fire')(entry) && entry.summary !== undefined
      ? { ...entry, summary: { ...entry.summary, ratePerS: entry.summary.ratePerS * 0.97 } }
      : undefined,
  ),
  tamper('the footer is missing', 'footer', 'drill nothing-left-behind unknown', () => []),
  tamper('something is not undone', 'footer', 'drill nothing-left-behind fail', (entry) => ({
    ...entry,
    notUndone: ['kill-process redis (experiment redis-killed)'],
  })),
  tamper('the header is missing', 'header', 'drill healthy-start unknown', () => []),
]

// ---- messages ----

interface Body {
  status: string
  receiver: string
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string>; startsAt: string; endsAt: string }[]
  groupLabels: Record<string, string>
}
type Message = Entry<'notification'>

function message(
  what: string,
  alertname: string,
  job: RegExp,
  status: 'firing' | 'resolved',
  caught: Tampering['caught'],
  change: (entry: Message, body: Body) => Message | Message[],
): Tampering {
  return tamper(what, 'notification', caught, (entry) => {
    const body = entry.body as Body
    const [first] = Array.isArray(body.alerts) ? body.alerts : []
    return first?.labels['alertname'] === alertname && job.test(first.labels['job'] ?? '') && first.status === status
      ? change(entry, body)
      : undefined
  })
}

const withBody = (entry: Message, body: Body, change: Partial<Body>): Message => ({ ...entry, body: { ...body, ...change } })
const withAlert = (entry: Message, body: Body, change: Partial<Body['alerts'][number]>): Message =>
  withBody(entry, body, { alerts: body.alerts.map((alert, index) => (index === 0 ? { ...alert, ...change } : alert)) })
const at = (entry: Message, byMs: number): Message => ({ ...entry, arrivedMs: entry.arrivedMs + byMs, atMs: entry.atMs + byMs })
const to = (entry: Message, receiver: string): Message => ({ ...entry, receiver, path: `/${receiver}` })
/** Some seconds off, in the text itself. */
const later = (text = ''): string => text.replace(/\d(?=(\.\d+)?Z$)/, (digit) => String((Number(digit) + 1) % 10))
const DOWN = ['ServiceDown', /^moalog-server$/] as const
const HEAP = ['JVMHeapHigh', /^rate-limiter$/] as const
const messages: Tampering[] = [
  message('the message never came', ...DOWN, 'firing', 'service-down notification-delivered fail', () => []),
  message('the message came 30 s late', ...DOWN, 'firing', 'service-down notification-delivered fail', (entry) => at(entry, 30_000)),
  message('the message came before group_wait', ...DOWN, 'firing', 'service-down notification-delivered fail', (entry) =>
    at(entry, -3_000),
  ),
  message('the message came twice', ...DOWN, 'firing', 'drill repeat-works fail', (entry) => [
    entry,
    at({ ...entry, seq: entry.seq + 100_000 }, 700),
  ]),
  message('the message came to another receiver', ...DOWN, 'firing', 'service-down notification-delivered fail', (entry) =>
    to(entry, 'default'),
  ),
  message('another receiver was notified, too', ...DOWN, 'firing', 'service-down no-other-receiver fail', (entry) => [
    entry,
    to(entry, 'default'),
  ]),
  message('the message has another label', ...DOWN, 'firing', 'service-down labels-exact fail', (entry, body) =>
    withAlert(entry, body, { labels: { ...body.alerts[0]?.labels, severity: 'page' } }),
  ),
  message('the message has a label too many', ...DOWN, 'firing', 'service-down labels-exact fail', (entry, body) =>
    withAlert(entry, body, { labels: { ...body.alerts[0]?.labels, team: 'x' } }),
  ),
  message('the message says nothing', ...DOWN, 'firing', 'service-down annotations-exact fail', (entry, body) =>
    withAlert(entry, body, { annotations: {} }),
  ),
  message('the message has a hole', ...DOWN, 'firing', 'service-down annotations-exact fail', (entry, body) =>
    withAlert(entry, body, { annotations: { ...body.alerts[0]?.annotations, summary: ' is down' } }),
  ),
  message('the message has another startsAt', ...DOWN, 'firing', 'service-down notification-delivered fail', (entry, body) =>
    withAlert(entry, body, { startsAt: later(body.alerts[0]?.startsAt) }),
  ),
  message('the message is grouped by nothing', ...DOWN, 'firing', 'service-down grouped-as-specified fail', (entry, body) =>
    withBody(entry, body, { groupLabels: {} }),
  ),
  message('the message belongs to another group', ...DOWN, 'firing', 'service-down grouped-as-specified fail', (entry, body) =>
    withBody(entry, body, { groupLabels: { ...body.groupLabels, job: 'other' } }),
  ),
  message('the message is no JSON', ...DOWN, 'firing', 'service-down notification-delivered fail', (entry) => ({ ...entry, body: 'oops' })),
  message('the all-clear never came', ...HEAP, 'resolved', 'heap-pressure resolved-notified fail', () => []),
  message('the all-clear came 30 s late', ...HEAP, 'resolved', 'heap-pressure resolved-notified fail', (entry) => at(entry, 30_000)),
  message('the all-clear came before the end', ...HEAP, 'resolved', 'heap-pressure resolved-notified fail', (entry) => at(entry, -6_000)),
  message('the all-clear came twice', ...HEAP, 'resolved', 'drill repeat-works fail', (entry) => [
    entry,
    at({ ...entry, seq: entry.seq + 100_000 }, 4_000),
  ]),
  message('the all-clear has another endsAt', ...HEAP, 'resolved', 'heap-pressure resolved-notified fail', (entry, body) =>
    withAlert(entry, body, { endsAt: later(body.alerts[0]?.endsAt) }),
  ),
  message('the all-clear has another startsAt', ...HEAP, 'resolved', 'heap-pressure resolved-notified fail', (entry, body) =>
    withAlert(entry, body, { startsAt: later(body.alerts[0]?.startsAt) }),
  ),
  message('the all-clear went to another receiver', ...HEAP, 'resolved', 'heap-pressure resolved-notified fail', (entry) =>
    to(entry, 'critical'),
  ),
  message('a silenced alert was notified', 'FiredrillSilenced', /./, 'firing', 'drill silence-works fail', (entry) => at(entry, -6_000)),
  message('an alert stayed silent when its silence was gone', 'FiredrillSilenced', /./, 'firing', 'drill silence-works fail', () => []),
  message('an inhibited alert was notified', 'FiredrillInhibition1Target', /./, 'firing', 'drill inhibition-works fail', (entry) =>
    at(entry, -6_000),
  ),
  message(
    'inhibition bit an alert of another job',
    'FiredrillInhibition1Neighbour',
    /./,
    'firing',
    'drill inhibition-works fail',
    () => [],
  ),
  message(
    'one alert of a group was left out',
    'FiredrillGrouped',
    /-grouped-(?!other)/,
    'firing',
    'drill grouping-works fail',
    (entry, body) => withBody(entry, body, { alerts: body.alerts.slice(1) }),
  ),
  message(
    'a group came in two messages',
    'FiredrillGrouped',
    /-grouped-(?!other)/,
    'firing',
    'drill grouping-works fail',
    (entry, body) => [
      withBody(entry, body, { alerts: body.alerts.slice(1) }),
      { ...withBody(entry, body, { alerts: body.alerts.slice(0, 1) }), seq: entry.seq + 100_000 },
    ],
  ),
  message(
    'the resolved notification of a synthetic alert is missing',
    'FiredrillAudible',
    /./,
    'resolved',
    'drill send-resolved-works fail',
    () => [],
  ),
  message('a notification about an alert of no rule arrived', ...DOWN, 'firing', 'service-down isolation fail', (entry, body) => [
    entry,
    { ...withAlert(entry, body, { labels: { alertname: 'Unheard', severity: 'warning' } }), seq: entry.seq + 100_000 },
  ]),
]

const chat = (what: string, caught: Tampering['caught'], text: RegExp, change: (entry: Message) => Message[]): Tampering =>
  tamper(what, 'notification', caught, (entry) =>
    entry.receiver === 'slack' && text.test(JSON.stringify(entry.body)) ? change(entry) : undefined,
  )
const CHAT = 'drill chat-message-valid fail'
const chats: Tampering[] = [
  chat('a chat message never came', CHAT, /RESOLVED[^}]*JVMHeapHigh/i, () => []),
  chat('a chat message came 30 s late', CHAT, /FIRING[^}]*MySQLSlowQueries/i, (entry) => [at(entry, 30_000)]),
  chat('a chat message is empty', CHAT, /./, (entry) => [{ ...entry, body: {} }]),
  chat('a chat message names no alert', CHAT, /./, (entry) => [{ ...entry, body: { text: '[FIRING] something' } }]),
  chat('a chat message shows its template', CHAT, /./, (entry) => [
    { ...entry, body: { text: '[FIRING] {{ .CommonLabels.alertname }} HighLatency' } },
  ]),
]

// ---- delivery exercises, traces, logs ----

const probe = (what: string, which: Partial<Entry<'delivery-probe'>>, caught: Tampering['caught']): Tampering =>
  tamper(what, 'delivery-probe', caught, (entry) =>
    Object.entries(which).every(([name, value]) => entry[name as keyof typeof entry] === value)
      ? { ...entry, ok: false, detail: 'refused' }
      : undefined,
  )
const trace = (
  what: string,
  caught: Tampering['caught'],
  change: (entry: Entry<'trace'>) => Entry<'trace'>[],
  spec = 'path-fluxpay-order',
): Tampering => tamper(what, 'trace', caught, (entry) => (entry.spec === spec ? change(entry) : undefined))
type SpanOf = NonNullable<Entry<'trace'>['trace']>['spans'][number]
const span = (what: string, kind: string, caught: Tampering['caught'], change: (one: SpanOf) => SpanOf[], spec?: string): Tampering =>
  trace(
    what,
    caught,
    (entry) =>
      entry.trace === null
        ? []
        : [{ ...entry, trace: { ...entry.trace, spans: entry.trace.spans.flatMap((one) => (one.kind === kind ? change(one) : [one])) } }],
    spec,
  )
const PATH = 'path-fluxpay-order'
/** As a collector's processor, an agent's setting or a clock alters them: all spans of one trace, or those of one kind. */
const spans = (what: string, check: string, named: RegExp, change: (one: SpanOf, traceId: string) => SpanOf[], spec = PATH): Tampering => ({
  ...trace(
    what,
    `${spec} ${check} fail`,
    (entry) =>
      entry.trace === null
        ? []
        : [{ ...entry, trace: { ...entry.trace, spans: entry.trace.spans.flatMap((one) => change(one, entry.traceId)) } }],
    spec,
  ),
  named,
})
const ofKind =
  (kind: string, change: (one: SpanOf, traceId: string) => Partial<SpanOf>) =>
  (one: SpanOf, traceId: string): SpanOf[] => [one.kind === kind ? { ...one, ...change(one, traceId) } : one]
const without =
  (...names: string[]) =>
  ({ attributes }: SpanOf): Partial<SpanOf> => ({
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name))),
  })
const altered: Tampering[] = [
  spans(
    'a processor deletes the status code',
    'trace-complete',
    /^Attribute: .*no http\.response\.status_code or http\.status_code\. .*processors/,
    ofKind('server', without('http.response.status_code')),
  ),
  spans(
    'a processor deletes the database system',
    'trace-complete',
    /^Attribute: .*no db\.system\.name or db\.system\./,
    ofKind('client', without('db.system')),
  ),
  spans(
    'a processor deletes the destination of messages',
    'trace-complete',
    /^Attribute: .*no messaging\.destination\.name/,
    ofKind('producer', without('messaging.destination.name')),
  ),
  spans(
    'a processor deletes the address of calls',
    'trace-complete',
    /^Attribute: .*no url\.full/,
    ofKind('client', without('url.full')),
    'path-fluxpay-payment',
  ),
  spans('a processor gives all services one name', 'trace-complete', /^Service name: .*"platform"\. .*resource processor/, (one) => [
    { ...one, service: 'platform' },
  ]),
  spans(
    'names of spans hold an id',
    'trace-named',
    /^Span name: /,
    ofKind('server', (_, traceId) => ({ operation: `POST /api/v1/orders/${traceId}` })),
  ),
  spans(
    'the server span comes as an internal one',
    'trace-complete',
    /^Span kind: .*as internal/,
    ofKind('server', () => ({ kind: 'internal' })),
  ),
  spans('the instrumentation of Kafka is off', 'trace-complete', /library is not instrumented.*headers/, (one) =>
    ['producer', 'consumer'].includes(one.kind) ? [] : [one],
  ),
  spans('the instrumentation of the database is off', 'trace-complete', /library is not instrumented/, (one) =>
    one.attributes['db.system'] === undefined ? [one] : [],
  ),
  spans('the query of the request is gone, that of the consumer is there', 'trace-connected', /one like it did elsewhere/, (one) =>
    one.operation.startsWith('INSERT') ? [] : [one],
  ),
  spans('the entry span is filtered out', 'trace-complete', /a filter of the collector/, (one) => (one.kind === 'server' ? [] : [one])),
  spans(
    'a processor takes the mark of failed spans away',
    'trace-error-status',
    /^Collector, processor: .*error\.type=502/,
    ofKind('server', () => ({ error: false })),
    'path-fluxpay-payment-failed',
  ),
  spans(
    'a processor marks what did not fail',
    'trace-error-status',
    /^Status: .*transform/,
    ofKind('server', () => ({ error: true })),
  ),
  spans('the clock of the service is five seconds ahead', 'trace-timing-sane', /^The clock of fluxpay-engine/, (one) => [
    { ...one, startUs: one.startUs + 5_000_000 },
  ]),
  spans('the clock of the service is two minutes behind', 'trace-timing-sane', /^The clock of fluxpay-engine/, (one) => [
    { ...one, startUs: one.startUs - 120_000_000 },
  ]),
  spans(
    'another instance takes the message up before it was sent',
    'trace-timing-sane',
    /two instances of fluxpay-engine/,
    ofKind('consumer', (one) => ({ startUs: one.startUs - 400_000 })),
  ),
  spans('a job of its own is in the trace', 'trace-connected', /half of the context/, (one) =>
    one.kind === 'server' ? [one, { ...one, spanId: 'beef', parentSpanId: null, operation: 'cleanup', kind: 'internal' }] : [one],
  ),
  spans('a span between was never exported', 'trace-connected', /never exported/, (one) =>
    one.kind === 'server' ? [one, { ...one, spanId: 'beef', parentSpanId: 'dead', operation: 'validate', kind: 'internal' }] : [one],
  ),
  spans(
    'the baggage is copied into all spans but the first',
    'trace-carries-run',
    /^Baggage: .*carry it/,
    ofKind('server', without('firedrill.run')),
  ),
]
const lines = (what: string, caught: Tampering['caught'], change: (entry: Entry<'log-lines'>) => Entry<'log-lines'>[]): Tampering =>
  tamper(what, 'log-lines', caught, (entry) => (entry.spec === 'rate-limiter' ? change(entry) : undefined))
const label =
  (name: string, value: string | undefined) =>
  (entry: Entry<'log-lines'>): Entry<'log-lines'>[] => [
    {
      ...entry,
      lines: entry.lines.map((line) => ({
        ...line,
        labels: Object.fromEntries(
          Object.entries({ ...line.labels, [name]: value }).filter((pair): pair is [string, string] => pair[1] !== undefined),
        ),
      })),
    },
  ]
const flow = (
  what: string,
  caught: Tampering['caught'],
  change: (rows: Entry<'log-flow'>['rows']) => Entry<'log-flow'>['rows'],
): Tampering =>
  tamper(what, 'log-flow', caught, (entry) => (entry.spec === 'rate-limiter' ? { ...entry, rows: change(entry.rows) } : undefined))
const link = (what: string, caught: Tampering['caught'], change: Partial<Entry<'log-link'>>): Tampering =>
  tamper(what, 'log-link', caught, (entry) => (entry.spec === 'rate-limiter' ? { ...entry, ...change } : undefined))
const search = (what: string, caught: Tampering['caught'], change: Partial<Entry<'trace-search'>>): Tampering =>
  tamper<'trace-log'>(what, 'trace-log', caught, (entry) =>
    entry.spec !== PATH
      ? undefined
      : [
          entry,
          {
            kind: 'trace-search',
            seq: entry.seq + 500_000,
            atMs: entry.atMs,
            spec: PATH,
            traceId: entry.traceId,
            service: 'fluxpay-engine',
            file: 'd.yml',
            query: '{}',
            fromMs: entry.sentMs,
            untilMs: entry.sentMs + 1,
            missing: [],
            lines: 3,
            own: 1,
            ...change,
          } as unknown as typeof entry,
        ],
  )
const signals: Tampering[] = [
  probe('the silence could not be set', { case: 'silence', action: 'silence' }, 'drill silence-works unknown'),
  probe('the silence could not be removed', { case: 'silence', action: 'unsilence' }, 'drill silence-works unknown'),
  probe('a group could not be posted', { case: 'grouping', action: 'post' }, 'drill grouping-works unknown'),
  trace('a request left no trace', `${PATH} trace-complete fail`, (entry) => [{ ...entry, trace: null, foundMs: null }]),
  trace('a trace came a minute late', `${PATH} trace-complete fail`, (entry) => [{ ...entry, foundMs: (entry.foundMs ?? 0) + 60_000 }]),
  trace('the store refused to answer', `${PATH} trace-complete unknown`, (entry) => [{ ...entry, error: 'status 500' }]),
  trace('no trace was queried', `${PATH} trace-complete unknown`, () => []),
  span('the consumer is not in the trace', 'consumer', `${PATH} trace-complete fail`, () => []),
  span('the producer is not in the trace', 'producer', `${PATH} trace-complete fail`, () => []),
  span('the consumer began a trace of its own', 'consumer', `${PATH} trace-connected fail`, (one) => [
    { ...one, parentSpanId: null, links: [] },
  ]),
  span('the consumer hangs below a span that is not there', 'consumer', `${PATH} trace-connected fail`, (one) => [
    { ...one, parentSpanId: 'dead' },
  ]),
  span('the service has another name', 'server', `${PATH} trace-complete fail`, (one) => [{ ...one, service: 'unknown_service:java' }]),
  span('the server span is of another kind', 'server', `${PATH} trace-complete fail`, (one) => [{ ...one, kind: 'internal' }]),
  span('the server span is marked as failed', 'server', `${PATH} trace-error-status fail`, (one) => [{ ...one, error: true }]),
  span(
    'the failed request is not marked',
    'server',
    'path-fluxpay-payment-failed trace-error-status fail',
    (one) => [{ ...one, error: false }],
    'path-fluxpay-payment-failed',
  ),
  span('the clock is an hour off', 'consumer', `${PATH} trace-timing-sane fail`, (one) => [
    { ...one, startUs: one.startUs - 3_600_000_000 },
  ]),
  span('a span is stored twice', 'server', { harmless: 'at least once: the number of copies is shown' }, (one) => [one, one]),
  tamper('the probe itself failed', 'trace-probe', `${PATH} trace-complete unknown`, (entry) =>
    entry.spec === PATH ? { ...entry, status: 500 } : undefined,
  ),
  tamper('a trace id finds no line', 'trace-log', `${PATH} trace-finds-log fail`, (entry) =>
    entry.spec === PATH ? { ...entry, lines: {}, foundMs: null } : undefined,
  ),
  tamper('a further request left no trace', 'trace-flow', `${PATH} trace-count fail`, (entry) =>
    entry.service === 'fluxpay-engine' ? { ...entry, found: entry.found - 1, missing: ['x'] } : undefined,
  ),
  tamper('a trace id finds its lines a minute late', 'trace-log', `${PATH} trace-finds-log fail`, (entry) =>
    entry.spec === PATH ? { ...entry, foundMs: (entry.foundMs ?? 0) + 60_000 } : undefined,
  ),
  tamper('the lines of a trace were not queried', 'trace-log', `${PATH} trace-finds-log unknown`, (entry) =>
    entry.spec === PATH ? [] : undefined,
  ),
  tamper('the further requests could not be asked for', 'trace-flow', `${PATH} trace-count unknown`, (entry) =>
    entry.service === 'fluxpay-engine' ? { ...entry, found: 3, error: 'status 500' } : undefined,
  ),
  tamper('the flow was recorded in part', 'log-flow', 'rate-limiter log-none-lost unknown', (entry) =>
    entry.spec === 'rate-limiter' ? { ...entry, rows: entry.rows.slice(0, 3) } : undefined,
  ),
  tamper('the flow was not recorded', 'log-flow', 'rate-limiter log-none-lost unknown', (entry) =>
    entry.spec === 'rate-limiter' ? [] : undefined,
  ),
  tamper('the record of several lines came in pieces', 'log-record', 'fluxpay-engine log-lines-together fail', (entry) =>
    entry.spec === 'fluxpay-engine'
      ? {
          ...entry,
          lines: entry.lines.flatMap((line) => [
            { ...line, line: line.line.slice(0, 60) },
            { ...line, line: line.line.slice(60) },
          ]),
        }
      : undefined,
  ),
  tamper('the record of several lines was not queried', 'log-record', 'fluxpay-engine log-lines-together unknown', (entry) =>
    entry.spec === 'fluxpay-engine' ? [] : undefined,
  ),
  lines('the line is under another hour', 'rate-limiter log-line-found fail', (entry) => [
    { ...entry, lines: entry.lines.map((line) => ({ ...line, timeNs: String(BigInt(line.timeNs) - 32_400_000_000_000n) })) },
  ]),
  lines('the line never came', 'rate-limiter log-line-found fail', (entry) => [{ ...entry, lines: [], foundMs: null }]),
  lines('the line came a minute late', 'rate-limiter log-line-found fail', (entry) => [
    { ...entry, foundMs: (entry.foundMs ?? 0) + 60_000 },
  ]),
  lines('the log store refused to answer', 'rate-limiter log-line-found unknown', (entry) => [{ ...entry, error: 'status 500' }]),
  lines('the line has another stream label', 'rate-limiter log-labels-and-fields fail', label('logstream', 'stderr')),
  lines('the line lacks a stream label', 'rate-limiter log-labels-and-fields fail', label('container', undefined)),
  lines('the level was not parsed', 'rate-limiter log-labels-and-fields fail', label('level', undefined)),
  flow('one line of the flow is lost', 'rate-limiter log-none-lost fail', (rows) =>
    rows.map(([sent, answered, status], index) =>
      index === 5 ? [sent, answered, status, -1, -1, 0, 0] : (rows[index] ?? [0, 0, 0, 0, 0, 0, 0]),
    ),
  ),
  flow('one line of the flow is late', 'rate-limiter log-none-lost fail', (rows) =>
    rows.map((row, index) => (index === 5 ? [row[0], row[1], row[2], row[3], row[4] + 60_000, row[5], row[6]] : row)),
  ),
  flow('a line of the flow is stored twice', { harmless: 'at least once: the number of copies is shown' }, (rows) =>
    rows.map((row, index) => (index === 5 ? [row[0], row[1], row[2], row[3], row[4], 2, row[6]] : row)),
  ),
  link('the link finds no id', 'rate-limiter log-opens-trace fail', { traceId: null }),
  link('the link finds another id', 'rate-limiter log-opens-trace fail', { traceId: 'f'.repeat(32) }),
  link('the link opens nothing', 'rate-limiter log-opens-trace fail', { found: false }),
  link('the link asks a data source that is not there', 'rate-limiter log-opens-trace fail', {
    links: [{ url: '${__value.raw}', uid: 'jager', type: null }],
  }),
  link('the link carries nothing', 'rate-limiter log-opens-trace fail', { links: [{ url: '', uid: 'jaeger', type: 'jaeger' }] }),
  link(
    'the link is an address of Jaeger',
    { harmless: 'it opens the trace all the same' },
    { links: [{ url: 'http://localhost:16686/trace/${__value.raw}' }] },
  ),
  link('the link cuts out a span id', 'rate-limiter log-opens-trace fail', { traceId: 'f18faf153073cd6e' }),
  search('Grafana shows no way from a span to its lines', `${PATH} trace-finds-log fail`, {
    query: null,
    missing: ['service.name'],
    lines: 0,
    own: 0,
  }),
  search("Grafana's way from a span finds other lines", `${PATH} trace-finds-log fail`, { own: 0 }),
  search("Grafana's way from a span could not be gone", `${PATH} trace-finds-log unknown`, { lines: 0, own: 0, error: 'status 503' }),
  search("Grafana's way from a span leads to its lines", { harmless: 'so it should' }, {}),
  lines('the line is in a second stream', 'rate-limiter log-line-found fail', (entry) => [
    { ...entry, lines: entry.lines.flatMap((line) => [line, { ...line, labels: { ...line.labels, job: 'again' } }]) },
  ]),
  lines('the service label has another name', 'rate-limiter log-labels-and-fields fail', (entry) => [
    {
      ...entry,
      lines: entry.lines.map(({ labels: { service = '', ...labels }, ...line }) => ({ ...line, labels: { ...labels, svc: service } })),
    },
  ]),
  lines("the labels are another service's", 'rate-limiter log-line-found fail', (entry) => [
    {
      ...entry,
      lines: entry.lines.map((line) => ({ ...line, labels: { ...line.labels, service: 'fluxpay-engine', container: 'fluxpay-engine' } })),
    },
  ]),
  lines("the service label alone is another's", 'rate-limiter log-labels-and-fields fail', label('service', 'fluxpay-engine')),
  lines('the level is that of another field', 'rate-limiter log-labels-and-fields fail', label('level', 'access')),
  lines('the trace id is cut short', 'rate-limiter log-labels-and-fields fail', (entry) => [
    {
      ...entry,
      lines: entry.lines.map((line) => ({ ...line, labels: { ...line.labels, trace_id: line.labels['trace_id']?.slice(0, 16) ?? '' } })),
    },
  ]),
  lines('the trace id is in capitals', 'rate-limiter log-labels-and-fields fail', (entry) => [
    {
      ...entry,
      lines: entry.lines.map((line) => ({ ...line, labels: { ...line.labels, trace_id: line.labels['trace_id']?.toUpperCase() ?? '' } })),
    },
  ]),
  lines("the trace id is well-formed and another request's", 'rate-limiter log-labels-and-fields fail', label('trace_id', 'f'.repeat(32))),
  lines('the trace id is a label of the stream', 'rate-limiter log-labels-and-fields fail', (entry) => [
    { ...entry, perRequest: ['trace_id'] },
  ]),
  flow('every line of the flow is stored twice', 'rate-limiter log-none-lost fail', (rows) =>
    rows.map((row) => [row[0], row[1], row[2], row[3], row[4], 2, row[6]]),
  ),
  flow('every second line of the flow is left out', 'rate-limiter log-none-lost fail', (rows) =>
    rows.map((row, index) => (index % 2 === 0 ? row : [row[0], row[1], row[2], -1, -1, 0, 0])),
  ),
  link('no link is deployed', 'rate-limiter log-opens-trace fail', { regex: '' }),
]

// ---- outages ----

type Row = Entry<'outage'>['rows'][number]
const outage = (what: string, id: string, caught: Tampering['caught'], change: (row: Row, index: number) => Row): Tampering =>
  tamper(what, 'outage', caught, (entry) => (entry.outage === id ? { ...entry, rows: entry.rows.map(change) } : undefined))
const outages: Tampering[] = [
  outage('a line that an outage held back never came', 'loki-stopped', 'loki-stopped outage-lines-survive fail', (row, index) =>
    index === 25 ? [row[0], row[1], row[2], row[3], -1, 0] : row,
  ),
  outage(
    'a line that an outage held back came twice',
    'loki-stopped',
    { harmless: 'at least once: the number of copies is shown' },
    (row, index) => (index === 25 ? [row[0], row[1], row[2], row[3], row[4], 2] : row),
  ),
  outage(
    'after a restart a line of the new process is missing',
    'service-restarted',
    'service-restarted outage-lines-survive fail',
    (row, index) => (index === 2 ? [row[0], row[1], row[2], row[3], -1, 0] : row),
  ),
  outage('a span sent before the store stopped is missing', 'jaeger-stopped', 'jaeger-stopped outage-spans-survive fail', (row, index) =>
    index === 1 ? [row[0], row[1], row[2], -1, row[4], row[5]] : row,
  ),
  outage('no span came any more', 'collector-stopped', 'collector-stopped outage-spans-survive fail', (row, index) =>
    index > 15 ? [row[0], row[1], row[2], -1, row[4], row[5]] : row,
  ),
  outage(
    'a service stopped answering with its collector',
    'agent-endpoint-closed',
    'agent-endpoint-closed outage-services-answer fail',
    (row, index) => (index === 25 ? [row[0], row[1], 503, row[3], row[4], row[5]] : row),
  ),
  outage(
    'a service waited for its collector',
    'agent-endpoint-closed',
    'agent-endpoint-closed outage-services-answer fail',
    (row, index) => (index === 25 ? [row[0], row[1] + 9_000, row[2], row[3], row[4], row[5]] : row),
  ),
  outage('lines came as ever: the fault did nothing', 'promtail-paused', 'promtail-paused outage-named unknown', (row) => [
    row[0],
    row[1],
    row[2],
    row[3],
    row[0] + 300,
    row[5],
  ]),
  tamper('the log store answered all the while', 'outage', 'loki-stopped outage-named fail', (entry) =>
    entry.outage === 'loki-stopped' ? { ...entry, stores: { loki: { asked: 90, failedMs: [] } } } : undefined,
  ),
  tamper('the fault of an outage was never in effect', 'fault', 'promtail-paused outage-lines-survive unknown', (entry) =>
    entry.experiment === 'promtail-paused' && entry.phase === 'inject' ? { ...entry, ok: false } : undefined,
  ),
  tamper('the store was not queried during an outage', 'outage', 'promtail-paused outage-lines-survive unknown', (entry) =>
    entry.outage === 'promtail-paused' ? { ...entry, stores: {} } : undefined,
  ),
  tamper('nothing of an outage was recorded', 'outage', 'promtail-paused outage-lines-survive unknown', (entry) =>
    entry.outage === 'promtail-paused' ? [] : undefined,
  ),
]

// ---- dashboard ----

type Panel = Entry<'dashboard'>['panels'][number]
const board = (what: string, title: string, caught: string, change: (panel: Panel) => Panel[]): Tampering =>
  tamper(what, 'dashboard', caught, (entry) => ({
    ...entry,
    panels: entry.panels.flatMap((panel) => (panel.title === title ? change(panel) : [panel])),
  }))
const answer = (
  what: string,
  title: string,
  form: 'deployed' | 'drill',
  caught: string,
  change: (entry: Entry<'panel'>) => Entry<'panel'>[],
): Tampering =>
  tamper(what, 'panel', caught, (entry) =>
    entry.title === title && entry.form === form && (form === 'deployed' || entry.stepMs === undefined) ? change(entry) : undefined,
  )
const times =
  (by: number) =>
  (entry: Entry<'panel'>): Entry<'panel'>[] => [
    {
      ...entry,
      series: entry.series.map((one) => ({ ...one, values: one.values.map(([timeS, value]) => [timeS, String(Number(value) * by)]) })),
    },
  ]
const panels: Tampering[] = [
  board('the panel is not there', 'Error rate', 'drill slo-thresholds fail', () => []),
  board('the panel has no query', 'Error rate', 'drill slo-panel-has-data fail', (panel) => [{ ...panel, queries: 0 }]),
  board('the colour turns elsewhere', 'Error rate', 'drill slo-thresholds fail', (panel) => [
    {
      ...panel,
      thresholds: {
        ...panel.thresholds,
        steps: panel.thresholds.steps.map((step) => ({ ...step, value: step.value === null ? null : step.value * 2 })),
      },
    },
  ]),
  board('the colours are the wrong way round', 'Latency p95', 'drill slo-thresholds fail', (panel) => [
    {
      ...panel,
      thresholds: {
        ...panel.thresholds,
        steps: panel.thresholds.steps.map((step) => ({ ...step, color: step.color === 'red' ? 'green' : 'red' })),
      },
    },
  ]),
  board('the thresholds colour nothing', 'Error rate', 'drill slo-thresholds fail', (panel) => [
    { ...panel, colourless: 'its colour is always green' },
  ]),
  board('its numbers are changed on the way', 'Error rate', 'drill slo-value-matches unknown', (panel) => [
    { ...panel, computed: ['transformation calculateField'] },
  ]),
  answer('the panel looks over an hour', 'Availability', 'deployed', 'drill slo-value-matches fail', (entry) => [
    { ...entry, rangesMs: [3_600_000] },
  ]),
  answer('the panel shows a tenth more', 'Error rate', 'drill', 'drill slo-value-matches fail', times(1.1)),
  answer('the budget shows a tenth more', 'Error budget', 'drill', 'drill slo-value-matches fail', times(1.1)),
  answer('availability misses half of what was down', 'Availability', 'drill', 'drill slo-value-matches fail', (entry) => [
    {
      ...entry,
      series: entry.series.map((one) => ({
        ...one,
        values: one.values.map(([timeS, value]) => [timeS, String(1 - (1 - Number(value)) / 2)]),
      })),
    },
  ]),
  answer('the p95 is ten times as high', 'Latency p95', 'drill', 'drill slo-value-matches fail', times(10)),
  answer('the panel is empty', 'Error rate', 'deployed', 'drill slo-panel-has-data fail', (entry) => [{ ...entry, series: [] }]),
  answer('the panel cannot be asked', 'Error rate', 'deployed', 'drill slo-panel-has-data fail', (entry) => [
    { ...entry, error: 'parse error' },
  ]),
  tamper(
    'the samples have half of the requests',
    'counters',
    'drill slo-value-matches fail',
    (entry) =>
      entry.metric === 'axum_http_requests_total'
        ? {
            ...entry,
            series: entry.series.map((one) => ({
              ...one,
              values: one.values.map(([timeS, value]) => [timeS, String(Math.floor(Number(value) / 2))]),
            })),
          }
        : undefined,
    true,
  ),
  tamper('no counters were read', 'counters', 'drill slo-value-matches unknown', () => [], true),
]

// ---- sources that did not answer ----

const dead = (source: Entry<'source-error'>['source'], caught: string): Tampering =>
  tamper(`${source} could not be read`, 'footer', caught, (entry) => [
    { kind: 'source-error', seq: entry.seq, atMs: entry.atMs, source, experiment: null, message: 'refused' } as unknown as typeof entry,
    { ...entry, seq: entry.seq + 1 },
  ])
const sources: Tampering[] = [
  dead('prometheus', 'redis-killed alert-fired unknown'),
  dead('receiver', 'redis-killed notification-delivered unknown'),
  dead('jaeger', `${PATH} trace-complete unknown`),
  dead('loki', 'rate-limiter log-line-found unknown'),
  dead('k6', 'error-burst load-delivered unknown'),
]

export const tamperings: readonly Tampering[] = [
  ...samples,
  ...loaded,
  ...done,
  ...messages,
  ...chats,
  ...signals,
  ...altered,
  ...panels,
  ...outages,
  ...sources,
]
