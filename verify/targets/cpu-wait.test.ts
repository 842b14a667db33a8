import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { killProcess, startProcess, writeRecord } from '../../chaos/drivers/process.ts'
import { knowsWaits, procInfo } from '../../chaos/drivers/proc.ts'
import { cpuWaitSampler, type CpuSample } from './cpu-wait-sampler.ts'
import { cpuWaitSource } from './cpu-wait-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-cpu-wait-'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
})
const unknown = knowsWaits() ? false : 'this kernel does not say how long threads wait'

/** A program that never sleeps, for a minute at the most; its record. */
async function busy(name: string): Promise<string> {
  const record = join(folder, `${name}.json`)
  await writeRecord(record, {
    name,
    argv: [process.execPath, '-e', 'for (const end = Date.now() + 60_000; Date.now() < end;);'],
    env: {},
    cwd: folder,
    logFile: join(folder, `${name}.log`),
    stopSignal: 'SIGTERM',
    health: { kind: 'none' },
    readyTimeoutMs: 1_000,
  })
  await startProcess(record)
  return record
}

async function seen(sample: () => Promise<CpuSample | undefined>, enough: (sample: CpuSample) => boolean): Promise<CpuSample> {
  for (;;) {
    await delay(100)
    const found = await sample()
    if (found !== undefined && enough(found)) return found
  }
}

test(
  'of more busy programs than there are CPUs each is seen waiting, and who is neither target nor drill is an outsider',
  { skip: unknown },
  async () => {
    const names = Array.from({ length: availableParallelism() + 2 }, (_, index) => `busy-${index}`)
    const records = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await busy(name)] as const)))
    try {
      const { 'busy-0': watched = '' } = records
      // The others are this test's children: of a drill of another pid they are none.
      const sample = cpuWaitSampler({ 'busy-0': watched, 'gone': join(folder, 'no-such.json') }, 0)
      assert.equal(await sample(), undefined)
      // What a busy machine runs only beside everything else is no outsider, and these tests may be that.
      const givesWay = (): boolean => procInfo(process.pid)?.givesWay === true
      const found = await seen(sample, ({ waitedMs, second }) => (waitedMs['busy-0'] ?? 0) >= 20 && (second[2] > 0 || givesWay()))
      assert.ok(found.second[0] < found.second[1] && found.second[2] <= 1 && found.second[3] <= 1, JSON.stringify(found))
      assert.deepEqual(Object.keys(found.waitedMs), ['busy-0'])
    } finally {
      await Promise.all(Object.values(records).map(killProcess))
    }
  },
)

test('of the drill’s own processes k6 alone is a part', { skip: unknown }, async () => {
  const records = Object.fromEntries(
    await Promise.all(
      Array.from({ length: availableParallelism() + 2 }, (_, index) => `k6-${index}`).map(
        async (name) => [name, await busy(name)] as const,
      ),
    ),
  )
  // As the kernel names it: https://man7.org/linux/man-pages/man5/proc_pid_comm.5.html.
  const script = "process.title = 'k6'; for (const end = Date.now() + 60_000; Date.now() < end;);"
  const k6 = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
  try {
    const sample = cpuWaitSampler({}, process.pid)
    const { waitedMs } = await seen(sample, (each) => (each.waitedMs['k6'] ?? 0) >= 20)
    assert.deepEqual(Object.keys(waitedMs), ['k6'])
  } finally {
    k6.kill('SIGKILL')
    await Promise.all(Object.values(records).map(killProcess))
  }
})

test('the process that observes ends when it is asked to, and what it saw is known', { skip: unknown }, async () => {
  const record = await busy('observed')
  try {
    const watch = cpuWaitSource({ processRecords: { observed: record } }).watch()
    const { seconds, waits, unobserved } = await watch.stop()
    assert.equal(unobserved, undefined)
    assert.ok(seconds.length > 0)
    assert.ok(Object.values(waits).every((own) => own.every(([index]) => index < seconds.length)))
  } finally {
    await killProcess(record)
  }
})

test('where nothing can be observed it is said why', { skip: unknown }, async () => {
  assert.match((await cpuWaitSource({}).watch().stop()).unobserved ?? '', /does not say which of its processes run on this machine/)
  const redis = { socket: join(folder, 'no-docker.sock'), container: 'redis' }
  assert.match((await cpuWaitSource({ containers: { redis } }).watch().stop()).unobserved ?? '', /engine runs on another machine/)
  const program = join(folder, 'crashes.ts')
  writeFileSync(program, 'process.exit(7)')
  assert.match((await cpuWaitSource({ processRecords: {} }, program).watch().stop()).unobserved ?? '', /ended: exit code 7/)
})
