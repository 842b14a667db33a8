import type { Plan, PlannedExperiment, Timing, Window } from '../model/plan.ts'
import { combinations } from '../promql/labels.ts'
import type { Labels, RuleSpec, Spec } from '../model/spec.ts'
import { kebabCase, sameName } from '../text/names.ts'
import { FiredrillError } from '../model/error.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { routedTo } from '../routing/tree.ts'
import { promisedRule, type PlanOptions } from './make-plan.ts'
import { timingFromSpec } from './timing.ts'

const NEVER: Window = { earliestMs: 0, latestMs: 0 }

/**
 * Every rule for each of its subjects, observed for `forMs` while nothing is done to the platform; `timing` is what is loaded there.
 * @throws FiredrillError UNKNOWN_SELECTION, NOTHING_SELECTED (exit 2)
 */
export function observationPlan(
  spec: Spec,
  { speed, only = [], skip = [], compressExpr }: Pick<PlanOptions, 'speed' | 'only' | 'skip' | 'compressExpr'>,
  timing: Timing,
  forMs: number,
): Plan {
  const names = spec.rules.map(({ alert }) => alert)
  const unknown = [...only, ...skip].find((name) => !names.some((alert) => sameName(alert, name)))
  if (unknown !== undefined)
    throw new FiredrillError('UNKNOWN_SELECTION', `no alert is called "${unknown}", and an observation is about alerts alone`, {
      next: suggestion(unknown, names.map(kebabCase)),
    })
  const has = (list: readonly string[], { alert }: RuleSpec): boolean => list.some((name) => sameName(alert, name))
  const rules = spec.rules.filter((rule) => (only.length === 0 || has(only, rule)) && !has(skip, rule))
  if (rules.length === 0) throw new FiredrillError('NOTHING_SELECTED', 'no rule is left to observe', { next: 'Skip fewer rules.' })
  const promised = spec.rules.map((rule) => promisedRule(rule, { speed, compressExpr }))
  const experiments = rules.flatMap((rule) =>
    combinations(rule.holdsFor).map((subject) => observedRule(rule, subject, spec, { speed, compressExpr }, forMs)),
  )
  return {
    speed,
    seed: 0,
    timing,
    promised: { timing: timingFromSpec(spec, speed), rules: promised },
    experiments,
    traces: [],
    logs: [],
    serial: false,
    makespanMs: forMs,
    lowerBoundMs: forMs,
    criticalPath: [],
    conflicts: [],
    observe: true,
  }
}

function observedRule(
  rule: RuleSpec,
  subject: Labels,
  { rules, routing }: Spec,
  options: Pick<PlanOptions, 'speed' | 'compressExpr'>,
  forMs: number,
): PlannedExperiment {
  const { alert, condition, labels, annotations } = rule
  const { value, ...clocks } = promisedRule(rule, options)
  // A ladder has one name for a warning and a critical alert.
  const severity = rules.filter((other) => other.alert === alert).length > 1 ? [labels['severity'] ?? ''] : []
  return {
    ...clocks,
    id: [kebabCase(alert), ...severity, ...Object.values(subject)].join('-'),
    alert,
    title: `${alert} is observed`,
    startMs: 0,
    durationMs: forMs,
    legs: [{ name: 'observe', atMs: 0, holdMs: forMs, because: 'nothing is injected' }],
    windows: { pending: NEVER, firing: NEVER, notified: NEVER, resolved: NEVER, resolvedNotified: NEVER },
    expr: options.compressExpr(condition.expr, options.speed),
    valueExpr: options.compressExpr(condition.value, options.speed),
    threshold: value?.threshold ?? condition.threshold,
    comparator: condition.comparator,
    subject,
    labels,
    annotations,
    injection: {
      expr: options.compressExpr(condition.value, options.speed),
      comparator: condition.comparator,
      threshold: condition.threshold,
      title: 'none',
    },
    alsoMust: [],
    may: [],
    effects: [],
    observes: [],
    receiver: routedTo(routing, { alertname: alert, ...labels, ...subject }),
  }
}
