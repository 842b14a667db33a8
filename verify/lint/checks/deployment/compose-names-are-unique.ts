import { causing, remark, type Check, type Remark } from '../../lint-check.ts'
import { interpolate, publishedPorts } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'compose-names-are-unique',
    needs: ['compose'],
    title: 'No two services share a container name or a port of the host',
    failureTitle: 'Two services have the same container name or the same port of the host',
    why: 'Docker starts one of the two and refuses the other: "Conflict. The container name is already in use", "port is already allocated". Defaults count: ${PORT:-3100} is 3100 where .env is missing.',
    mend: 'In the compose file, give the service its own container_name or another port of the host (the part before the colon, or the default of its variable).',
    example: 'loki:\n  ports: ["3100:3100"]\ngrafana:\n  ports: ["${GRAFANA_PORT:-3100}:3000"]',
  },
  *judge({ config }) {
    for (const root of config.compose) {
      // Services with profiles may be alternatives of each other.
      const services = root.pairs('services').filter(([, service]) => !service.has('profiles'))
      const names = new Map<string, string>()
      for (const [service, at] of services) {
        const name = interpolate(at.string('container_name') ?? '', config.variables)
        const first = names.get(name)
        if (name !== '' && first !== undefined)
          yield remark(service, at.near('container_name'), `a container_name that ${first} does not have`, name)
        names.set(name, service)
      }
      yield* ports(services, config.variables)
    }
  },
}

function* ports(services: readonly (readonly [string, Cursor])[], variables: Record<string, string>): Generator<Remark> {
  const reported = new Set<Cursor>()
  for (const values of [variables, {}]) {
    const taken: { service: string; address: string; port: number; protocol: string }[] = []
    for (const [service, at] of services.filter(([, each]) => each.string('network_mode') !== 'host')) {
      for (const entry of at.items('ports')) {
        for (const { address, port, protocol } of publishedPorts(entry, values)) {
          const other = taken.find(
            (each) =>
              each.port === port && each.protocol === protocol && (each.address === address || each.address === '' || address === ''),
          )
          if (other === undefined) taken.push({ service, address, port, protocol })
          else if (!reported.has(entry) && [...reported].every((each) => each.start !== entry.start)) {
            reported.add(entry)
            yield causing(
              remark(
                service,
                entry,
                `a port of the host that ${other.service} does not publish`,
                `${port}${values === variables ? '' : ' (default)'}`,
              ),
              entry.lines(),
              'defaults-agree',
            )
          }
        }
      }
    }
  }
}
