import { agentServices } from './agents.ts'
import { namesOf } from '../config/deployment/links.ts'
import { otlpHosts } from './port-askers.ts'
import { reads } from '../config/deployment/container-files.ts'
import { remark, type LintInput, type Remark } from './lint-check.ts'
import { scalarsIn } from '../config/yaml/cursor.ts'

/** OTLP that is sent to a port at which the collector receives nothing. */
export function* receivedAt(input: LintInput): Generator<Remark> {
  const { config } = input
  const instrumented = new Set(agentServices(input).map(({ workload }) => workload))
  for (const workload of config.workloads.filter((each) => !instrumented.has(each)))
    for (const { name, host, port, at } of otlpHosts(workload)) {
      const owner = config.workloads.find((each) => namesOf(each).includes(host) && /opentelemetry-collector/.test(each.image))
      const roots = owner === undefined ? [] : config.collectors.filter((root) => reads(owner, root, config))
      const [root, ...more] = roots
      if (root === undefined || more.length > 0 || !Number.isInteger(port)) continue
      const receivers = root.pairs('receivers')
      const ports = receivers.flatMap(([, receiver]) =>
        scalarsIn(receiver).flatMap((each) => /:(\d+)$/.exec(each.string() ?? '')?.[1] ?? []),
      )
      const protocols = receivers.filter(([kind]) => /^otlp(?:\/|$)/.test(kind)).flatMap(([, receiver]) => receiver.pairs('protocols'))
      for (const [protocol, each] of protocols) if (!each.has('endpoint')) ports.push(protocol === 'grpc' ? '4317' : '4318')
      const isOpen =
        ports.length === 0 || receivers.some(([, receiver]) => scalarsIn(receiver).some((each) => each.string()?.includes('$') === true))
      if (!isOpen && !ports.includes(String(port)))
        yield remark(workload.name, at, `a port at which ${host} receives: ${[...new Set(ports)].join(', ')}`, `${port} in ${name}`)
    }
}
