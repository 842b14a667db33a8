import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { lint } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { TRAPS } from './traps.ts'

const TABLE = readFileSync(new URL('../../testing/lint/rules-of-others.tsv', import.meta.url), 'utf8')

const PROMETHEUS = `global: { scrape_interval: 30s, evaluation_interval: 30s }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["alertmanager:9093"] }] }] }
scrape_configs:
  - { job_name: node, static_configs: [{ targets: ["node:9100"] }] }
  - { job_name: api, static_configs: [{ targets: ["api:8080"] }] }
  - { job_name: kube-state-metrics, static_configs: [{ targets: ["kube-state-metrics:8080"] }] }
`

interface RuleOfOthers {
  expr: string
  more: string
  recordings: string[]
}

/** Rows by the check that speaks first; undefined where none does. */
function rows(): Map<string | undefined, RuleOfOthers[]> {
  const found = new Map<string | undefined, RuleOfOthers[]>()
  let all: RuleOfOthers[] = []
  for (const row of TABLE.replaceAll('\n\t', '\t').split('\n')) {
    const section = /^\[(\S+)\]$/.exec(row)?.[1]
    const [first = '', second = '', third = '', labels = '{}'] = row.split('\t')
    if (section !== undefined) found.set(section === '(fine)' ? undefined : section, (all = []))
    else if (first === '+')
      all.at(-1)?.recordings.push(`      - record: ${second}\n        expr: ${JSON.stringify(third)}\n        labels: ${labels}\n`)
    else if (row !== '' && !row.startsWith('#')) all.push({ expr: first, more: second, recordings: [] })
  }
  return found
}

/** Errors and warnings, in the order in which they are shown. */
function said({ expr, more, recordings }: RuleOfOthers): string[] {
  const labels = more.startsWith('labels:') ? '' : '        labels: { severity: warning }\n'
  const own = `      - alert: Extra\n        expr: ${JSON.stringify(expr)}\n        for: 5m\n${labels}${more === '' ? '' : `        ${more}\n`}`
  const rules = `groups:\n  - name: g\n    rules:\n${recordings.join('').replaceAll('        labels: {}\n', '')}${own}`
  const texts: ConfigText[] = Object.entries({ 'prometheus.yml': PROMETHEUS, 'rules.yml': rules }).map(([file, text]) => ({
    file,
    path: file,
    text,
    lineOffset: 0,
    columnOffset: 0,
  }))
  const { findings, problems } = lint(texts, {
    spec: noSpecification(configure(texts)),
    catalogue: { targets: [] },
    logLines: {},
    checks: [...TRAPS],
  })
  assert.deepEqual(problems, [], expr)
  return findings.filter(({ severity }) => severity !== 'note').map(({ id }) => id)
}

const ALL = rows()

for (const [check, rules] of ALL)
  test(check === undefined ? 'rules that look odd and are right: nothing is said' : `rules of others: ${check}`, () => {
    const wrong = rules.flatMap((rule) => {
      const [first] = said(rule)
      return first === check ? [] : [`${rule.expr} ${rule.more}: ${first ?? 'silent'}`]
    })
    assert.deepEqual(wrong, [])
  })

test('the table has right and wrong rules', () => {
  assert.ok((ALL.get(undefined)?.length ?? 0) > 100)
  assert.ok(ALL.size > 12)
})
