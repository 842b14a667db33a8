import { remark, type Check } from '../../lint-check.ts'
import { sourceOf } from '../../../config/deployment/container-files.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Kind } from '../../../config/kinds.ts'

const NAMES: Partial<Record<Kind, string>> = {
  rules: 'alert rules',
  prometheus: 'a Prometheus configuration',
  alertmanager: 'an Alertmanager configuration',
  promtail: 'a Promtail configuration',
  collector: 'an OTel Collector configuration',
  datasources: 'Grafana datasources',
  dashboard: 'a dashboard',
}

const COMPOSE = ['docker-compose.yaml', 'docker-compose.yml', 'compose.yaml', 'compose.yml']
/** Host ports of the monitoring. */
const PORTS = /^(?:PROMETHEUS|ALERTMANAGER|GRAFANA|LOKI|JAEGER)\w*_PORT$/

export const check: Check = {
  meta: {
    id: 'deployment-is-whole',
    needs: ['prometheus'],
    title: 'The deployment has every part that the specification needs',
    failureTitle: 'A part that the specification needs is missing',
    why: 'A missing file breaks no other file. Checked only where Prometheus and at least one other part is given, so that a single file can be checked alone.',
    mend: 'Add the missing file to the deployment, or give lint the folder that holds it.',
    example: 'monitoring/ without alertmanager/alertmanager.yml',
  },
  *judge({ spec, config, exists, examples }) {
    // A file that is mounted and gone: mounted-files-exist.
    const gone = config.workloads
      .flatMap(({ mounts, at }) => mounts.flatMap(({ source }) => sourceOf(at, source) ?? []))
      .some((file) => !exists(file))
    // What cannot be read may be what is missing.
    if (gone || config.problems.length > 0) return
    const [prometheus] = config.prometheus
    const needed: Kind[] = [
      'rules',
      'alertmanager',
      ...(spec.logs.length > 0 ? ['promtail' as const] : []),
      ...(spec.traces.length > 0 ? ['collector' as const] : []),
      ...(spec.slo.panels.length > 0 ? ['datasources' as const, 'dashboard' as const] : []),
    ]
    const present = needed.filter((kind) => config.kinds.has(kind))
    if (prometheus === undefined || present.filter((kind) => kind !== 'rules').length === 0) return
    // monitoring/ alone may be judged; .env.example is for a compose file that is there.
    const ports = Object.keys(examples).filter((name) => PORTS.test(name))
    if (config.workloads.length === 0 && config.manifests.length === 0 && ports.length > 1 && !COMPOSE.some(exists))
      yield remark(
        'docker-compose.yaml',
        prometheus,
        `a compose file that reads ${ports.slice(0, 3).join(', ')} of .env.example`,
        'none on the disk',
      )
    for (const kind of needed)
      if (!config.kinds.has(kind))
        yield remark(NAMES[kind] ?? kind, mountOf(kind, config) ?? prometheus, NAMES[kind] ?? kind, 'not among the given files')
  },
}

/** The folder that Grafana would read it from. */
function mountOf(kind: Kind, { workloads }: Configuration): Cursor | undefined {
  const target = kind === 'datasources' ? /\/provisioning(\/|$)/ : kind === 'dashboard' ? /\/dashboards?(\/|$)/ : undefined
  const mounts = workloads.filter(({ image }) => /grafana\/grafana/.test(image)).flatMap((workload) => workload.mounts)
  return target === undefined ? undefined : mounts.find((mount) => target.test(mount.target))?.at
}
