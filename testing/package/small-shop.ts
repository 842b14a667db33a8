/** Test code: a shop with two alert rules, watched by a real Prometheus and Alertmanager. None of it is firedrill's own platform. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { killProcess, startProcess, waitHealthy, writeRecord } from '../../chaos/drivers/process.ts'
import { freePorts } from '../chaos/processes.ts'

const SHOP = `import { createServer } from 'node:http'
const answers = { 200: 0, 500: 0 }
createServer((request, response) => {
  if (request.url === '/metrics') {
    const lines = Object.entries(answers).map(([code, count]) => \`shop_requests_total{code="\${code}"} \${count}\\n\`)
    // Prometheus 3 scrapes nothing without it.
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end('# TYPE shop_requests_total counter\\n' + lines.join(''))
    return
  }
  response.statusCode = request.url === '/fail' ? 500 : 200
  answers[response.statusCode] += 1
  response.end()
}).listen(Number(process.argv[2]), '127.0.0.1')
`
const RULES = `groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 6s
        labels: { severity: critical }
        annotations: { summary: '{{ $labels.job }} does not answer' }
      - alert: ShopErrors
        expr: sum by (job) (rate(shop_requests_total{code=~"5.."}[20s])) / sum by (job) (rate(shop_requests_total[20s])) > 0.05
        for: 6s
        labels: { severity: warning }
`

export interface SmallShop {
  prometheus: string
  alertmanager: string
  /** Where Alertmanager posts to. */
  receiverPort: number
  /** The shop's process, as a target file names it. */
  recordFile: string
}

/**
 * Resolves when all of them answer; they end with the test. `folder` must be empty or absent. With `receiverPath` Alertmanager posts below
 * it, by addresses that its configuration has from files, as of a Secret.
 */
export async function startSmallShop(
  t: TestContext,
  folder: string,
  tools: { prometheus: string; alertmanager: string },
  receiverPath?: string,
): Promise<SmallShop> {
  const [shop = 0, prometheus = 0, alertmanager = 0, receiverPort = 0] = await freePorts(4)
  mkdirSync(join(folder, 'rules'), { recursive: true })
  const here = (port: number): string => `127.0.0.1:${port}`
  const job = (name: string, port: number): string => `  - { job_name: ${name}, static_configs: [{ targets: ['${here(port)}'] }] }\n`
  const posted = (name: string): string => `http://${here(receiverPort)}/${receiverPath === undefined ? '' : `${receiverPath}/`}${name}`
  const to = (name: string): string => (receiverPath === undefined ? `url: '${posted(name)}'` : `url_file: ${name}.url`)
  const receiver = (name: string): string => `  - { name: ${name}, webhook_configs: [{ ${to(name)} }] }\n`
  const files = {
    ...(receiverPath === undefined ? {} : { 'chat.url': posted('chat'), 'pager.url': posted('pager') }),
    'shop.mjs': SHOP,
    'rules/shop.yml': RULES,
    'prometheus.yml': `global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s }
rule_files: [rules/*.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['${here(alertmanager)}'] }] }] }
scrape_configs:
${job('shop', shop)}${job('prometheus', prometheus)}`,
    'alertmanager.yml': `route:
  receiver: chat
  group_by: [alertname]
  group_wait: 1s
  group_interval: 5s
  routes:
    - { receiver: pager, matchers: ['severity = "critical"'] }
receivers:
${receiver('chat')}${receiver('pager')}`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const start = async (name: string, argv: string[], port: number, path: string): Promise<string> => {
    const record = join(folder, `${name}.json`)
    await writeRecord(record, {
      name,
      argv,
      env: { PATH: process.env['PATH'] ?? '' },
      cwd: folder,
      logFile: join(folder, `${name}.log`),
      stopSignal: 'SIGTERM',
      health: { kind: 'http', url: `http://${here(port)}${path}` },
      readyTimeoutMs: 60_000,
    })
    t.after(() => killProcess(record))
    await startProcess(record)
    await waitHealthy(record)
    return record
  }
  const recordFile = await start('shop', [process.execPath, 'shop.mjs', String(shop)], shop, '/metrics')
  const flags = ['--config.file=alertmanager.yml', '--storage.path=am', '--cluster.listen-address=']
  await start('alertmanager', [tools.alertmanager, ...flags, `--web.listen-address=${here(alertmanager)}`], alertmanager, '/-/ready')
  const storage = ['--config.file=prometheus.yml', '--storage.tsdb.path=data']
  await start('prometheus', [tools.prometheus, ...storage, `--web.listen-address=${here(prometheus)}`], prometheus, '/-/ready')
  return { prometheus: `http://${here(prometheus)}`, alertmanager: `http://${here(alertmanager)}`, receiverPort, recordFile }
}
