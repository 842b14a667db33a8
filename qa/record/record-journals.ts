import { deepStrictEqual } from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { judge } from '../../verify/judge/judge.ts'
import { parseJournal } from '../../verify/judge/record/parse-journal.ts'
import type { Journal, JournalEntry } from '../../verify/model/journal.ts'
import type { Verdict } from '../../verify/model/verdict.ts'
import { besideStarving, type Starved } from '../breaks/starve.ts'
import { firedrill, ROOT } from '../command.ts'

/**
 * Records the journals of verify/judge/fixtures/journals anew: node qa/record/record-journals.ts [STORY...]. Each is a live drill of one
 * experiment, on a copy
 * of monitoring/ (or of the specification) with one thing changed. What its verdicts are is said by verify/judge/recorded-stories.test.ts,
 * not here.
 */
interface Story {
  name: string
  only: string
  /** A file of monitoring/ or of verify/spec/ in which something is changed. */
  change?: { in: 'monitoring' | 'spec'; file: string; from: string | RegExp; to: string }
  /** Other builds in the place of the lab's parts (--lab FILE). */
  lab?: string
  /** A part that gets no CPU for a while. */
  starved?: Starved
}

const STORIES: Story[] = [
  {
    name: 'threshold-doubled',
    only: 'error-burst',
    change: { in: 'monitoring', file: 'alert-rules.yml', from: /> 0\.01\b/g, to: '> 0.02' },
  },
  { name: 'for-doubled', only: 'redis-killed', change: { in: 'monitoring', file: 'alert-rules.yml', from: 'for: 30s', to: 'for: 1m' } },
  {
    name: 'critical-routed-to-default',
    only: 'redis-killed',
    change: { in: 'monitoring', file: 'alertmanager/alertmanager.yml', from: /receiver: critical\b/, to: 'receiver: default' },
  },
  {
    name: 'metric-misspelt',
    only: 'redis-killed',
    change: { in: 'monitoring', file: 'alert-rules.yml', from: 'redis_up == 0', to: 'redis_upp == 0' },
  },
  // Prometheus answers the webhook with 404.
  {
    name: 'receiver-refused',
    only: 'redis-killed',
    change: {
      in: 'monitoring',
      file: 'alertmanager/alertmanager.yml',
      from: 'notification-sink:9199/critical',
      to: 'prometheus:9090/critical',
    },
  },
  {
    name: 'alertmanager-not-notified',
    only: 'redis-killed',
    change: { in: 'monitoring', file: 'prometheus.yml', from: 'alertmanager:9093', to: 'jaeger:16686' },
  },
  { name: 'redis-hung', only: 'redis-hung' },
  // Another build of a real service; qa/failing-service/README.md says how it is made.
  { name: 'limiter-needs-redis', only: 'redis-killed', lab: 'qa/failing-service/lab.yaml' },
  {
    name: 'machine-starved',
    only: 'heap-pressure',
    starved: { part: 'rate-limiter', experiment: 'heap-pressure', seconds: 12 },
  },
  {
    name: 'starved-while-pending',
    only: 'heap-pressure',
    starved: { part: 'rate-limiter', experiment: 'heap-pressure', afterSeconds: 3, seconds: 12 },
  },
  {
    name: 'wrong-part-killed',
    only: 'redis-killed',
    change: {
      in: 'spec',
      file: 'rules/redis-connection-failed.yaml',
      from: /id: kill-process, target: redis\b/g,
      to: 'id: kill-process, target: promtail',
    },
  },
]

/** In characters: a longer one is kept in gzip. */
const PACKED_FROM = 300_000

/** For people, or for checks to come: no verdict reads them. */
const UNREAD = new Set(['alert-logs', 'active-alerts', 'self-trace'])
const UNREAD_OF_MESSAGES = new Set([
  'generatorURL',
  'externalURL',
  'fingerprint',
  'commonLabels',
  'commonAnnotations',
  'title_link',
  'callback_id',
  'footer',
  'mrkdwn_in',
])

/**
 * Without what no check reads, and without the name of the machine, which Alertmanager writes into its links. The verdicts must be the
 * same.
 */
function trimmed(text: string): string {
  const before = parseJournal(text)
  const jobs = new Set(
    before.entries.flatMap((entry) => {
      if (entry.kind === 'alerts-series') return entry.series.map(({ metric }) => metric['job'])
      return entry.kind === 'header' ? entry.plan.experiments.map(({ subject }) => subject['job']) : []
    }),
  )
  const entries = before.entries
    .filter((entry) => !UNREAD.has(entry.kind) && !(entry.kind === 'alertmanager' && entry.what === 'status'))
    .map((entry): JournalEntry => {
      if (entry.kind === 'notification')
        return {
          ...entry,
          headers: {},
          body: JSON.parse(JSON.stringify(entry.body, (key, value: unknown) => (UNREAD_OF_MESSAGES.has(key) ? undefined : value))),
        }
      // Of restarts only Prometheus' own is asked for.
      if (entry.kind === 'health' && entry.metric === 'process_start_time_seconds')
        return { ...entry, series: entry.series.filter(({ metric }) => metric['job'] === 'prometheus') }
      // How long a scrape took is asked for the target of an experiment, and for one whose alert was active.
      if (entry.kind === 'raw' && entry.query.startsWith('scrape_duration_seconds'))
        return { ...entry, series: entry.series.filter(({ metric }) => jobs.has(metric['job'])) }
      return entry
    })
    .map((entry, seq) => ({ ...entry, seq }))
  const after = `${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`.replaceAll(`//${hostname()}:`, '//alertmanager:')
  const said = (journal: Journal): string[] =>
    judge(journal).map(({ subject, check, status, observed, diagnosis }) => [subject, check, status, observed, diagnosis].join(' | '))
  deepStrictEqual(said(parseJournal(after)), said(before))
  return after
}
const SIGNALS = [
  'path-moalog',
  'path-fluxpay-order',
  'path-fluxpay-payment',
  'path-rate-limited',
  'path-fluxpay-payment-failed',
  'rate-limiter',
  'fluxpay-engine',
  'moalog-server',
]

const target = join(ROOT, 'verify/judge/fixtures/journals')
const asked = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'firedrill-journals-'))
try {
  mkdirSync(target, { recursive: true })
  for (const story of STORIES.filter(({ name }) => asked.length === 0 || asked.includes(name))) await record(story)
} finally {
  await firedrill(['lab', 'down'])
  rmSync(folder, { recursive: true, force: true })
}

async function record({ name, only, change, lab, starved }: Story): Promise<void> {
  const monitoring = join(folder, name, 'monitoring')
  const spec = join(folder, name, 'spec')
  const out = join(folder, name, 'run')
  cpSync(join(ROOT, 'monitoring'), monitoring, { recursive: true })
  cpSync(join(ROOT, 'verify/spec'), spec, { recursive: true, filter: (file) => !/\.ts$|\/fixtures$/.test(file) })
  if (change !== undefined) {
    const file = join(change.in === 'spec' ? spec : monitoring, change.file)
    const before = readFileSync(file, 'utf8')
    const after = before.replace(change.from, change.to)
    if (after === before) throw new Error(`${name}: there is nothing to change in ${change.file}`)
    writeFileSync(file, after)
  }
  const overrides = lab === undefined ? [] : ['--lab', join(ROOT, lab)]
  const selection = ['--only', only, '--skip', ...SIGNALS]
  const [{ exitCode, wallS }] = await besideStarving(starved, out, () =>
    firedrill(['run', '--keep', '--retries', '0', '--monitoring', monitoring, '--spec', spec, ...overrides, ...selection, '--out', out], {
      show: true,
    }),
  )
  const text = trimmed(readFileSync(join(out, 'journal.ndjson'), 'utf8'))
  if (text.length < PACKED_FROM) writeFileSync(join(target, `${name}.ndjson`), text)
  else writeFileSync(join(target, `${name}.ndjson.gz`), gzipSync(text, { level: 9 }))
  const verdicts = JSON.parse(readFileSync(join(out, 'verdicts.json'), 'utf8')) as Verdict[]
  process.stdout.write(`${name}: exit code ${exitCode} after ${Math.round(wallS)} s, ${Math.round(text.length / 1024)} kB\n`)
  for (const { subject, check, status, observed, diagnosis } of verdicts.filter(
    (each) => each.status === 'fail' || each.status === 'unknown',
  ))
    process.stdout.write(`    ${status} ${subject} ${check}: ${diagnosis ?? observed}\n`)
}
