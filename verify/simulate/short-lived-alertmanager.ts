import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { sendsResolvedByDefault } from '../config/alerting/send-resolved.ts'
import { FiredrillError } from '../model/error.ts'
import type { Labels } from '../model/spec.ts'

export interface Notified {
  receiver: string
  status: string
  labels: Labels
}

/** A short-lived Alertmanager with the given routing; every receiver notifies a sink in this process only. */
export interface ShortLived {
  post(alerts: { labels: Labels; endsAt?: string }[]): Promise<void>
  /** State of each alert as Alertmanager sees it. */
  states(): Promise<{ labels: Labels; state: string; receivers: string[] }[]>
  notified: Notified[]
  /** Resolves at the next notification, or when `ms` have passed. */
  next(ms: number): Promise<void>
  stop(): Promise<void>
}

/**
 * The routing and inhibition as written; waiting times shortened, and the integrations of every receiver replaced by the sink:
 * a test must never reach a person. send_resolved is kept. It is the time of the intervals that are named, and of no other.
 */
export function quietConfig(text: string, sinkPort: number, now: ReadonlySet<string> = new Set()): string {
  const document = parseDocument(text)
  const receivers = document.get('receivers')
  if (isSeq(receivers)) {
    for (const receiver of receivers.items) {
      if (!isMap(receiver)) continue
      const name = String(receiver.get('name'))
      const integrations = receiver.items.filter((pair) => String(pair.key).endsWith('_configs'))
      const sends = integrations.flatMap((pair) => (isSeq(pair.value) ? pair.value.items : []))
      const resolved = integrations.some((pair) =>
        (isSeq(pair.value) ? pair.value.items : []).some(
          (item) =>
            isMap(item) && (item.has('send_resolved') ? item.get('send_resolved') === true : sendsResolvedByDefault(String(pair.key))),
        ),
      )
      for (const pair of integrations) receiver.delete(pair.key)
      if (sends.length > 0)
        receiver.set('webhook_configs', [{ url: `http://127.0.0.1:${sinkPort}/${encodeURIComponent(name)}`, send_resolved: resolved }])
    }
  }
  const shorten = (route: unknown, root: boolean): void => {
    if (!isMap(route)) return
    for (const [key, value] of [
      ['group_wait', '200ms'],
      ['group_interval', '1s'],
      ['repeat_interval', '1h'],
    ] as const)
      if (root || route.has(key)) (route as YAMLMap).set(key, value)
    const routes = route.get('routes')
    if (isSeq(routes)) for (const child of routes.items) shorten(child, false)
  }
  shorten(document.get('route'), true)
  for (const key of ['time_intervals', 'mute_time_intervals']) {
    const intervals = document.get(key)
    if (isSeq(intervals))
      for (const interval of intervals.items)
        if (isMap(interval)) interval.set('time_intervals', [{ years: now.has(String(interval.get('name'))) ? ['2000:2200'] : ['2000'] }])
  }
  document.delete('global')
  document.delete('templates')
  return document.toString()
}

export async function startAlertmanager(
  binary: string,
  configText: string,
  folder: string,
  signal?: AbortSignal,
  now?: ReadonlySet<string>,
): Promise<ShortLived> {
  const notified: Notified[] = []
  const arrived: (() => void)[] = []
  // Loaded here: an import of it loads all of undici, and `list` reads what simulations there are.
  const { createServer } = await import('node:http')
  const sink = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.end()
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { alerts?: { status: string; labels: Labels }[] }
      const receiver = decodeURIComponent((request.url ?? '').slice(1))
      notified.push(...(body.alerts ?? []).map((alert) => ({ receiver, status: alert.status, labels: alert.labels })))
      for (const wake of arrived.splice(0)) wake()
    })
  })
  sink.listen(0, '127.0.0.1')
  await once(sink, 'listening')
  await mkdir(folder, { recursive: true })
  const configFile = path.join(folder, 'alertmanager.yml')
  await writeFile(configFile, quietConfig(configText, (sink.address() as AddressInfo).port, now))
  const child = spawn(
    binary,
    [
      `--config.file=${configFile}`,
      `--storage.path=${path.join(folder, 'data')}`,
      // The kernel chooses the port, so that nothing takes it in between; the log says which.
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8')
  })
  // Not 'exit', after which the reason may still come.
  const exited = once(child, 'close').catch(() => [1])
  let gone = false
  void exited.then(() => {
    gone = true
  })
  const stop = async (): Promise<void> => {
    if (!gone) child.kill('SIGKILL')
    await exited
    sink.closeAllConnections()
    sink.close()
  }
  const deadline = Date.now() + READY_MS
  let base = ''
  for (;;) {
    base = `http://${/msg="Listening on" address=(\S+)/.exec(complaint)?.[1] ?? ''}`
    const ready = base !== 'http://' && (await fetch(`${base}/-/ready`).then((response) => response.ok, isFalse))
    if (ready) break
    if (gone || signal?.aborted === true) {
      await stop()
      throw new FiredrillError('SIMULATE_ALERTMANAGER', complaintOf(complaint), {
        exitCode: 1,
        next: 'Correct the configuration: amtool check-config FILE',
      })
    }
    if (Date.now() > deadline) {
      await stop()
      throw new FiredrillError('SIMULATE_ALERTMANAGER', `Alertmanager was not ready within ${READY_MS / 1_000} s`, {
        exitCode: 3,
        next: 'Is the machine busy? Run it again when it is calm.',
      })
    }
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 30))])
  }
  return {
    notified,
    stop,
    post: async (alerts) => {
      const response = await fetch(`${base}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts.map((alert) => ({ ...alert, startsAt: new Date(Date.now() - 1000).toISOString() }))),
      })
      if (!response.ok)
        throw new FiredrillError('SIMULATE_ALERTMANAGER', `[POST] ${base}/api/v2/alerts: ${response.status}`, { exitCode: 3 })
    },
    states: async () => {
      const alerts = (await (await fetch(`${base}/api/v2/alerts`)).json()) as {
        labels: Labels
        status: { state: string }
        receivers: { name: string }[]
      }[]
      return alerts.map((alert) => ({
        labels: alert.labels,
        state: alert.status.state,
        receivers: alert.receivers.map((receiver) => receiver.name),
      }))
    },
    next: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        arrived.push(() => {
          clearTimeout(timer)
          resolve()
        })
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
  }
}

/** A configuration that is refused ends it at once: what is slower is the machine. */
const READY_MS = 60_000

const isFalse = (): boolean => false

/** The reason in its last line of an error, or its last line. */
function complaintOf(log: string): string {
  const lines = log.trim().split('\n')
  const line = lines.findLast((each) => /\blevel=error\b/i.test(each)) ?? lines.at(-1) ?? ''
  const quoted = /\berr="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]
  return quoted?.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? ' ' : c)) ?? (line === '' ? 'it exited without a message' : line)
}
