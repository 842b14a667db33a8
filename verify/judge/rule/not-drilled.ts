import type { PlannedExperiment } from '../../model/plan.ts'
import type { Labels } from '../../model/spec.ts'
import type { UnknownCause, Verdict } from '../../model/verdict.ts'
import { hasLabels } from '../../promql/labels.ts'
import type { Finding } from '../drill-check.ts'
import type { RunRecord } from '../record/recorder.ts'

/** A subject that its rule does not see, or an alert that is active without a cause. */
interface Failed {
  alert: string
  subject: Labels
  firing: boolean
}

/** Unknown for one of these, a verdict may be so because there was nothing to drill. */
const NOT_DRILLED: readonly (UnknownCause | undefined)[] = [
  'not-injected',
  'not-injectable',
  'unhealthy-start',
  'interrupted',
  'evidence-missing',
]

export interface RuleFinding {
  alert: string
  finding: Finding
}

/**
 * Which failure kept a verdict from being given. A fault that has nothing to work with (maxmemory 0) is one way; an alert that is active
 * without a cause, or a target that is down although its service answers, keeps the whole drill from its steady state.
 */
export function followsFrom(
  run: RunRecord,
  rules: readonly RuleFinding[],
  verdicts: readonly Verdict[],
): (verdict: Verdict) => string | undefined {
  const deaf = verdicts.some(({ check, status }) => check === 'healthy-start' && status === 'fail')
  if (deaf && run.footer?.ended === 'unhealthy-before')
    return ({ status, cause }) => (status === 'unknown' && NOT_DRILLED.includes(cause) ? 'healthy-start fails' : undefined)
  const failed = rules.flatMap(({ alert, finding }): Failed[] => (finding.failedFor ?? []).map((each) => ({ alert, ...each })))
  const experiments = new Map((run.header?.plan.experiments ?? []).map((each) => [each.id, each]))
  const never = neverSteady(run, rules, failed)
  return (verdict) => {
    if (verdict.status !== 'unknown' || !NOT_DRILLED.includes(verdict.cause)) return undefined
    if (rules.some(({ alert }) => alert === verdict.subject)) return undefined
    const alert = never ?? ofItsSubject(experiments.get(verdict.subject), failed)
    return alert === undefined ? undefined : `rule-sees-subject fails for ${alert}`
  }
}

function ofItsSubject(experiment: PlannedExperiment | undefined, failed: readonly Failed[]): string | undefined {
  if (experiment === undefined) return undefined
  return failed.find(({ alert, subject }) => alert === experiment.alert && hasLabels(experiment.subject, subject))?.alert
}

/** The alert that kept the drill from beginning; undefined when something else may have as well. */
function neverSteady(run: RunRecord, rules: readonly RuleFinding[], failed: readonly Failed[]): string | undefined {
  if (run.footer?.ended !== 'unhealthy-before') return undefined
  const real = rules.some(({ finding }) => finding.status === 'unknown' && finding.cause === 'unhealthy-start')
  const down = run.targets[0]?.targets.some(({ health }) => health !== 'up') ?? true
  return real || down ? undefined : failed.find(({ firing }) => firing)?.alert
}
