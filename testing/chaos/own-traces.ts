/** The faults that leave something of their own, for the crash tests. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { allProcesses, isGone } from '../../chaos/drivers/proc.ts'
import type { OwnTraces } from './crashes.ts'

export const FILL_DISK: OwnTraces = {
  fault: 'fill-disk',
  params: { megabytesPerS: 1, megabytes: 5 },
  part: (folder) => ({ name: 'server', disk: { folder, maxMegabytes: 5, freeMegabytes: 1 } }),
  traces: (folder) => readdirSync(folder),
  steps: ['apply:folder', 'apply:growing'],
}

export const CPU_PRESSURE: OwnTraces = {
  fault: 'cpu-pressure',
  params: { cores: 0.1, nice: 0, expirySeconds: 600 },
  part: () => ({ name: 'server', cpu: { cores: 1 } }),
  traces: (folder) => burnersIn(dirname(folder)),
  steps: ['apply:burning'],
}

/** Command lines of processes of cpu-pressure whose working directory is the test's. */
function burnersIn(folder: string): string[] {
  return allProcesses().flatMap((info) => {
    try {
      const words = readFileSync(`/proc/${info.pid}/cmdline`, 'utf8').split('\0')
      const ours = words.some((word) => word.startsWith('firedrill-cpu-')) && readlinkSync(`/proc/${info.pid}/cwd`) === folder
      return ours && !isGone(info) ? [words.slice(3).join(' ')] : []
    } catch {
      return []
    }
  })
}
