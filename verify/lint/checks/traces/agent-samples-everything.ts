import { remark, warning, type Check } from '../../lint-check.ts'
import { agentServices, agentSetting } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'agent-samples-everything',
    needs: ['workloads'],
    title: 'Every request is sampled',
    failureTitle: 'A sampler drops traces',
    why: 'The specification promises a trace for every request: with a ratio of 0.1 nine of ten traces are missing.',
    mend: 'In the compose file, remove OTEL_TRACES_SAMPLER or set it to parentbased_always_on; keep OTEL_BSP_MAX_QUEUE_SIZE at 512 or more.',
    example: 'OTEL_TRACES_SAMPLER: parentbased_traceidratio\nOTEL_TRACES_SAMPLER_ARG: "0.1"',
  },
  *judge(input) {
    for (const { service, workload } of agentServices(input)) {
      const sampler = agentSetting(workload, 'OTEL_TRACES_SAMPLER')
      const ratio = agentSetting(workload, 'OTEL_TRACES_SAMPLER_ARG')
      if (sampler !== undefined && !/^(parentbased_)?always_on$/.test(sampler.value)) {
        const whole = /traceidratio$/.test(sampler.value) && Number(ratio?.value ?? '1') === 1
        if (!whole)
          yield remark(
            service.name,
            sampler.at,
            'parentbased_always_on (the default)',
            `${sampler.value}${ratio === undefined ? '' : ` ${ratio.value}`}`,
          )
      }
      const delay = agentSetting(workload, 'OTEL_BSP_SCHEDULE_DELAY')
      const delayMs = delayOf(delay?.value)
      if (delay !== undefined && delayMs === undefined)
        yield remark(service.name, delay.at, 'milliseconds, or a number with ms, s or m', `OTEL_BSP_SCHEDULE_DELAY=${delay.value}`)
      else if (delay !== undefined && (delayMs ?? 0) > LATEST_MS)
        yield warning(service.name, delay.at, 'at most 60 s until spans are sent', `OTEL_BSP_SCHEDULE_DELAY=${delay.value}`)
      const drop = agentSetting(workload, 'OTEL_BSP_MAX_QUEUE_SIZE')
      if (drop !== undefined && Number(drop.value) < 512)
        yield warning(service.name, drop.at, 'at least 512 spans in the queue', `OTEL_BSP_MAX_QUEUE_SIZE=${drop.value}`)
    }
  },
}

const LATEST_MS = 60_000
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** https://opentelemetry.io/docs/languages/java/configuration/#batch-span-processor: a duration, in milliseconds without a unit. */
function delayOf(text: string | undefined): number | undefined {
  const [, digits, unit = 'ms'] = /^\s*(\d+)\s*(ms|[smhd])?\s*$/.exec(text ?? '') ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS_MS[unit] ?? 1)
}
