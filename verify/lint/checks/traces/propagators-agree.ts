import { remark, type Check } from '../../check.ts'
import { agentSetting, withWorkload } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'propagators-agree',
    area: 'traces',
    severity: 'error',
    needs: ['workloads'],
    title: 'All services hand the trace on in W3C form',
    failureTitle: 'A service hands the trace on in another form',
    why: 'When one side writes b3 and the other reads traceparent, one request makes two traces, each of them complete to look at.',
    mend: 'In the compose file, add tracecontext to OTEL_PROPAGATORS of the service, or remove the variable.',
    example: 'OTEL_PROPAGATORS: b3',
  },
  *judge(input) {
    for (const { service, workload } of withWorkload(
      input,
      (candidate) => candidate.tracing === 'agent' || candidate.tracing === 'library' || candidate.runtime === 'jvm',
    )) {
      const setting = agentSetting(workload, 'OTEL_PROPAGATORS')
      if (setting === undefined) continue
      const propagators = setting.value.split(',').map((name) => name.trim())
      if (!propagators.includes('tracecontext'))
        yield remark(service.name, setting.at, 'tracecontext among the propagators (the default)', setting.value)
    }
  },
}
