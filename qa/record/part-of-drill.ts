import { deepStrictEqual } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { judge } from '../../verify/judge/judge.ts'
import { parseJournal } from '../../verify/judge/record/parse-journal.ts'
import type { Journal, JournalEntry } from '../../verify/model/journal.ts'
import { ROOT } from '../command.ts'

/**
 * Cuts one experiment out of the journal of a whole drill, for a drill on an engine that no recorder can repeat:
 * node qa/record/part-of-drill.ts JOURNAL EXPERIMENT STORY. The verdicts about the experiment must be the same before and after.
 */
const [journal = '', id = '', story = ''] = process.argv.slice(2)

/** What belongs to other experiments, to signals, or to people. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'active-alerts',
  'alert-logs',
  'counters',
  'dashboard',
  'delivery-probe',
  'log-flow',
  'log-lines',
  'log-link',
  'log-probe',
  'log-record',
  'outage',
  'panel',
  'self-trace',
  'trace',
  'trace-flow',
  'trace-log',
  'trace-probe',
  'trace-search',
])

function part(whole: Journal): Journal {
  const header = whole.entries.find((entry) => entry.kind === 'header')
  const experiment = header?.plan.experiments.find((each) => each.id === id)
  if (experiment === undefined) throw new Error(`${journal} has no experiment ${id}`)
  const { alert, subject } = experiment
  const entries = whole.entries
    .filter((entry) => !LEFT_OUT.has(entry.kind) && !(entry.kind === 'alertmanager' && entry.what === 'status'))
    .filter((entry) => !('experiment' in entry) || entry.experiment === null || entry.experiment === id)
    .flatMap((entry): JournalEntry[] => {
      switch (entry.kind) {
        case 'header': {
          const { past: _, lastFired: __, rungs: ___, ...rest } = entry
          const { plan } = entry
          return [
            {
              ...rest,
              spec: {
                ...entry.spec,
                rules: entry.spec.rules.filter((rule) => rule.alert === alert),
                traces: [],
                logs: [],
                outages: [],
                slo: { ...entry.spec.slo, panels: [] },
              },
              plan: {
                ...plan,
                ...(plan.promised === undefined
                  ? {}
                  : { promised: { ...plan.promised, rules: plan.promised.rules.filter((rule) => rule.alert === alert) } }),
                experiments: [{ ...experiment, after: [] }],
                traces: [],
                logs: [],
                outages: [],
                conflicts: [],
                subjects: [],
              },
            },
          ]
        }
        case 'subjects':
          return entry.alert === alert ? [entry] : []
        case 'raw':
          return [{ ...entry, series: entry.series.filter(({ metric }) => metric['job'] === subject['job']) }]
        case 'alerts-series':
          return [{ ...entry, series: entry.series.filter(({ metric }) => metric['alertname'] === alert) }]
        case 'health':
          return /missed|failures/.test(entry.metric) ? [entry] : []
        case 'notification':
          return JSON.stringify(entry.body).includes(`"${alert}"`) ? [{ ...entry, headers: {} }] : []
        default:
          return [entry]
      }
    })
  return { entries: entries.map((entry, seq) => ({ ...entry, seq })), problems: [] }
}

const before = parseJournal(readFileSync(journal, 'utf8'))
const after = part(before)
const said = (of: Journal): string[] =>
  judge(of)
    .filter(({ subject }) => subject === id)
    .map(({ check, status, observed }) => [check, status, observed].join(' | '))
deepStrictEqual(said(after), said(before))
const text = `${after.entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`
writeFileSync(join(ROOT, `verify/judge/fixtures/journals/${story}.ndjson.gz`), gzipSync(text, { level: 9 }))
process.stdout.write(`${story}: ${Math.round(text.length / 1024)} kB\n${said(after).join('\n')}\n`)
