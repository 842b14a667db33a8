/**
 * A drill reduced to one fault, for the crash tests: kills itself with SIGKILL at the step named by CRASH_AT ("both:" in front: the
 * watchdog first). argv: LEDGER_DIR RECORD_FILE FAULT_ID, where instead of RECORD_FILE the part may be given as JSON; the parameters of
 * the fault are the JSON of PARAMS. Prints the step names it passes and the watchdog's pid.
 */
import { writeSync } from 'node:fs'
import { createChaos } from '../../chaos/controller.ts'
import { cpuPressureFault } from '../../chaos/faults/cpu-pressure.ts'
import { cpuPressurePodsFault } from '../../chaos/faults/cpu-pressure-pods.ts'
import { delayPodsMeshFault } from '../../chaos/faults/delay-pods-mesh.ts'
import { failPodsMeshFault } from '../../chaos/faults/fail-pods-mesh.ts'
import { fillDiskFault } from '../../chaos/faults/fill-disk.ts'
import { freezePodsFault } from '../../chaos/faults/freeze-pods.ts'
import { isolatePodsFault } from '../../chaos/faults/isolate-pods.ts'
import { killContainerFault } from '../../chaos/faults/kill-container.ts'
import { killProcessFault } from '../../chaos/faults/kill-process.ts'
import { memoryPressurePodsFault } from '../../chaos/faults/memory-pressure-pods.ts'
import { partitionPodsMeshFault } from '../../chaos/faults/partition-pods-mesh.ts'
import { pauseContainerFault } from '../../chaos/faults/pause-container.ts'
import { pauseProcessFault } from '../../chaos/faults/pause-process.ts'
import { scaleAwayFault } from '../../chaos/faults/scale-away.ts'
import { stressPodsMeshFault } from '../../chaos/faults/stress-pods-mesh.ts'
import type { TargetPart } from '../../verify/model/target.ts'

const [ledgerDir = '', recordFile = '', faultId = ''] = process.argv.slice(2)
const [crashAt, both] = [process.env.CRASH_AT?.replace(/^both:/, ''), process.env.CRASH_AT?.startsWith('both:')]
const params = JSON.parse(process.env.PARAMS ?? '{}') as Record<string, number | string>
const watchdog: { pid?: number | undefined } = {}

const chaos = await createChaos({
  target: {
    name: 'test',
    kind: 'lab',
    endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '127.0.0.1', port: 0 }, services: {} },
    parts: { server: recordFile.startsWith('{') ? (JSON.parse(recordFile) as TargetPart) : { name: 'server', process: { recordFile } } },
  },
  ledgerDir,
  leaseMs: Number(process.env.LEASE_MS ?? 30_000),
  registry: [
    ...[cpuPressureFault, fillDiskFault, killProcessFault, pauseProcessFault, killContainerFault, pauseContainerFault],
    ...[scaleAwayFault, freezePodsFault, cpuPressurePodsFault, memoryPressurePodsFault, isolatePodsFault],
    ...[failPodsMeshFault, partitionPodsMeshFault, delayPodsMeshFault, stressPodsMeshFault],
  ],
  seams: {
    ...(process.env.WATCHDOG_PROGRAM === undefined ? {} : { watchdogProgram: process.env.WATCHDOG_PROGRAM }),
    atStep(step) {
      writeSync(1, `step ${step}\n`)
      if (step !== crashAt) return
      if (both === true && watchdog.pid !== undefined) process.kill(watchdog.pid, 'SIGKILL')
      process.kill(process.pid, 'SIGKILL')
    },
  },
})
watchdog.pid = chaos.watchdogPid()
writeSync(1, `watchdog ${watchdog.pid}\n`)
const fault = await chaos.inject({ id: faultId, target: 'server', params }, 'test')
process.on('SIGUSR2', () => {
  // A second fault, for the test of the lost lease.
  chaos
    .inject({ id: faultId, target: 'server', params: {} }, 'second')
    .catch((error: { code: string }) => process.stderr.write(`${error.code}\n`))
})
writeSync(1, 'in effect\n')
if (process.env.HOLD !== undefined) setInterval(() => {}, 1_000)
else {
  await fault.undo()
  await chaos.close()
  writeSync(1, 'closed\n')
}
