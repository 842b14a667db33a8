import { slowestEvaluationMs } from '../../../promql/loaded-clocks.ts'
import { defineCheck } from '../../drill-check.ts'
import { formatLabels } from '../../../promql/labels.ts'
import { fail, pass, unknown } from '../../finding.ts'
import { deafTo } from '../../signal/deaf-target.ts'

export const check = defineCheck(
  {
    id: 'healthy-start',
    scope: 'drill',
    title: 'every target is up and no alert is active at the start',
    failureTitle: 'a target is down although its service answers',
    why: 'A drill on an unhealthy platform proves nothing about its alerts. A target that is down although its service answers is a broken promise: Prometheus sees nothing of it, and ServiceDown fires without a cause.',
    mend: 'Bring every scrape target up and resolve active alerts before the drill; Prometheus shows both under Status > Targets and Alerts. Where the service of a target answers, correct its address in prometheus.yml or its port in docker-compose.yaml.',
    example: 'target jmx-gateway (gateway:9101) is down (connect: connection refused) while gateway answered 20 of 20 requests of k6',
    needs: ['spec', 'timing', 'targets', 'alerts', 'spans', 'allLoads'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ spec, timing, targets, alerts, spans, allLoads }) => {
    const expected = `${spec.platform.targets.length} of ${spec.platform.targets.length} targets up${spans.length > 0 ? ', no specified alert active' : ''}`
    const beganMs = Math.min(...spans.map((span) => span.beginMs))
    const before = alerts.filter((history) => history.timesMs.some((t) => t < beganMs && t >= beganMs - 2 * slowestEvaluationMs(timing)))
    // What the specification does not know belongs to others: a Watchdog that always fires, another team's note.
    const own = before.filter(({ alert }) => spec.rules.some((rule) => rule.alert === alert))
    const foreign = [...new Set(before.filter((history) => !own.includes(history)).map(({ alert }) => alert))]
    const jobs = new Set(spec.platform.targets.map(({ job }) => job))
    const pointers = [targets.seq, ...new Set(before.flatMap((history) => history.seqs))]
    const trouble = [
      ...spec.platform.targets
        .filter((target) => !targets.targets.some((found) => found.job === target.job))
        .map((target) => `no target of job ${target.job}`),
      ...targets.targets
        .filter((target) => target.health !== 'up' && (jobs.size === 0 || jobs.has(target.job)))
        .map((target) => `${target.job} (${target.instance}) is ${target.health}${target.lastError === '' ? '' : `: ${target.lastError}`}`),
      ...own.map((history) => `${history.alert}${formatLabels(history.labels)} is active`),
    ]
    // A service that answers k6 is well; then what is wrong is between Prometheus and the service.
    const deaf = deafTo(spec, targets, allLoads)
    if (deaf.length > 0)
      return fail(expected, deaf.map(({ text }) => text).join('; '), pointers, {
        part: deaf[0]?.service ?? '',
        diagnosis: deaf.map(({ mend }) => mend).join(' '),
      })
    if (trouble.length > 0)
      return unknown('unhealthy-start', expected, trouble.join('; '), pointers, {
        diagnosis: `Not well before anything was harmed: ${trouble.join('; ')}. Start what is down, or correct its target in prometheus.yml; then run it again.`,
      })
    return pass(
      expected,
      `${spec.platform.targets.length} of ${spec.platform.targets.length} targets up${spans.length > 0 ? ', 0 specified alerts active' : ''}${foreign.length > 0 ? `; alerts of other rules active: ${foreign.join(', ')}` : ''}`,
      pointers,
    )
  },
)
