import { remark, type Check } from '../../check.ts'
import type { Workload } from '../../../config/workloads.ts'

const READERS: [RegExp, RegExp][] = [
  [/prom\/prometheus|\/prometheus:|^prometheus$/, /^--config\.file=(.+)$/],
  [/promtail/, /^-{1,2}config\.file=(.+)$/],
  [/loki/, /^-{1,2}config\.file=(.+)$/],
  [/collector/, /^--config=(.+)$/],
  [/alertmanager/, /^--config\.file=(.+)$/],
  [/jaeger/, /^--config(?:-file)?=(.+)$/],
]

export const check: Check = {
  meta: {
    id: 'configuration-is-mounted',
    area: 'platform',
    severity: 'error',
    needs: ['workloads'],
    title: 'Every component reads the delivered configuration',
    failureTitle: 'A component reads a file that is not mounted, or a delivered file is not mounted',
    why: 'With a wrong mount the component starts with the example configuration of its image: it is up, and none of the delivered configuration is used.',
    mend: "In the compose file, mount the delivered file at the path that the component's --config flag names.",
    example: 'command: [--config.file=/etc/loki/loki.yml]\nvolumes: ["./monitoring/loki/loki.yml:/etc/loki/config.yml:ro"]',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      const reader = READERS.find(([image]) => image.test(workload.image) || image.test(workload.name))
      for (const arg of reader === undefined ? [] : workload.args) {
        const file = reader?.[1].exec(arg.value)?.[1]
        if (file === undefined || mounted(workload, file)) continue
        yield remark(
          workload.name,
          arg.at,
          `a mount that holds ${file}`,
          workload.mounts.length === 0 ? 'no mount' : workload.mounts.map((mount) => mount.target).join(', '),
        )
      }
    }
    const sources = config.workloads.flatMap((workload) =>
      workload.mounts.map((mount) => mount.source.replace(/^\.\//, '').replace(/\/$/, '')),
    )
    const delivered = [
      ...config.prometheus,
      ...config.ruleFiles,
      ...config.alertmanager,
      ...config.promtail,
      ...config.loki,
      ...config.collectors,
      ...config.datasources,
      ...config.dashboards,
    ].filter((root) => root.text.path === root.text.file && root.key === '')
    const reads = (file: string): boolean =>
      sources.some(
        (source) =>
          source !== '' &&
          (file === source || file.endsWith(`/${source}`) || file.startsWith(`${source}/`) || file.includes(`/${source}/`)),
      )
    // Where none of the files is mounted, they are deployed by other means.
    if (!delivered.some((root) => reads(root.text.file))) return
    for (const root of delivered)
      if (!reads(root.text.file)) yield remark(root.text.file, root, 'a container that mounts the file', 'no mount')
  },
}

function mounted(workload: Workload, file: string): boolean {
  if (workload.mounts.some((mount) => mount.target === file || file.startsWith(`${mount.target.replace(/\/$/, '')}/`))) return true
  if (workload.at.items('configs').some((config) => config.string('target') === file || config.string() !== undefined)) return true
  // An image of one's own may hold the file; a Dockerfile in the compose file says so or not.
  const inline = workload.at.string('build', 'dockerfile_inline')
  return workload.at.has('build') && (inline === undefined || inline.includes(file.split('/').at(-1) ?? file))
}
