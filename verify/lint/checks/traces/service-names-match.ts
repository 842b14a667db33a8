import { remark, type Check } from '../../lint-check.ts'
import { agentSetting, withWorkload } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'service-names-match',
    needs: ['workloads'],
    title: 'Every instrumented service has its own service.name',
    failureTitle: 'A service has another service.name, or that of another service',
    why: 'Traces are searched by service name, and logs are linked by it. Jaeger cannot tell two services with one name apart.',
    mend: "In the compose file, set OTEL_SERVICE_NAME of each service to the service's own name.",
    example: 'gateway:\n  environment:\n    OTEL_SERVICE_NAME: payments',
  },
  *judge(input) {
    const names = new Map<string, string>()
    for (const { service, workload } of withWorkload(
      input,
      (candidate) => candidate.tracing !== undefined && candidate.tracing !== 'none',
    )) {
      const attributes = agentSetting(workload, 'OTEL_RESOURCE_ATTRIBUTES')
      const fromAttributes = /(?:^|,)service\.name=([^,]+)/.exec(attributes?.value ?? '')?.[1]
      const name =
        agentSetting(workload, 'OTEL_SERVICE_NAME') ??
        (fromAttributes === undefined || attributes === undefined ? undefined : { value: fromAttributes, at: attributes.at })
      if (name === undefined) {
        if (!workload.unknownEnv)
          yield remark(service.name, workload.at, `OTEL_SERVICE_NAME=${service.name}`, 'none: the agent guesses from the jar')
        continue
      }
      const other = names.get(name.value)
      if (name.value !== service.name) yield remark(service.name, name.at, `OTEL_SERVICE_NAME=${service.name}`, name.value)
      else if (other !== undefined) yield remark(service.name, name.at, 'a name of its own', `${name.value}, that of ${other} as well`)
      names.set(name.value, service.name)
    }
  },
}
