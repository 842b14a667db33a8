import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { findTool } from '../../lab/tools/tools.ts'
import type { LoadedGroup } from '../../verify/model/journal.ts'
import { formatDuration } from '../../verify/promql/duration.ts'
import type { RecordedWorld } from './recorded-world.ts'

export interface RealPrometheus {
  url: string
  stop(): Promise<void>
}

/** The real programs, or undefined where they are not installed. */
export function realPrograms(): { promtool: string; prometheus: string } | undefined {
  const [promtool, prometheus] = [findTool('promtool'), findTool('prometheus')]
  return promtool === undefined || prometheus === undefined ? undefined : { promtool, prometheus }
}

/** A real Prometheus whose store holds the samples of a world, as blocks, and which has its rules loaded. It scrapes nothing. */
export async function realPrometheus(
  { promtool, prometheus }: { promtool: string; prometheus: string },
  world: Pick<RecordedWorld, 'openMetrics' | 'groups'>,
  folder: string,
): Promise<RealPrometheus> {
  const data = path.join(folder, 'data')
  mkdirSync(data, { recursive: true })
  const samples = path.join(folder, 'samples.txt')
  writeFileSync(samples, world.openMetrics())
  execFileSync(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', samples, data], { stdio: ['ignore', 'ignore', 'pipe'] })
  const files = world.groups.map((group, index) => {
    const file = path.join(folder, `rules-${index}.yml`)
    writeFileSync(file, ruleFile(group))
    // The group is the one that recorded, wherever its file lay.
    return file
  })
  const config = path.join(folder, 'prometheus.yml')
  writeFileSync(config, JSON.stringify({ global: { evaluation_interval: '1m' }, rule_files: files }))
  const child = spawn(
    prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      // The kernel chooses the port; the log says which.
      '--web.listen-address=127.0.0.1:0',
      '--storage.tsdb.retention.time=10y',
      '--log.format=json',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const exited = once(child, 'exit')
  let port: string | undefined
  let isReady = false
  let said = ''
  for await (const line of createInterface({ input: child.stderr })) {
    said = line
    port ??= /"Listening on".*?"address":"127\.0\.0\.1:(\d+)"|"address":"127\.0\.0\.1:(\d+)".*?"Listening on"/
      .exec(line)
      ?.slice(1)
      .find((each) => each !== undefined)
    // Two of its threads say it: on a busy machine in either order.
    isReady ||= line.includes('Server is ready')
    if (port !== undefined && isReady) break
  }
  // What it says from here on is not read: the pipe must not fill.
  child.stderr.resume()
  if (port === undefined || port === '0') {
    child.kill('SIGKILL')
    throw new Error(`Prometheus did not start: ${said}`)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function ruleFile({ name, intervalMs, rules }: LoadedGroup): string {
  return JSON.stringify({
    groups: [
      {
        name,
        interval: formatDuration(intervalMs),
        rules: rules.map((rule) => ({
          alert: rule.name,
          expr: rule.query,
          for: formatDuration(rule.forMs),
          ...(rule.keepFiringForMs > 0 ? { keep_firing_for: formatDuration(rule.keepFiringForMs) } : {}),
          labels: rule.labels,
        })),
      },
    ],
  })
}
