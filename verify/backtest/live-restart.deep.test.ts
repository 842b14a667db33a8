import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { realPrograms } from '../../testing/backtest/real-prometheus.ts'
import { prometheusHistory } from '../collect/prometheus-history.ts'
import { backtest } from './backtest.ts'
import { loadedCandidates } from './candidate.ts'
import { HistoryError } from './history-port.ts'
import { firings } from './would.ts'

const programs = realPrograms()
const RULES = {
  groups: [
    {
      name: 'live',
      interval: '1s',
      rules: [
        { alert: 'ShopDown', expr: 'up{job="shop"} == 0', for: '3s' },
        { alert: 'QueueLong', expr: 'shop_queue > 5', for: '4s', labels: { severity: 'warning' } },
        { alert: 'OrdersFast', expr: 'rate(shop_orders_total[8s]) > 3', for: '3s' },
        { alert: 'Watchdog', expr: 'vector(1)' },
      ],
    },
  ],
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test(
  'a Prometheus that really scraped, evaluated, was killed and came back: no rule is accused, and each firing is there',
  {
    skip: programs === undefined && 'prometheus is not installed',
    timeout: 240_000,
  },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'firedrill-backtest-live-'))
    const shop = { queue: 0, orders: 0, perS: 1, down: false }
    const target = createServer((_, response) => {
      response.statusCode = shop.down ? 500 : 200
      response.end(`shop_queue ${shop.queue}\nshop_orders_total ${shop.orders}\n`)
    })
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    const port = await freePort()
    const rules = join(folder, 'rules.yml')
    writeFileSync(rules, JSON.stringify(RULES))
    const config = join(folder, 'prometheus.yml')
    const job = (name: string, at: number): unknown => ({ job_name: name, static_configs: [{ targets: [`127.0.0.1:${at}`] }] })
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
        rule_files: [rules],
        scrape_configs: [job('prometheus', port), job('shop', (target.address() as AddressInfo).port)],
      }),
    )
    let child: ChildProcess | undefined
    const start = (): void => {
      child = spawn(
        programs!.prometheus,
        [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`],
        { stdio: 'ignore' },
      )
    }
    const kill = async (): Promise<void> => {
      if (child === undefined) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      child = undefined
    }
    const history = prometheusHistory({ url: `http://127.0.0.1:${port}`, concurrency: 2, deadlineMs: 30_000, onAgain: () => undefined })
    /** It fired, perhaps between two looks. */
    const fired = (alert: string): string => `count_over_time(ALERTS{alertname="${alert}",alertstate="firing"}[5m]) > 0`
    /** Until the expression has a row; true at once where the server is not there yet. */
    const until = async (expr: string): Promise<void> => {
      for (;;) {
        try {
          if ((await history.instant(expr, Date.now())).series.length > 0) return
        } catch (error) {
          if (!(error instanceof HistoryError)) throw error
        }
        await wait(200)
      }
    }
    const begunMs = Date.now()
    const orders = setInterval(() => {
      shop.orders += shop.perS
    }, 1_000)
    try {
      start()
      await until('count_over_time(up{job="prometheus"}[10s]) > 5')
      shop.down = true
      await until(fired('ShopDown'))
      shop.down = false
      shop.queue = 9
      await until(fired('QueueLong'))
      await kill()
      await wait(5_000)
      start()
      // Samples of before the kill are found for five minutes.
      await until(`timestamp(ALERTS{alertname="QueueLong",alertstate="firing"}) > ${Date.now() / 1_000}`)
      shop.queue = 1
      shop.perS = 10
      await until(fired('OrdersFast'))
      shop.perS = 1
      await until('absent(ALERTS{alertname=~"OrdersFast|QueueLong"})')
      const untilMs = Date.now()
      const groups = await history.rules()
      const result = await backtest(history, {
        fromMs: begunMs,
        untilMs,
        prometheus: 'live',
        groups,
        rules: loadedCandidates(groups),
        tries: [],
        ignoreLabels: [],
        concurrency: 2,
        progress: () => undefined,
        signal: new AbortController().signal,
      })
      assert.deepEqual(result.unanswered, [])
      assert.equal(result.holes?.filter(({ restart }) => restart).length, 1)
      assert.deepEqual(
        result.rules.map(({ alert, differences }) => [alert, differences]),
        ['ShopDown', 'QueueLong', 'OrdersFast', 'Watchdog'].map((alert) => [alert, []]),
      )
      // QueueLong fired before the kill and again after it.
      const times = new Map(result.rules.map(({ alert, lives }) => [alert, firings(lives).length]))
      assert.ok(
        (times.get('ShopDown') ?? 0) >= 1 && (times.get('QueueLong') ?? 0) >= 2 && (times.get('OrdersFast') ?? 0) >= 1,
        JSON.stringify([...times]),
      )
      assert.ok(result.rules.every(({ compared }) => compared > 0))
    } finally {
      clearInterval(orders)
      await kill()
      target.closeAllConnections()
      target.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
