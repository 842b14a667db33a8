import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, extraRule, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-metrics-exist',
  'a misspelt metric comes with the nearest real one',
  { file: 'alert-rules.yml', from: 'expr: redis_up', to: 'expr: redis_upp', observed: 'did you mean redis_up' },
  {
    file: 'alert-rules.yml',
    from: 'http_server_requests_seconds_bucket{',
    to: 'http_server_request_seconds_bucket{',
    observed: 'did you mean http_server_requests_seconds_bucket',
  },
)

const asking = (template: string): ReturnType<typeof extraRule> => extraRule('redis_up == 0', `annotations:\n  summary: '${template}'`)
finds(
  'rule-metrics-exist',
  'a metric that a query of a template asks for',
  {
    ...asking('{{ query "redis_upp" | first | value }}'),
    severity: 'warning',
    observed: 'did you mean redis_up',
    message: 'in a template',
  },
  {
    ...asking('{{ range query `sum(redis_connected_client)` }}{{ .Value }}{{ end }}'),
    severity: 'warning',
    observed: 'redis_connected_clients',
  },
  { ...asking('{{ printf "redis_upp{job=%q}" $labels.job | query | first | value }}'), severity: 'warning', observed: 'redis_up' },
)
const right = asking('{{ query "redis_connected_clients" | first | value }}')
passes('rule-metrics-exist', 'a query of a metric that is there', right.file, right.from, right.to, {
  ...extraRule('redis_upp == 0'),
  severity: 'warning',
})

finds('rule-metrics-exist', 'what absent() looks for and nothing exposes', {
  ...extraRule('absent(redis_upp)'),
  severity: 'warning',
  message: 'always fires',
  observed: 'redis_upp; did you mean redis_up',
})

test('rule-metrics-exist: what a target that was never recorded may expose is not missing; a misspelt name is', async () => {
  const { texts } = await deployment()
  const found = async (expr: string, job: boolean): Promise<string[]> => {
    const { file, from, to } = extraRule(expr)
    const changed = change(texts, file, from, to)
    const scraped = job
      ? change(
          changed,
          'prometheus.yml',
          'scrape_configs:\n',
          'scrape_configs:\n  - { job_name: node, static_configs: [{ targets: ["node:9100"] }] }\n',
        )
      : changed
    const { findings } = await lintOf(scraped)
    return findings.filter(({ id }) => /^rule-(metrics|labels)-exist$/.test(id)).map(({ observed }) => observed)
  }
  assert.deepEqual(await found('node_load1 > 10', false), ['node_load1'])
  assert.deepEqual(await found('node_load1 > 10 and on (instance) up{job="node"} == 1', true), [])
  assert.deepEqual(await found('redis_upp == 0', true), ['redis_upp; did you mean redis_up?'])
})
