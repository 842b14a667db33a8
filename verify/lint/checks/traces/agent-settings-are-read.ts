import { causing, oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { agentJar, agentServices, agentSetting } from '../../agents.ts'
import { didYouMean, slipOf } from '../../../text/did-you-mean.ts'

/** https://opentelemetry.io/docs/languages/java/configuration/#exporters */
const EXPORTERS: Readonly<Record<string, readonly string[]>> = {
  OTEL_TRACES_EXPORTER: ['otlp', 'none', 'console', 'logging', 'logging-otlp', 'experimental-otlp/stdout', 'zipkin', 'jaeger'],
  OTEL_METRICS_EXPORTER: ['otlp', 'none', 'console', 'logging', 'logging-otlp', 'experimental-otlp/stdout', 'prometheus'],
  OTEL_LOGS_EXPORTER: ['otlp', 'none', 'console', 'logging', 'logging-otlp', 'experimental-otlp/stdout'],
}
const BAGGAGE = 'OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE'
/** By which a drill finds its own traces (scenarios/lib/environment.ts). */
const OF_DRILLS = new Set(['firedrill.run', 'firedrill.experiment'])

export const check: Check = {
  meta: {
    id: 'agent-settings-are-read',
    needs: ['workloads'],
    title: 'Exporters and baggage keys of the Java agent are ones that it knows',
    failureTitle: 'The Java agent does not know a value of its settings',
    why: 'The agent does not start with an exporter that it does not have ("Unrecognized value for otel.metrics.exporter"). The service runs on, without a span. A misspelt baggage key is copied to no span.',
    mend: 'In the compose file, set the exporter to otlp, or to none for a signal that nothing receives.',
    example: 'OTEL_METRICS_EXPORTER: off',
  },
  *judge(input) {
    const found: Remark[] = []
    for (const { service, workload } of agentServices(input)) {
      if (agentJar(workload) === undefined) continue
      for (const [name, known] of Object.entries(EXPORTERS)) {
        const setting = agentSetting(workload, name)
        for (const each of setting?.value.split(',') ?? []) {
          const word = each.trim()
          if (setting !== undefined && word !== '' && !known.includes(word) && !word.includes('$'))
            found.push(
              // That traces go nowhere follows from it.
              causing(
                remark(service.name, setting.at, `one of ${known.join(', ')}`, `${word}${didYouMean(word, known)}`),
                setting.at.lines(),
                'agent-reaches-collector',
              ),
            )
        }
      }
      const copied = agentSetting(workload, BAGGAGE)
      for (const key of copied?.value.split(',') ?? []) {
        const meant = slipOf(key.trim(), OF_DRILLS)
        if (copied !== undefined && meant !== undefined) found.push(remark(service.name, copied.at, meant, key.trim()))
      }
    }
    yield* oncePerPlace(found)
  },
}
