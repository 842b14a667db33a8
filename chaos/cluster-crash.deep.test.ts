/**
 * kill -9 at every step, of the tool and of both, with faults on a workload of a real Kubernetes cluster: that of the context which
 * FIREDRILL_TEST_CONTEXT names in the kubeconfig; skipped without one. Those by Chaos Mesh: mesh-crash.deep.test.ts. Touches namespaces
 * that it makes itself, and removes them.
 */
import assert from 'node:assert/strict'
import { before, describe, test, type TestContext } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { KubeConfig } from '@kubernetes/client-node'
import { clusterWorkload, REPLICAS, CLUSTER_STEPS as steps } from '../testing/chaos/cluster-workload.ts'
import { isGone, runTool } from '../testing/chaos/crashes.ts'
import { waitUntil } from '../testing/chaos/processes.ts'
import { recover } from './controller.ts'
import { inspectWorkload } from './drivers/kubernetes-driver.ts'
import { hasLeftover, ledgerFiles } from './ledger.ts'

const { FIREDRILL_TEST_CONTEXT: context = '' } = process.env
const skip = context === '' ? 'FIREDRILL_TEST_CONTEXT names no context of a cluster' : false
/** Faults on processes in containers, with the steps of their own. */
const ON_PROCESSES = [
  { fault: 'freeze-pods', own: ['apply:guarded', 'apply:stopped'] },
  { fault: 'cpu-pressure-pods', own: ['apply:burning'] },
  { fault: 'memory-pressure-pods', own: ['apply:holding'] },
]

describe('a workload of a cluster', { concurrency: 2 }, () => {
  const config = new KubeConfig()
  before(async () => {
    if (skip !== false) return
    config.loadFromDefault()
    config.setCurrentContext(context)
  })

  const setUp = (t: TestContext) => clusterWorkload(t, config, context)

  for (const step of steps) {
    test(`the tool is killed at ${step}: the watchdog scales it back`, { skip }, async (t) => {
      const { ledgerDir, part, wanted } = await setUp(t)
      const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault: 'scale-away', env: { CRASH_AT: step } })
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      assert.equal(await wanted(), REPLICAS)
      assert.equal(await hasLeftover(ledgerDir), false)
    })
    test(`tool and watchdog are killed at ${step}: the next start scales it back`, { skip }, async (t) => {
      const { ledgerDir, part, wanted, kubernetes } = await setUp(t)
      const { signal, watchdogPid } = await runTool(t, {
        ledgerDir,
        recordFile: part,
        fault: 'scale-away',
        env: { CRASH_AT: `both:${step}` },
      })
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      const harmed = steps.indexOf(step) >= steps.indexOf('applied') && steps.indexOf(step) <= steps.indexOf('undo:begin')
      assert.equal(await wanted(), harmed ? 0 : REPLICAS)
      assert.deepEqual((await recover(ledgerDir)).notUndone, [])
      assert.equal((await inspectWorkload(kubernetes))?.ready, REPLICAS)
      assert.deepEqual(await ledgerFiles(ledgerDir), [])
    })
  }

  // Where the network enforces none it is refused on the way, and what it made by then is what may be left.
  const denied = [...steps.slice(0, steps.indexOf('applied')), 'apply:denied', ...steps.slice(steps.indexOf('applied'))]
  const PARAMS = JSON.stringify({ enforcedSeconds: 2 })
  for (const [both, step] of denied.flatMap((each): [boolean, string][] => [
    [false, each],
    [true, each],
  ])) {
    test(`isolate-pods: ${both ? 'tool and watchdog are' : 'the tool is'} killed at ${step}: no policy is left`, { skip }, async (t) => {
      const { ledgerDir, part, policies, cutOff } = await setUp(t)
      const env = { CRASH_AT: both ? `both:${step}` : step, PARAMS }
      const { signal, watchdogPid, output } = await runTool(t, { ledgerDir, recordFile: part, fault: 'isolate-pods', env })
      const refused = !output.includes('step applied\n') && output.includes('step undo:done\n')
      if (signal === null && refused) {
        assert.deepEqual(await policies(), [])
        t.skip('the network of this cluster enforces no NetworkPolicy: the fault was refused before')
        return
      }
      assert.equal(signal, 'SIGKILL')
      await waitUntil(() => isGone(watchdogPid))
      const harmed = denied.indexOf(step) >= denied.indexOf('apply:denied') && denied.indexOf(step) <= denied.indexOf('undo:begin')
      if (both) {
        assert.equal((await policies()).length, harmed ? 1 : 0)
        assert.deepEqual((await recover(ledgerDir)).notUndone, [])
      }
      assert.deepEqual(await policies(), [])
      assert.deepEqual(await cutOff(), [])
      assert.equal(await hasLeftover(ledgerDir), false)
    })
  }

  for (const { fault, own } of ON_PROCESSES) {
    const all = [...steps.slice(0, steps.indexOf('applied')), ...own, ...steps.slice(steps.indexOf('applied'))]
    // What is on disk and when is the same for all of them.
    const tried = fault === 'freeze-pods' ? all : [...own, 'applied', 'undo:begin']
    const [from, to] = [all.indexOf(own[0]!), all.indexOf('undo:begin')]
    for (const step of tried) {
      test(`${fault}: the tool is killed at ${step}: the watchdog lets all go on`, { skip }, async (t) => {
        const { ledgerDir, part, processes } = await setUp(t)
        const before = await processes()
        const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env: { CRASH_AT: step } })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        assert.deepEqual(await processes(), before)
        assert.equal(await hasLeftover(ledgerDir), false)
      })
      test(`${fault}: tool and watchdog are killed at ${step}: the next start lets all go on`, { skip }, async (t) => {
        const { ledgerDir, part, processes } = await setUp(t)
        const before = await processes()
        const { signal, watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env: { CRASH_AT: `both:${step}` } })
        assert.equal(signal, 'SIGKILL')
        await waitUntil(() => isGone(watchdogPid))
        const harmed = all.indexOf(step) >= from && all.indexOf(step) <= to
        assert[harmed ? 'notDeepEqual' : 'deepEqual'](await processes(), before)
        assert.deepEqual((await recover(ledgerDir)).notUndone, [])
        assert.deepEqual(await processes(), before)
        assert.deepEqual(await ledgerFiles(ledgerDir), [])
      })
    }
    test(`${fault}: when nothing of the drill is left, it ends by itself`, { skip }, async (t) => {
      const { ledgerDir, part, processes } = await setUp(t)
      const before = await processes()
      const env = { CRASH_AT: 'both:applied', PARAMS: JSON.stringify({ expirySeconds: 15 }) }
      const { watchdogPid } = await runTool(t, { ledgerDir, recordFile: part, fault, env })
      await waitUntil(() => isGone(watchdogPid))
      assert.notDeepEqual(await processes(), before)
      await waitUntil(async () => isDeepStrictEqual(await processes(), before))
    })
  }
})
