import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Test code: what a Prometheus and an Alertmanager answer of what they run. */
export interface FakeAnswer {
  status?: number
  /** JSON, or a text as it is. */
  body: unknown
  headers?: Record<string, string>
  /** The connection is closed after so many bytes. */
  cutAfter?: number
  /** Nothing is answered. */
  silent?: true
}

export interface FakeDeployment {
  url: string
  /** Method, path with its query, and headers of each request. */
  requests: { method: string; path: string; headers: IncomingMessage['headers'] }[]
  /** By path; what is not here is 404. */
  answers: Record<string, FakeAnswer>
  close(): Promise<void>
}

export const success = (data: unknown, more: object = {}): FakeAnswer => ({ body: { status: 'success', data, ...more } })

const RULE = {
  type: 'alerting',
  health: 'ok',
  lastError: '',
  labels: { severity: 'page' },
  annotations: { summary: '{{ $labels.job }} is down' },
}
export const group = (name: string, rules: object[], more: object = {}): object => ({
  name,
  file: '/etc/prometheus/rules/shop.yml',
  interval: 15,
  rules: rules.map((rule) => ({ ...RULE, ...rule })),
  ...more,
})

const CONFIG = `global:
  scrape_interval: 15s
  scrape_timeout: 10s
  evaluation_interval: 15s
rule_files: [/etc/prometheus/rules/*.yml]
alerting:
  alertmanagers:
    - static_configs: [{ targets: ['127.0.0.1:9093'] }]
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: ['shop:8080'] }]
  - job_name: redis
    static_configs: [{ targets: ['redis-exporter:9121'] }]
`

const ALERTMANAGER = `route:
  receiver: chat
  group_by: [alertname]
  routes:
    - receiver: pager
      matchers: ['severity="page"']
receivers:
  - name: chat
    webhook_configs: [{ url: <secret> }]
  - name: pager
    webhook_configs: [{ url: <secret> }]
`

const target = (job: string, address: string): object => ({
  labels: { job, instance: address },
  scrapeUrl: `http://${address}/metrics`,
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
  health: 'up',
  lastError: '',
})
const vector = (...rows: [metric: object, value: string][]): FakeAnswer =>
  success({ resultType: 'vector', result: rows.map(([metric, value]) => ({ metric, value: [1_700_000_000, value] })) })

/** A shop with Redis, as Prometheus 2.53 answers. */
export function shopAnswers(): Record<string, FakeAnswer> {
  return {
    '/api/v1/rules': success({
      groups: [
        group('shop', [
          { name: 'ShopDown', query: 'up{job="shop"} == 0', duration: 60 },
          {
            name: 'ShopErrors',
            query: 'sum by (job) (rate(shop_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(shop_requests_total[5m])) > 0.05',
            duration: 300,
            keepFiringFor: 60,
          },
          {
            type: 'recording',
            name: 'job:shop_requests:rate5m',
            query: 'sum by (job) (rate(shop_requests_total[5m]))',
            labels: {},
            annotations: undefined,
          },
        ]),
        group('redis', [{ name: 'RedisDown', query: 'redis_up == 0', duration: 30, annotations: {} }]),
      ],
    }),
    '/api/v1/status/buildinfo': success({ version: '2.53.1' }),
    '/api/v1/status/config': success({ yaml: CONFIG }),
    '/api/v1/status/flags': success({ 'rules.alert.resend-delay': '1m', 'query.lookback-delta': '5m' }),
    '/api/v1/targets': success({ activeTargets: [target('shop', 'shop:8080'), target('redis', 'redis-exporter:9121')] }),
    '/api/v1/metadata': success({
      redis_up: [{ type: 'gauge', help: '', unit: '' }],
      shop_requests_total: [{ type: 'counter', help: '', unit: '' }],
    }),
    '/api/v1/query?scrape_samples_post_metric_relabeling': vector(
      [{ job: 'shop', instance: 'shop:8080' }, '2'],
      [{ job: 'redis', instance: 'redis-exporter:9121' }, '1'],
    ),
    '/api/v1/query?{job="shop",instance="shop:8080"}': vector(
      [{ __name__: 'up', job: 'shop', instance: 'shop:8080' }, '1'],
      [{ __name__: 'shop_requests_total', job: 'shop', instance: 'shop:8080', code: '200' }, '17'],
    ),
    '/api/v1/query?{job="redis",instance="redis-exporter:9121"}': vector([
      { __name__: 'redis_up', job: 'redis', instance: 'redis-exporter:9121' },
      '1',
    ]),
    '/api/v2/status': { body: { versionInfo: { version: '0.27.0' }, config: { original: ALERTMANAGER } } },
    '/api/services': { body: { data: ['shop', 'payments'] } },
    '/loki/api/v1/labels': success(['container', 'level']),
  }
}

/** Serves the answers below `prefix`; of a query the path is followed by `?` and its expression. */
export async function fakeDeployment(answers: Record<string, FakeAnswer>, prefix = ''): Promise<FakeDeployment> {
  const requests: FakeDeployment['requests'] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    const own = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname
    const expr = url.searchParams.get('query')
    const {
      status = 200,
      body,
      headers = {},
      cutAfter,
      silent,
    } = deployment.answers[expr === null ? own : `${own}?${expr}`] ?? { status: 404, body: '404 page not found' }
    if (silent === true) return
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, headers)
    if (cutAfter === undefined) response.end(text)
    else response.write(text.slice(0, cutAfter), () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const deployment: FakeDeployment = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    requests,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return deployment
}
