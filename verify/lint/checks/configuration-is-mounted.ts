import { remark } from '../check.ts'
import type { Check } from '../check.ts'
import type { Workload } from '../config/workloads.ts'

const READERS: [RegExp, RegExp][] = [[/prom\/prometheus|\/prometheus:/, /^--config\.file=(.+)$/], [/promtail/, /^-{1,2}config\.file=(.+)$/], [/\/loki|loki:/, /^-{1,2}config\.file=(.+)$/], [/collector/, /^--config=(.+)$/], [/alertmanager/, /^--config\.file=(.+)$/]]

export const check: Check = {
  meta: {
    id: 'configuration-is-mounted', area: 'platform', severity: 'error', needs: ['workloads'],
    title: 'Every component reads the configuration that is delivered', failureTitle: 'A component reads a file that nobody mounts',
    why: 'With a wrong mount the image\'s own example configuration runs: everything is up, and nothing of what was written is in force.',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      const reader = READERS.find(([image]) => image.test(workload.image) || image.test(workload.name))
      for (const arg of reader === undefined ? [] : workload.args) {
        const file = reader?.[1].exec(arg.value)?.[1]
        if (file === undefined || workload.mounts.length === 0) continue
        if (!mounted(workload, file)) yield remark(workload.name, arg.at, `a mount that holds ${file}`, workload.mounts.map((mount) => mount.target).join(', '))
      }
    }
  },
}

function mounted(workload: Workload, file: string): boolean {
  return workload.mounts.some((mount) => mount.target === file || file.startsWith(`${mount.target.replace(/\/$/, '')}/`)) || workload.at.get('configs') !== undefined
}
