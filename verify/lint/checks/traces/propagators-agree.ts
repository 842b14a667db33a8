import { remark, type Check } from '../../lint-check.ts'
import { agentSetting, withWorkload } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'propagators-agree',
    needs: ['workloads'],
    title: 'Every service propagates the W3C trace context',
    failureTitle: 'A service does not propagate the W3C trace context',
    why: 'When one service writes b3 and the next reads traceparent, one request becomes two traces, and each of them looks complete.',
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
        yield remark(service.name, setting.at, 'tracecontext in OTEL_PROPAGATORS (the default)', setting.value)
    }
  },
}
