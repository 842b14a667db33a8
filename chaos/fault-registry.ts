import type { Fault, ParamMeta } from './fault.ts'
import { addLatencyFault } from './faults/add-latency.ts'
import { cpuPressureFault } from './faults/cpu-pressure.ts'
import { cpuPressurePodsFault } from './faults/cpu-pressure-pods.ts'
import { cutConnectionFault } from './faults/cut-connection.ts'
import { delayPodsMeshFault } from './faults/delay-pods-mesh.ts'
import { deletePodFault } from './faults/delete-pod.ts'
import { disconnectContainerFault } from './faults/disconnect-container.ts'
import { failPodsMeshFault } from './faults/fail-pods-mesh.ts'
import { fillDiskFault } from './faults/fill-disk.ts'
import { fillRedisMemoryFault } from './faults/fill-redis-memory.ts'
import { freezePodsFault } from './faults/freeze-pods.ts'
import { heapPressureContainerFault } from './faults/heap-pressure-container.ts'
import { heapPressureFault } from './faults/heap-pressure.ts'
import { isolatePodsFault } from './faults/isolate-pods.ts'
import { killContainerFault } from './faults/kill-container.ts'
import { killProcessFault } from './faults/kill-process.ts'
import { memoryPressurePodsFault } from './faults/memory-pressure-pods.ts'
import { partitionPodsMeshFault } from './faults/partition-pods-mesh.ts'
import { pauseContainerFault } from './faults/pause-container.ts'
import { pauseProcessFault } from './faults/pause-process.ts'
import { scaleAwayFault } from './faults/scale-away.ts'
import { slowQueriesFault } from './faults/slow-queries.ts'
import { stressPodsMeshFault } from './faults/stress-pods-mesh.ts'

/** The registry, sorted by id. */
export const faults: readonly Fault[] = [
  addLatencyFault,
  cpuPressureFault,
  cpuPressurePodsFault,
  cutConnectionFault,
  delayPodsMeshFault,
  deletePodFault,
  disconnectContainerFault,
  failPodsMeshFault,
  fillDiskFault,
  fillRedisMemoryFault,
  freezePodsFault,
  heapPressureFault,
  heapPressureContainerFault,
  isolatePodsFault,
  killContainerFault,
  killProcessFault,
  memoryPressurePodsFault,
  partitionPodsMeshFault,
  pauseContainerFault,
  pauseProcessFault,
  scaleAwayFault,
  slowQueriesFault,
  stressPodsMeshFault,
]

/** The two tables of chaos/README.md, as Markdown. */
export function faultsTable(registry: readonly Fault[] = faults): string {
  const rows = registry.map(({ meta }) => `| ${meta.id} | ${meta.title} | ${meta.needs.join(', ')} | ${meta.blastRadius} |`)
  const params = registry.flatMap(({ meta }) =>
    Object.entries(meta.params).map(([name, param]) => `| ${meta.id} | ${name} | ${param.default} | ${bounds(param)} | ${param.title} |`),
  )
  return [
    '| fault | does | needs | who feels it |',
    '|---|---|---|---|',
    ...rows,
    '',
    '| fault | parameter | default | may be | meaning |',
    '|---|---|---|---|---|',
    ...params,
    '',
  ].join('\n')
}

/** What a parameter may be. */
export function bounds(param: ParamMeta): string {
  return param.kind === 'choice' ? param.choices.join(', ') : `${param.kind === 'integer' ? 'whole, ' : ''}${param.min} to ${param.max}`
}
