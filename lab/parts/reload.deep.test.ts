import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hangUpProcess, killProcess, startProcess, waitHealthy, writeRecord } from '../../chaos/drivers/process.ts'
import { freePorts } from '../../testing/chaos/processes.ts'
import { findTool, toolPath } from '../tools/tools.ts'
import { reloadBySignal } from './reload.ts'

const name = 'a Prometheus without --web.enable-lifecycle reloads by SIGHUP, refuses what is wrong and takes what is right again'
test(name, { skip: findTool('prometheus') === undefined && 'prometheus is not installed' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'firedrill-reload-'))
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const record = join(folder, 'prometheus.json')
  const config = (interval: string) => writeFile(join(folder, 'prometheus.yml'), `global: { scrape_interval: ${interval} }\n`)
  await config('15s')
  await writeRecord(record, {
    name: 'prometheus',
    argv: [
      toolPath('prometheus'),
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: {},
    cwd: folder,
    logFile: join(folder, 'log'),
    stopSignal: 'SIGTERM',
    health: { kind: 'http', url: `${url}/-/ready` },
    readyTimeoutMs: 60_000,
  })
  t.after(async () => {
    await killProcess(record)
    await rm(folder, { recursive: true })
  })
  await startProcess(record)
  await waitHealthy(record)
  const loaded = async () => ((await (await fetch(`${url}/api/v1/status/config`)).json()) as { data: { yaml: string } }).data.yaml
  const reload = () => reloadBySignal(url, 'prometheus_config_last_reload', () => hangUpProcess(record), 60_000)
  assert.equal((await fetch(`${url}/-/reload`, { method: 'POST' })).status, 403, 'it has no lifecycle API')

  await config('1s')
  await reload()
  assert.match(await loaded(), /scrape_interval: 1s/)
  await config('never')
  await assert.rejects(reload(), /it refuses the new configuration/)
  assert.match(await loaded(), /scrape_interval: 1s/)
  await config('2s')
  await reload()
  assert.match(await loaded(), /scrape_interval: 2s/)
})
