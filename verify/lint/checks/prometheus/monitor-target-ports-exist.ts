import { remark, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { monitored, operatorObjects, selectedBy } from '../../../config/deployment/operator-objects.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** Keys of an endpoint that name a port of the container; `port` of a Service or pod is monitors-select-services. */
const KEYS = { ServiceMonitor: ['endpoints', ['targetPort']], PodMonitor: ['podMetricsEndpoints', ['targetPort', 'portNumber']] } as const

export const check: Check = {
  meta: {
    id: 'monitor-target-ports-exist',
    needs: ['manifest'],
    title: 'The targetPort of every monitor is a port that the pods declare',
    failureTitle: 'A monitor scrapes a targetPort that its pods do not declare',
    why: 'The operator keeps the targets whose container port has that name or number. Of a port that no container declares no target is left, also where the program listens on it. https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Endpoint',
    mend: 'In the endpoint of the monitor, name a containerPort of the pods, or the port of the Service by `port`.',
    example: 'kind: ServiceMonitor\nspec:\n  endpoints: [{ targetPort: metrics }] # the containers have the port http-metrics',
  },
  *judge({ config }) {
    for (const kind of ['ServiceMonitor', 'PodMonitor'] as const) {
      const [endpoints, keys] = KEYS[kind]
      const candidates = monitored(config, kind)
      for (const { object, name } of operatorObjects(config, kind)) {
        const selected = selectedBy(object, candidates)
        const pods = selected.flatMap((each) => each.pods)
        // Of a Service whose pods others deploy their ports are not known.
        if (selected.some((each) => each.pods.length === 0) || pods.some(({ ports }) => ports.length === 0)) continue
        const ports = pods.flatMap((pod) => pod.ports)
        for (const endpoint of object.items('spec', endpoints))
          for (const key of keys)
            yield* judgePort(name, endpoint.get(key), ports, [...new Set(pods.map((pod) => `${pod.kind} ${pod.name}`))])
      }
    }
  },
}

function* judgePort(
  monitor: string,
  at: Cursor | undefined,
  ports: readonly { name: string | undefined; number: number }[],
  owners: readonly string[],
): Generator<Remark> {
  const text = at?.string()
  if (at === undefined || text === undefined || ports.length === 0 || text.includes('$')) return
  if (ports.some(({ name, number }) => name === text || String(number) === text)) return
  const known = [...new Set(ports.map(({ name, number }) => (name === undefined ? String(number) : `${name} (${number})`)))]
  const names = ports.flatMap(({ name }) => name ?? [])
  yield remark(monitor, at, `a containerPort of ${owners.join(', ')}: ${known.join(', ')}`, `${text}${didYouMean(text, names)}`)
}
