import { warning, type Check, type LintInput } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'drill-reaches-services',
    severity: 'warning',
    needs: ['compose'],
    title: 'What a drill asks from the host publishes its port',
    failureTitle: 'A service publishes no port: a drill cannot ask it from the host',
    why: 'The drill sends its requests, and reads metrics, alerts, lines and traces, from outside of the containers. Checked in the compose file that has the specified services, where other services publish their ports.',
    mend: 'In the compose file, publish the port under `ports` of the service: "127.0.0.1:PORT:PORT".',
    example: 'prometheus:\n  image: prom/prometheus:v2.48.0 # and no ports',
  },
  *judge(input) {
    const { config, spec } = input
    const owned = new Set(spec.platform.services.flatMap(({ name, container }) => [name, container]))
    for (const root of config.compose) {
      const workloads = config.workloads.filter(({ at }) => at.text === root.text)
      const isOurs = workloads.filter(({ name, container }) => owned.has(name) || owned.has(container)).length > 1
      const published = workloads.filter(({ ports }) => ports.some(({ host }) => host !== undefined))
      if (!isOurs || published.length < 3) continue
      for (const workload of workloads) {
        const port = portAskedAt(workload, input)
        if (port === undefined || workload.at.has('network_mode')) continue
        const mine = workload.ports.filter(({ host }) => host !== undefined).map(({ container }) => container)
        if (port === 'any' ? mine.length === 0 : !mine.includes(port))
          yield warning(
            workload.name,
            (workload.at.get('ports') ?? workload.at).keyPlace(),
            `${port === 'any' ? 'its port' : `port ${port}`} published: a drill asks it from the host`,
            mine.length === 0 ? 'no published port' : `only ${mine.join(', ')}`,
          )
      }
    }
  },
}

/** The port inside the container that a drill asks at: of services that are sent requests, that of their target. */
function portAskedAt({ name, container, image }: Workload, { spec }: LintInput): number | 'any' | undefined {
  const experiments = spec.rules.flatMap((rule) => rule.experiments)
  const asked = new Set([
    ...spec.traces.map(({ request }) => request.service),
    ...[...experiments, ...(spec.outages ?? [])].flatMap(({ keepsAnswering }) =>
      (keepsAnswering ?? []).map(({ request }) => request.service),
    ),
  ])
  const service = spec.platform.services.find((each) => each.name === name || each.container === container)
  if (service !== undefined && asked.has(service.name)) {
    const address = spec.platform.targets.find(({ job }) => job === service.job)?.address
    const port = Number(address?.split(':').at(-1))
    return port > 0 ? port : 'any'
  }
  if (service !== undefined && spec.rules.some(({ measuredBy }) => measuredBy?.part === service.name)) return 'any'
  const { repository } = imageNameOf(image)
  const isRead = [
    [/\/prometheus$/, spec.rules.length > 0],
    [/\/alertmanager$/, spec.rules.length > 0],
    [/\/loki$/, spec.logs.length > 0],
    [/jaegertracing\//, spec.traces.length > 0],
    [/\/grafana$/, spec.slo.panels.length > 0],
    [/\/toxiproxy$/, experiments.length > 0],
  ] as const
  return isRead.some(([pattern, isAsked]) => isAsked && pattern.test(repository)) ? 'any' : undefined
}
