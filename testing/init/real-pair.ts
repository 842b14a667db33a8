import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { findTool } from '../../lab/tools/tools.ts'

/** Test code: a real Prometheus with rule files, which scrapes itself and sends to a real Alertmanager. */
export interface RealPair {
  prometheus: string
  alertmanager: string
  stop(): Promise<void>
}

export function pairPrograms(): { prometheus: string; alertmanager: string } | undefined {
  const [prometheus, alertmanager] = [findTool('prometheus'), findTool('alertmanager')]
  return prometheus === undefined || alertmanager === undefined ? undefined : { prometheus, alertmanager }
}

export async function realPair(
  programs: { prometheus: string; alertmanager: string },
  folder: string,
  { rules, routes }: { rules: Record<string, string>; routes: string },
): Promise<RealPair> {
  mkdirSync(path.join(folder, 'rules'), { recursive: true })
  for (const [name, text] of Object.entries(rules)) writeFileSync(path.join(folder, 'rules', name), text)
  writeFileSync(path.join(folder, 'alertmanager.yml'), routes)
  const am = await started(programs.alertmanager, [
    `--config.file=${path.join(folder, 'alertmanager.yml')}`,
    `--storage.path=${path.join(folder, 'am')}`,
    '--web.listen-address=127.0.0.1:0',
    '--cluster.listen-address=',
    '--log.format=json',
  ])
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '15s' },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [am.address] }] }] },
    scrape_configs: [{ job_name: 'alertmanager', static_configs: [{ targets: [am.address] }] }],
  }
  writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(config))
  const prom = await started(programs.prometheus, [
    `--config.file=${path.join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--log.format=json',
  ])
  return {
    prometheus: `http://${prom.address}`,
    alertmanager: `http://${am.address}`,
    async stop() {
      for (const child of [prom.child, am.child]) {
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      }
    },
  }
}

/** The kernel chooses the port; the log says which. */
async function started(program: string, args: string[]): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const line of createInterface({ input: child.stderr })) {
    said = line
    const address = /"address":"(127\.0\.0\.1:(?!0")\d+)"/.exec(line)?.[1]
    if (address === undefined || !line.includes('Listening on')) continue
    // What it says from here on is not read: the pipe must not fill.
    child.stderr.resume()
    return { child, address }
  }
  throw new Error(`${program} did not start: ${said}`)
}
