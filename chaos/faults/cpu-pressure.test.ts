import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { tracesRemoved } from '../../testing/chaos/crashes.ts'
import { CPU_PRESSURE } from '../../testing/chaos/own-traces.ts'
import { waitUntil } from '../../testing/chaos/processes.ts'
import { marked, startBurners } from '../drivers/cpu-driver.ts'
import { procInfo } from '../drivers/proc.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { cpuPressureFault } from './cpu-pressure.ts'

const part = { name: 'machine', cpu: { cores: 1.5 } }
/** Little, so that a busy machine has it to give. */
const LITTLE = { cores: 0.1, nice: 0, expirySeconds: 600 }

function fresh() {
  const token = randomUUID()
  return { marker: `firedrill-cpu-${token}`, context: { token, step: async () => {}, signal: new AbortController().signal } }
}

test('processes are busy until the undo, which finds them by their marker alone', async () => {
  const { marker, context } = fresh()
  const { undo, apply } = await cpuPressureFault.prepare(part, LITTLE, context)
  assert.equal(await stillWrong(undo), null, 'nothing runs before')
  const { detail } = await apply()
  assert.match(detail, /^1 processes keep 0\.\d\d of 0\.1 cores busy at nice 0$/)
  const [burner] = marked(marker)
  assert.ok(burner)
  assert.match((await stillWrong(undo)) ?? '', new RegExp(`1 processes of the fault still run: ${burner.pid}`))
  await carryOut(undo)
  await carryOut(undo)
  assert.deepEqual(marked(marker), [])
})

test('the share is of CPU time: no process takes more, however long it runs', async (t) => {
  const { marker, context } = fresh()
  const burners = await startBurners({ marker, cores: 0.3, nice: 5, seconds: 600 }, context.signal)
  t.after(burners.stop)
  const [pid = 0] = burners.pids
  const before = procInfo(pid)?.cpuTicks ?? 0
  const fromMs = performance.now()
  await waitUntil(() => (procInfo(pid)?.cpuTicks ?? 0) - before >= 30)
  const share = ((procInfo(pid)?.cpuTicks ?? 0) - before) / 100 / ((performance.now() - fromMs) / 1_000)
  assert.ok(share < 0.4, `${share} of a core, 0.3 was asked for`)
  await burners.stop()
  assert.deepEqual(marked(marker), [])
})

test('the cores are shared out to as many processes as it takes', async (t) => {
  const { marker, context } = fresh()
  const burners = await startBurners({ marker, cores: 1.2, nice: 19, seconds: 600 }, context.signal)
  t.after(burners.stop)
  assert.equal(burners.pids.length, 2)
  assert.deepEqual(
    marked(marker)
      .map(({ pid }) => pid)
      .sort(),
    [...burners.pids].sort(),
  )
})

test('they end by themselves when their time is over, and where the part allows less nothing is started', async () => {
  const { marker, context } = fresh()
  await startBurners({ marker, cores: 0.1, nice: 0, seconds: 0.2 }, context.signal)
  await waitUntil(() => marked(marker).length === 0)
  await assert.rejects(cpuPressureFault.prepare(part, { ...LITTLE, cores: 2 }, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /machine allows 1\.5 cores, not 2/,
  })
})

test('an interrupted start leaves nothing', async () => {
  const { marker } = fresh()
  const stopping = new AbortController()
  const asked = { marker, cores: 0.1, nice: 0, seconds: 600 }
  const started = startBurners(asked, stopping.signal)
  stopping.abort(new Error('everything is being undone'))
  await assert.rejects(started, /everything is being undone/)
  assert.deepEqual(marked(marker), [])
  await assert.rejects(startBurners(asked, stopping.signal), /everything is being undone/)
  assert.deepEqual(marked(marker), [])
})

tracesRemoved(CPU_PRESSURE, ['apply:burning', 'undo:done'])
