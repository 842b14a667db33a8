import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { killProcess } from '../chaos/drivers/process.ts'
import { parseOverrides } from './overrides.ts'
import { PORTS, PORT_NAMES } from './parts/part-ports.ts'
import { LAB_PARTS } from './parts/lab-parts.ts'
import { labDown, labLogs, labUp } from './stack.ts'
import { findTool, missingTools } from './tools/tools.ts'
import { freePorts } from '../testing/chaos/processes.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EXAMPLE = /```yaml\n([^]*?)```/.exec(readFileSync(path.join(ROOT, 'docs/lab.md'), 'utf8'))?.[1] ?? ''
const needed = ['rate-limiter', 'otel-java-agent', 'jmx-exporter-agent', 'redis-server', 'toxiproxy'] as const

test(
  'the example of docs/lab.md: another build of rate-limiter, with its agents and without what it promises',
  { skip: missingTools(needed).length > 0 },
  async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-own-'))
    const ports = await freePorts(PORT_NAMES.length)
    const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], XDG_STATE_HOME: folder }
    PORT_NAMES.forEach((name, index) => (env[PORTS[name].env] = String(ports[index])))
    const at = (name: (typeof PORT_NAMES)[number]) => `http://127.0.0.1:${env[PORTS[name].env]}`
    t.after(async () => {
      await labDown({ env })
      await rm(folder, { recursive: true, force: true })
    })
    // Where the example has it: build/libs/rate-limiter.jar in a folder beside that of the file.
    const jar = path.join(folder, 'service.jar')
    await copyFile(findTool('rate-limiter') ?? '', jar)
    const { 'rate-limiter': replaced } = parseOverrides(EXAMPLE, path.join(folder, 'lab.yaml'), LAB_PARTS)
    assert.ok(replaced?.kind === 'command')
    // On a busy machine a JVM with two agents takes minutes: what is tested is that it comes up, and one that cannot ends by itself.
    const { health: _, ...override } = { ...replaced, readyTimeoutMs: 15 * 60_000 }
    const up = await labUp({
      env,
      speed: 1,
      monitoringDir: path.join(ROOT, 'monitoring'),
      only: ['rate-limiter'],
      overrides: {
        'rate-limiter': {
          ...override,
          cwd: folder,
          argv: (override.argv ?? []).map((word) => (word === 'build/libs/rate-limiter.jar' ? jar : word)),
          env: { LAB_PLAIN_TEXT_LOGS: 'true', LAB_NO_BUCKETS: 'true', LAB_NO_FORWARDING: 'true', LAB_NO_FAIL_OPEN: 'true' },
        },
      },
    })
    const check = () => fetch(`${at('rate-limiter')}/api/v1/rate-limit/check?key=own`)
    // Redis is connected to in the background.
    await t.waitFor(async () => assert.equal((await check()).status, 200), { timeout: 120_000 })

    const metrics = await (
      await fetch(`${at('rate-limiter')}/actuator/prometheus`, { headers: { authorization: `Basic ${btoa('actuator:admin')}` } })
    ).text()
    assert.match(metrics, /^http_server_requests_seconds_count\{/m)
    assert.doesNotMatch(metrics, /http_server_requests_seconds_bucket/)
    assert.match(await (await fetch(`${at('rjmx-rate-limiter')}/metrics`)).text(), /jvm_memory/)
    assert.equal((await fetch(`${at('rate-limiter')}/gateway/health`)).status, 404)
    // All of it: the agent, whose endpoint is closed here, writes a stack trace a second.
    const log = await labLogs('rate-limiter', 100_000, env)
    assert.match(log, /Picked up JAVA_TOOL_OPTIONS: -javaagent:\S+opentelemetry/)
    assert.match(log, /opentelemetry-javaagent - version/)
    assert.match(log, /^\S+T\S+ +INFO \d+ --- .* access +: GET \/gateway\/health 404/m)

    await killProcess(up.state.parts.find(({ id }) => id === 'redis')?.recordFile ?? '')
    const began = performance.now()
    assert.equal((await check()).status, 500)
    const tookMs = performance.now() - began
    // Lettuce itself would wait 60 s: https://redis.github.io/lettuce/advanced-usage/#command-timeouts
    assert.ok(tookMs > 1_900 && tookMs < 60_000, `answered after ${tookMs} ms`)
  },
)
