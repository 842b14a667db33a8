import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { namedText } from '../testing/journals/named-journal.ts'
import { HOSTILE, report as smallReport } from '../testing/report/small-report.ts'
import { judge } from '../verify/judge/judge.ts'
import { parseJournal } from '../verify/judge/record/parse-journal.ts'
import type { Report } from '../verify/model/report.ts'
import { formats, summarise } from '../verify/report/formats.ts'

type Schema = { $ref?: string; properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[]; $defs?: Record<string, Schema> }
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const SCHEMA = read('docs/report.schema.json') as Schema & Record<string, unknown>
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(SCHEMA)

/** What is wrong with it. */
function wrong(value: unknown): string[] {
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
}

/** A report in which everything optional is there. */
function fullReport(): Report {
  const report = smallReport()
  const [cause] = report.causes
  const [rule] = report.rules
  const [experiment] = rule?.experiments ?? []
  const [moment] = experiment?.moments ?? []
  assert.ok(cause !== undefined && rule !== undefined && experiment !== undefined && moment !== undefined)
  const root = { ...cause.root, part: 'redis', cause: 'not-alone' as const, window: { ...cause.root.window!, sinceMs: 1, observedMs: 2 } }
  const point = { run: 0, ms: 1_000, earliestMs: 0, latestMs: 6_000 }
  const drift = { newestMs: 5_000, newest: 5, olderMs: 1_000, older: 20, share: 0.7 }
  return {
    ...report,
    causes: [{ root, also: [root], consequences: [root] }],
    rungs: [
      {
        rung: 'lint',
        files: ['monitoring'],
        findings: [
          {
            id: 'rule-for-matches',
            severity: 'error',
            subject: 'RedisConnectionFailed',
            file: 'monitoring/alert-rules.yml',
            line: 12,
            column: 9,
            expected: '30s',
            observed: '1m',
            message: 'The rule waits longer',
          },
        ],
        more: 1,
        untested: ['rules: promtool is not installed'],
        problems: ['no such file'],
      },
    ],
    turn: { chosen: ['a'], among: ['a', 'b'], seed: 1, because: 'never drilled' },
    unreviewed: { alerts: ['RedisConnectionFailed'], of: 8, routing: true },
    rules: [
      {
        ...rule,
        experiments: [{ ...experiment, moments: [moment, { ...moment, metric: null, error: 'Loki did not answer' }] }],
        subjects: [
          { labels: { job: 'one' }, last: { atMs: 1, runId: 'before' }, by: ['redis-killed'] },
          { labels: { job: 'two' }, last: null, by: [] },
        ],
      },
    ],
    history: {
      runs: [{ runId: 'before', startedMs: 1, outcome: 'pass' }],
      experiments: [
        {
          id: 'redis-killed',
          alert: 'RedisConnectionFailed',
          outcomes: ['pass', null],
          trends: [{ what: 'delivery', points: [point], drift }],
        },
      ],
    },
  }
}

const REPORTS: Readonly<Record<string, unknown>> = {
  small: JSON.parse(formats.json(smallReport())),
  hostile: JSON.parse(formats.json(smallReport(HOSTILE))),
  full: JSON.parse(formats.json(fullReport())),
  observed: JSON.parse(formats.json({ ...smallReport(), observe: true })),
  sample: read('reports/sample/report.json'),
  'sample in real time': read('reports/sample-real-time/report.json'),
  ...Object.fromEntries(
    ['alertmanager-not-notified', 'for-doubled', 'redis-hung'].map((name) => {
      const journal = parseJournal(namedText(name).trim().split('\n'))
      return [name, JSON.parse(formats.json(summarise(journal, judge(journal))))]
    }),
  ),
  'cut off': JSON.parse(formats.json(summarise(parseJournal(namedText('redis-hung').trim().split('\n').slice(0, 40)), []))),
  'empty': JSON.parse(formats.json(summarise({ entries: [], problems: ['the journal is empty'] }, []))),
}

for (const [name, value] of Object.entries(REPORTS))
  test(`report.json (${name}) is as docs/report.schema.json has it`, () => {
    assert.deepEqual(wrong(value), [])
  })

test('between them they have every property of the schema, so that none is published that is never written', () => {
  const seen = new Set<string>()
  const walk = (value: unknown, schema: Schema, at: string): void => {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.replace('#/$defs/', '')
      walk(value, SCHEMA.$defs?.[name] ?? {}, name)
    }
    for (const each of schema.anyOf ?? []) walk(value, each, at)
    if (Array.isArray(value)) for (const item of value) walk(item, schema.items ?? {}, `${at}[]`)
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) {
        if (schema.properties?.[name] === undefined) continue
        seen.add(`${at}.${name}`)
        walk(inner, schema.properties[name], `${at}.${name}`)
      }
  }
  for (const value of Object.values(REPORTS)) walk(value, SCHEMA, 'report')
  const published = [
    ...Object.keys(SCHEMA.properties ?? {}).map((name) => `report.${name}`),
    ...Object.entries(SCHEMA.$defs ?? {}).flatMap(([at, { properties = {} }]) => Object.keys(properties).map((name) => `${at}.${name}`)),
  ]
  assert.ok(published.length > 60)
  assert.deepEqual(
    published.filter((name) => !seen.has(name)),
    [],
  )
})

test('what the schema does not have is an error: another field, one that is missing, another status, another version', () => {
  const value = REPORTS['full'] as Report
  assert.match(wrong({ ...value, more: 1 }).join(), /must NOT have additional properties.*more/)
  const { counts: _, ...less } = value
  assert.match(wrong(less).join(), /must have required property 'counts'/)
  assert.match(wrong({ ...value, outcome: 'green' }).join(), /\/outcome must be equal to one of/)
  assert.match(wrong({ ...value, $schema: 'urn:firedrill:report:2' }).join(), /\/\$schema must be equal to constant/)
  const [rule] = value.rules
  assert.match(wrong({ ...value, rules: [{ ...rule, experiments: [{ id: 1 }] }] }).join(), /\/rules\/0\/experiments\/0\/id must be string/)
})
