import { remark, type Check } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'containers-are-named',
    needs: ['compose'],
    title: 'Every container has its specified name',
    failureTitle: 'A container has another name, or is missing',
    why: 'The name becomes the label `container` of its log stream, and faults find the container by it.',
    mend: 'In the compose file, set container_name of the service as specified.',
    example: 'redis:\n  container_name: redis # specified: shop-redis',
  },
  *judge({ spec, config }) {
    const [first] = config.workloads
    if (first === undefined) return
    // A file with only some of the services (an override) promises nothing about the others.
    const promised = spec.platform.services.filter(({ container }) => container !== undefined)
    const present = promised.filter((service) =>
      config.workloads.some((workload) => workload.name === service.name || workload.container === service.container),
    )
    if (present.length < 2) return
    for (const service of promised) {
      const workload = config.workloads.find((candidate) => candidate.container === service.container)
      // Docker calls a container without a name PROJECT-SERVICE-1.
      const isUnnamed =
        workload !== undefined && workload.at.key === service.name && isOfCompose(workload, config) && !workload.at.has('container_name')
      if (isUnnamed && !workload.at.has('extends'))
        yield remark(
          service.name,
          workload.at,
          `container_name: ${service.container}`,
          `none: Docker calls it ${config.compose[0]?.string('name') ?? 'PROJECT'}-${service.name}-1`,
        )
      if (workload !== undefined) continue
      const named = config.workloads.find((candidate) => candidate.name === service.name)
      // A name that two have: compose-names-are-unique.
      if (named !== undefined && config.workloads.some((other) => other !== named && other.container === named.container)) continue
      yield remark(
        service.name,
        named?.at.get('container_name') ?? named?.at ?? first.at,
        `container_name: ${service.container}`,
        named === undefined ? 'no such service' : named.container,
      )
    }
  },
}

function isOfCompose({ at }: Workload, { compose }: Configuration): boolean {
  return compose.length === 1 && compose.some((root) => root.text === at.text)
}
