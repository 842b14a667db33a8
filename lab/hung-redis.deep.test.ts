import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pauseProcess, resumeProcess } from '../chaos/drivers/process.ts'
import { PORTS, PORT_NAMES } from './parts/part-ports.ts'
import { labDown, labUp } from './stack.ts'
import { missingTools } from './tools/tools.ts'
import { freePorts } from '../testing/chaos/processes.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** More than a bucket holds (100), and refilled at 10 a second. */
const ASKED = 150

test(
  'what rate-limiter asked a Redis that hung, and let pass, is not counted when Redis goes on',
  { skip: missingTools(['rate-limiter', 'otel-java-agent', 'jmx-exporter-agent', 'redis-server', 'toxiproxy']).length > 0 },
  async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-hung-'))
    const ports = await freePorts(PORT_NAMES.length)
    const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], XDG_STATE_HOME: folder }
    PORT_NAMES.forEach((name, index) => (env[PORTS[name].env] = String(ports[index])))
    t.after(async () => {
      await labDown({ env })
      await rm(folder, { recursive: true, force: true })
    })
    const up = await labUp({ env, speed: 1, monitoringDir: path.join(ROOT, 'monitoring'), only: ['rate-limiter'] })
    const redis = up.state.parts.find(({ id }) => id === 'redis')?.recordFile ?? ''
    for (const algorithm of ['TOKEN_BUCKET', 'SLIDING_WINDOW']) {
      const check = async () => {
        const response = await fetch(
          `http://127.0.0.1:${env[PORTS['rate-limiter'].env]}/api/v1/rate-limit/check?key=hung&algorithm=${algorithm}`,
        )
        return { status: response.status, ...((await response.json()) as { failedOpen: boolean; remaining: number }) }
      }
      // Redis is connected to in the background.
      await t.waitFor(async () => assert.equal((await check()).failedOpen, false), { timeout: 120_000 })
      await pauseProcess(redis)
      const meanwhile = await Promise.all(Array.from({ length: ASKED }, check))
      assert.ok(meanwhile.every(({ status, failedOpen }) => status === 200 && failedOpen))
      await resumeProcess(redis)
      const { status, failedOpen, remaining } = await check()
      assert.deepEqual({ status, failedOpen }, { status: 200, failedOpen: false })
      assert.ok(remaining > 100 - ASKED / 2, `${remaining} left`)
    }
  },
)
