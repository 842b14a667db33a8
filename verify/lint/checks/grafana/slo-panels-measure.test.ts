import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'

finds(
  'slo-panels-measure',
  'window, objective, quantile and a missing panel',
  {
    file: 'slo-dashboard.json',
    from: 'avg(avg_over_time(up[24h]))',
    to: 'avg(avg_over_time(up[1h]))',
    subject: 'Availability',
    expected: '1d',
  },
  { file: 'slo-dashboard.json', from: '"value": 0.999', to: '"value": 0.99', observed: '0.99' },
  // The requirement promises what is measured; the title is the specification's own.
  {
    file: 'slo-dashboard.json',
    from: '"title": "Error budget"',
    to: '"title": "Budget"',
    subject: 'Error budget',
    observed: 'the panel Budget measures it',
    severity: 'warning',
  },
)

type Json = Record<string, unknown> & { panels: Panel[]; templating: { list: Record<string, unknown>[] } }
interface Panel {
  [key: string]: unknown
  title: string
  type: string
  targets?: Record<string, unknown>[]
  fieldConfig: { defaults: Record<string, unknown>; overrides: unknown[] }
  options: Record<string, unknown>
}

/** The delivered dashboard with one panel changed, and what the check says of it. */
async function found(
  title: string,
  change: (panel: Panel, dashboard: Json) => unknown,
  wrap: (dashboard: Json) => unknown = (dashboard) => dashboard,
): Promise<string[]> {
  const { texts } = await deployment()
  const changed = texts.map((text) => {
    if (!text.file.endsWith('slo-dashboard.json')) return text
    const dashboard = JSON.parse(text.text) as Json
    const panel = dashboard.panels.find((each) => each.title === title)
    assert.ok(panel, title)
    change(panel, dashboard)
    return { ...text, text: JSON.stringify(wrap(dashboard), null, 2) }
  })
  assert.notDeepEqual(
    changed.map(({ text }) => text),
    texts.map(({ text }) => text),
  )
  return (await lintOf(changed, 'slo-panels-measure')).findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ severity, subject, expected, observed }) => `${severity} ${subject}: ${observed} (${expected})`)
}

const query =
  (from: string | RegExp, to: string) =>
  (panel: Panel): void => {
    for (const target of panel.targets ?? []) {
      const before = String(target['expr'])
      target['expr'] = before.replace(from, to)
      assert.notEqual(target['expr'], before)
    }
  }
const steps = (...values: [number | null, string][]): unknown => ({
  mode: 'absolute',
  steps: values.map(([value, color]) => ({ value, color })),
})
const seen = 'sum(rate(axum_http_requests_total{endpoint!="/metrics"}[24h]))'
const failed = 'sum(rate(axum_http_requests_total{status=~"5..",endpoint!="/metrics"}[24h]))'

const rule = (expr: string): object => ({ groups: [{ name: 'slo', rules: [{ record: 'slo:availability:ratio', expr }] }] })

const BREAKS: [what: string, title: string, change: (panel: Panel, dashboard: Json) => unknown, said: RegExp][] = [
  ['p99', 'Latency p95', query('0.95', '0.99'), /^error Latency p95: /],
  ['by (le) is missing', 'Latency p95', query('sum by (le) (', '('), /^error Latency p95: no single number/],
  ['4xx for 5xx', 'Error rate', query('5..', '4..'), /^error Error rate: /],
  ['4xx as well', 'Error rate', query('5..', '[45]..'), /^error Error rate: /],
  ['one endpoint', 'Error rate', query(/endpoint!=/g, 'endpoint=~".*checkout",endpoint!='), /^error Error rate: /],
  [
    "the JVM's requests",
    'Error rate',
    query(/axum_http_requests_total/g, 'http_server_requests_seconds_count'),
    /^error Error rate: http_server_requests_seconds_count/,
  ],
  ['min for avg', 'Availability', query('avg(avg', 'min(avg'), /^error Availability: /],
  ['one job', 'Availability', query('up[', 'up{job="moalog-server"}['), /^error Availability: /],
  ['a budget that stops at zero', 'Error budget', query(/^(.*)$/, 'clamp_min($1, 0)'), /^error Error budget: 0 /],
  ['a budget of another objective', 'Error budget', query('0.001', '0.01'), /^error Error budget: /],
  [
    'colours the wrong way round',
    'Availability',
    (panel) => {
      panel.fieldConfig.defaults['thresholds'] = steps([null, 'green'], [0.999, 'red'])
    },
    /^error Availability: is green below 0\.999, where it is missed/,
  ],
  [
    'a budget without a turn at zero',
    'Error budget',
    (panel) => {
      panel.fieldConfig.defaults['thresholds'] = steps([null, 'green'])
    },
    /^error Error budget: turns at -Infinity|^error Error budget: turns at nothing/,
  ],
  [
    'a threshold in ms under seconds',
    'Latency p95',
    (panel) => {
      panel.fieldConfig.defaults['thresholds'] = steps([null, 'green'], [500, 'red'])
    },
    /^error Latency p95: turns at 500/,
  ],
  [
    'one colour for all',
    'Error rate',
    (panel) => {
      panel.fieldConfig.defaults['color'] = { mode: 'fixed', fixedColor: 'green' }
    },
    /^error Error rate: takes no colour: its colour is always green/,
  ],
  [
    'an override that turns the colours',
    'Error rate',
    (panel) => {
      panel.fieldConfig.overrides = [
        {
          matcher: { id: 'byName', options: 'Error rate' },
          properties: [{ id: 'thresholds', value: steps([null, 'red'], [0.001, 'green']) }],
        },
      ]
    },
    /^error Error rate: is red/,
  ],
  [
    'an override of the unit',
    'Error rate',
    (panel) => {
      panel.fieldConfig.overrides = [{ matcher: { id: 'byFrameRefID', options: 'A' }, properties: [{ id: 'unit', value: 'percent' }] }]
    },
    /^error Error rate: /,
  ],
  [
    'digits too few',
    'Availability',
    (panel) => {
      panel.fieldConfig.defaults['decimals'] = 0
    },
    /^warning Availability: 0 decimals/,
  ],
  [
    'the hidden query',
    'Error rate',
    (panel) => {
      panel.targets![0]!['hide'] = true
    },
    /^error Error rate: hidden queries only/,
  ],
  [
    'a right query hidden, a wrong one shown',
    'Availability',
    (panel) => {
      panel.targets = [
        { ...panel.targets![0]!, hide: true },
        { ...panel.targets![0]!, refId: 'B', expr: 'max(avg_over_time(up[24h]))' },
      ]
    },
    /^error Availability: /,
  ],
  [
    'a right query and a wrong one',
    'Availability',
    (panel) => {
      panel.targets!.push({ ...panel.targets![0]!, refId: 'B', expr: 'avg(avg_over_time(up[1h]))' })
    },
    /^error Availability: 1h/,
  ],
  [
    'the maximum of a course',
    'Availability',
    (panel) => {
      Object.assign(panel.targets![0]!, { instant: false, range: true })
      panel.options['reduceOptions'] = { calcs: ['max'] }
    },
    /^error Availability: the max/,
  ],
  [
    'the mean of six hours',
    'Availability',
    (panel) => {
      Object.assign(panel.targets![0]!, { expr: 'avg(up)', instant: false, range: true })
      panel.options['reduceOptions'] = { calcs: ['mean'] }
    },
    /^error Availability: 6h \(a window of 1d/,
  ],
  ['the value of one instant', 'Availability', query('avg(avg_over_time(up[24h]))', 'avg(up)'), /^error Availability: up without a window/],
  [
    'yesterday',
    'Availability',
    (panel) => {
      panel['timeShift'] = '1d'
    },
    /^error Availability: a window in the past/,
  ],
  [
    'the day of a subquery',
    'Availability',
    query('avg(avg_over_time(up[24h]))', 'avg_over_time(avg(up)[1h:1m])'),
    /^error Availability: 1h/,
  ],
  [
    'one severity only',
    'Active alerts',
    query('alertstate=~', 'severity="critical",alertstate=~'),
    /^error Active alerts: HighLatency, .* never listed/,
  ],
  ['pending alone', 'Active alerts', query('pending|firing', 'pending'), /^error Active alerts: .*HighErrorRate.* never listed/],
  [
    'a list of alerts that leaves the firing ones out',
    'Active alerts',
    (panel) => {
      Object.assign(panel, { type: 'alertlist', targets: [], options: { stateFilter: { firing: false, pending: true } } })
    },
    /^error Active alerts: a list without firing alerts/,
  ],
  [
    'a list of alerts of one severity',
    'Active alerts',
    (panel) => {
      Object.assign(panel, {
        type: 'alertlist',
        targets: [],
        options: { stateFilter: { firing: true }, alertInstanceLabelFilter: '{severity="critical"}' },
      })
    },
    /^error Active alerts: .*HighLatency.* never listed/,
  ],
  [
    'p50 by service',
    'Latency p95 by service',
    query('0.95', '0.5'),
    /^error Latency p95 by service: .*latency-p95 of (moalog-server|rate-limiter|fluxpay-engine)/,
  ],
  ['4xx by service', 'Error rate by service', query('5..', '4..'), /^error Error rate by service: /],
  [
    'a service that is left out',
    'Error rate by service',
    (panel) => {
      panel.targets![1]!['hide'] = true
    },
    /^error Error rate by service: no series of rate-limiter, fluxpay-engine/,
  ],
  [
    'one job in place of another',
    'Availability by service',
    query(/^(.*)$/, 'label_replace($1, "job", "rate-limiter", "job", "fluxpay-engine")'),
    /^error Availability by service: /,
  ],
]

for (const [what, title, change, said] of BREAKS) {
  test(`slo-panels-measure: ${what} is found, and of ${title} alone`, async () => {
    const findings = await found(title, change)
    assert.ok(
      findings.some((text) => said.test(text)),
      `${String(said)}\n${findings.join('\n')}`,
    )
    assert.deepEqual(
      findings.filter((text) => !text.includes(` ${title}: `)),
      [],
    )
  })
}

const VARIATIONS: [what: string, title: string, change: (panel: Panel, dashboard: Json) => unknown, wrap?: (dashboard: Json) => unknown][] =
  [
    [
      'a stat',
      'Error rate',
      (panel) => {
        panel.type = 'stat'
      },
    ],
    [
      'percent with numbers to match',
      'Error rate',
      (panel) => {
        query(/^(.*)$/, '100 * $1')(panel)
        Object.assign(panel.fieldConfig.defaults, { unit: 'percent', thresholds: steps([null, 'green'], [0.1, 'red']) })
      },
    ],
    [
      'one digit',
      'Availability',
      (panel) => {
        panel.fieldConfig.defaults['decimals'] = 1
      },
    ],
    [
      'milliseconds',
      'Latency p95',
      (panel) => {
        query(/^(.*)$/, '$1 * 1000')(panel)
        Object.assign(panel.fieldConfig.defaults, { unit: 'ms', thresholds: steps([null, 'green'], [300, 'yellow'], [500, 'red']) })
      },
    ],
    ['increase for rate', 'Error rate', query(/rate\(/g, 'increase(')],
    [
      'or vector(0)',
      'Error rate',
      (panel) => {
        panel.targets![0]!['expr'] = `(${failed} or vector(0)) / ${seen}`
      },
    ],
    [
      'what is left of one',
      'Error rate',
      (panel) => {
        panel.targets![0]!['expr'] = `1 - sum(rate(axum_http_requests_total{status!~"5..",endpoint!="/metrics"}[24h])) / ${seen}`
      },
    ],
    ['health checks left out', 'Error rate', query(/endpoint!="\/metrics"/g, 'endpoint!~"/metrics|/health"')],
    ['a budget that ends at a hundred', 'Error budget', query(/^(.*)$/, 'clamp_max($1, 100)')],
    [
      'a budget by the other form',
      'Error budget',
      (panel) => {
        panel.targets![0]!['expr'] = `100 * (0.001 - (${failed} or vector(0)) / ${seen}) / (1 - 0.999)`
      },
    ],
    ['a subquery', 'Availability', query('avg(avg_over_time(up[24h]))', 'avg_over_time(avg(up)[24h:1m])')],
    [
      'sums and counts',
      'Availability',
      query('avg(avg_over_time(up[24h]))', 'sum(sum_over_time(up[24h])) / sum(count_over_time(up[24h]))'),
    ],
    [
      'the mean of a day',
      'Availability',
      (panel) => {
        Object.assign(panel, { timeFrom: '24h' })
        Object.assign(panel.targets![0]!, { expr: 'avg(up)', instant: false, range: true })
        panel.options['reduceOptions'] = { calcs: ['mean'] }
      },
    ],
    [
      'the last value of a course',
      'Error rate',
      (panel) => {
        Object.assign(panel.targets![0]!, { instant: false, range: true })
      },
    ],
    [
      '$__range of a day',
      'Availability',
      (panel, dashboard) => {
        dashboard['time'] = { from: 'now-24h', to: 'now' }
        query('24h', '$__range')(panel)
      },
    ],
    [
      'a line at the objective beside it',
      'Availability',
      (panel) => {
        panel.targets!.push({ refId: 'B', expr: 'vector(0.999)' })
      },
    ],
    [
      'a query for another day that is hidden',
      'Availability',
      (panel) => {
        panel.targets!.unshift({ refId: 'B', expr: 'up offset 1d', hide: true })
      },
    ],
    [
      'a list of alerts',
      'Active alerts',
      (panel) => {
        Object.assign(panel, {
          type: 'alertlist',
          targets: [],
          options: { stateFilter: { firing: true, pending: true }, alertInstanceLabelFilter: '' },
        })
      },
    ],
    ['firing alone', 'Active alerts', query('pending|firing', 'firing')],
    [
      'two queries, one a severity',
      'Active alerts',
      (panel) => {
        panel.targets = ['critical', 'warning|info'].map((severity, index) => ({
          refId: String(index),
          expr: `ALERTS{alertstate="firing",severity=~"${severity}"}`,
          format: 'table',
          instant: true,
        }))
      },
    ],
    ['the job under another label', 'Error rate by service', query(/^(.*)$/, 'label_replace($1, "service", "$1", "job", "(.*)")')],
    [
      'a further panel',
      'Availability',
      (_, dashboard) => {
        dashboard.panels.push({
          title: 'More',
          type: 'timeseries',
          targets: [{ refId: 'A', expr: 'rate(process_cpu_seconds_total[5m])' }],
          fieldConfig: { defaults: {}, overrides: [] },
          options: {},
        })
      },
    ],
    [
      'a namesake by service',
      'Availability by service',
      (panel, dashboard) => {
        dashboard.panels.unshift({ ...structuredClone(panel), title: 'Availability' })
      },
    ],
    [
      'rows that are collapsed',
      'Availability',
      (_, dashboard) => {
        const [row, ...rest] = dashboard.panels
        dashboard.panels = [{ ...row!, type: 'row', collapsed: true, panels: rest }]
      },
    ],
    [
      'a resource of Grafana 12',
      'Availability',
      () => undefined,
      (dashboard) => ({ apiVersion: 'dashboard.grafana.app/v1beta1', kind: 'Dashboard', metadata: { name: 'slo' }, spec: dashboard }),
    ],
    [
      'a custom resource of the operator',
      'Availability',
      () => undefined,
      (dashboard) => ({
        apiVersion: 'grafana.integreatly.org/v1beta1',
        kind: 'GrafanaDashboard',
        metadata: { name: 'slo' },
        spec: { json: JSON.stringify(dashboard) },
      }),
    ],
    ["the HTTP API's wrapping", 'Availability', () => undefined, (dashboard) => ({ meta: {}, dashboard })],
  ]

for (const [what, title, change, wrap] of VARIATIONS) {
  test(`slo-panels-measure: ${what} is right`, async () => {
    assert.deepEqual(await found(title, change, wrap), [])
  })
}

test('slo-panels-measure: titles in another language are warnings, and the panels are judged', async () => {
  assert.deepEqual(
    await found('Availability', (panel) => {
      panel.title = '가용성'
    }),
    ['warning Availability: the panel 가용성 measures it (a panel Availability)'],
  )
  assert.ok(
    (
      await found('Availability', (panel) => {
        panel.title = '가용성'
        query('24h', '1h')(panel)
      })
    ).some((text) => /^error 가용성: 1h/.test(text)),
  )
})

test('slo-panels-measure: a recording rule is opened', async () => {
  const recorded = async (expr: string, query = 'slo:availability:ratio'): Promise<string[]> => {
    const { texts } = await deployment()
    const rules = { file: 'slo-rules.yml', path: 'slo-rules.yml', text: JSON.stringify(rule(expr)), lineOffset: 0, columnOffset: 0 }
    const asked = texts.map((text) =>
      text.file.endsWith('slo-dashboard.json') ? { ...text, text: text.text.replace('avg(avg_over_time(up[24h]))', query) } : text,
    )
    return (await lintOf([...asked, rules], 'slo-panels-measure')).findings.map(
      ({ severity, subject, observed }) => `${severity === 'note' ? 'note ' : ''}${subject}: ${observed}`,
    )
  }
  assert.deepEqual(await recorded('avg(avg_over_time(up[24h]))'), [])
  // A recorded series with matchers of its own cannot be expanded: a note.
  assert.match(
    (await recorded('avg by (job) (avg_over_time(up[24h]))', 'avg(slo:availability:ratio{job!=\\"x\\"})')).join(),
    /^note Availability: a recorded series with matchers/,
  )
  assert.deepEqual(await recorded('avg(avg_over_time(up[1h]))'), ['Availability: 1h'])
})

test('slo-panels-measure: a break inside a wrapping is found', async () => {
  const wrappings: ((dashboard: Json) => unknown)[] = [
    (dashboard) => ({ dashboard }),
    (dashboard) => ({ apiVersion: 'x', kind: 'Dashboard', spec: dashboard }),
    (dashboard) => ({ apiVersion: 'x', kind: 'GrafanaDashboard', spec: { json: JSON.stringify(dashboard) } }),
    (dashboard) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'd' }, data: { 'slo.json': JSON.stringify(dashboard) } }),
  ]
  for (const wrap of wrappings)
    assert.deepEqual(
      (await found('Availability', query('24h', '1h'), wrap)).map((text) => text.split(' (')[0]),
      ['error Availability: 1h'],
    )
})

finds('slo-panels-measure', 'a number without its unit', {
  file: 'slo-dashboard.json',
  from: /"unit": "percentunit",\s*/,
  to: '',
  severity: 'warning',
  expected: 'a unit: percentunit',
  message: 'without its unit',
})

finds('slo-panels-measure', 'a unit that is none of it', {
  file: 'slo-dashboard.json',
  from: '"unit": "s"',
  to: '"unit": "celsius"',
  severity: 'warning',
  observed: 'celsius',
})

finds(
  'slo-panels-measure',
  'a list of alerts that are over, or of one alert at a time',
  {
    file: 'slo-dashboard.json',
    from: /("expr": "ALERTS[^\n]*\n[^}]*"instant": )true/,
    to: '$1false',
    subject: 'Active alerts',
    expected: 'instant: true',
  },
  { file: 'slo-dashboard.json', from: /"format": "table",\s*/, to: '', subject: 'Active alerts', expected: 'format: table' },
)
finds(
  'slo-panels-measure',
  'a series by service with its line elsewhere than at the objective, and another window by default',
  {
    file: 'slo-dashboard.json',
    from: /("title": "Latency p95 by service"[^]*?"value": )0\.5/,
    to: '$10.7',
    subject: 'Latency p95 by service',
    severity: 'warning',
    observed: 'turns at 0.7',
  },
  {
    file: 'slo-dashboard.json',
    from: '"query": "5m,1h,24h,7d"',
    to: '"query": "5m,1h,25h,7d"',
    expected: 'a window of 1d',
    observed: '5m',
  },
)

finds('slo-panels-measure', 'a gauge of a field that there is not', {
  file: 'slo-dashboard.json',
  from: '"fields": ""',
  to: '"fields": "value of the day"',
  subject: 'Availability',
  observed: 'value of the day',
})

finds('slo-panels-measure', 'a course of one point', {
  file: 'slo-dashboard.json',
  from: /("title": "Availability by service"[^]*?"instant": )false(,\s*"range": )true/,
  to: '$1true$2false',
  subject: 'Availability by service',
  expected: 'a range query',
})
