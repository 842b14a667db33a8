import { selectors } from '../promql/ast.ts'
import type { Selector } from '../promql/ast.ts'
import { NotEvaluated, evaluate, selects } from '../promql/evaluate.ts'
import type { Row, SteadySeries } from '../promql/evaluate.ts'
import { compares } from '../promql/operators.ts'
import { sameValue } from '../promql/expression-difference.ts'
import { formatLabels, hasLabels } from '../promql/labels.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { AlertRef, FaultUse, Labels, PartSpec, PlatformSpec, RuleSpec, Spec } from '../model/spec.ts'
import type { Selected } from './select.ts'

/** What a fault makes of its part, by the fault's own meta; undefined for one that leaves it up. */
export type LeavesPart = (faultId: string) => 'down' | 'hung' | undefined

export interface CausedAlert {
  alert: string
  labels: Labels
  because: string
}

/**
 * Faults and loads that make another rule's condition true, although their experiment names that alert neither in `may` nor in `also-must`:
 * the drill would fail by an alert that it did not expect. Known are what a failed part does to samples (platform.yaml, and its own
 * scrapes), and for every rule that looks at the same value the level that an experiment brings about. Asked of all experiments, also of
 * those that this drill leaves out: a new rule is warned of today, not in the night whose turn it is.
 */
export function unnamedSideEffects(spec: Spec, outageIds: readonly string[], leaves: LeavesPart): string[] {
  const all = spec.rules.flatMap((rule) => rule.experiments.map((experiment) => ({ rule, experiment })))
  const well = wellOf(spec)
  const ofExperiments = all.flatMap(({ rule, experiment }) => {
    const expected: Pick<AlertRef, 'alert' | 'labels'>[] = [
      { alert: rule.alert, labels: experiment.subject },
      ...experiment.alsoMust,
      ...experiment.may,
    ]
    const caused = [...causedBy(experiment.fire.fault, spec, leaves, well), ...causedByLevel({ rule, experiment }, spec.rules)]
    return unexpected(caused, expected).map((found) => warning(experiment.id, found, 'name it in may or also-must, with why'))
  })
  const outages = (spec.outages ?? []).filter(({ id }) => outageIds.includes(id))
  const ofOutages = outages.flatMap(({ id, fault }) =>
    causedBy(fault, spec, leaves, well).map((found) =>
      warning(id, found, 'prove it by an experiment, and put the outage beside that (during)'),
    ),
  )
  return [...new Set([...ofExperiments, ...ofOutages])]
}

function warning(id: string, { alert, labels, because }: CausedAlert, next: string): string {
  return `${id} makes ${alert} ${formatLabels(labels)} true (${because}): ${next}`
}

function unexpected(caused: readonly CausedAlert[], expected: readonly Pick<AlertRef, 'alert' | 'labels'>[]): CausedAlert[] {
  return caused.filter(({ alert, labels }) => !expected.some((each) => each.alert === alert && hasLabels(labels, each.labels)))
}

/** The platform without a fault: what each rule is true for then, and what it looks at. Every fault is held against the same. */
interface Well {
  world: SteadySeries[]
  rules: { rule: RuleSpec; selectors: readonly Selector[]; rows: ReadonlySet<string> }[]
}

function wellOf({ platform, rules }: Pick<Spec, 'platform' | 'rules'>): Well {
  const world = upSeries(platform)
  return {
    world,
    rules: rules.map((rule) => {
      const parsed = parsePromql(rule.condition.expr)
      return {
        rule,
        selectors: parsed.ok ? selectors(parsed.expr) : [],
        rows: new Set(rowsOf(rule, world).map(({ labels }) => formatLabels(labels))),
      }
    }),
  }
}

/** Alerts whose condition is true while the fault's part is down (hung), and not while all is well. */
export function causedBy(
  fault: FaultUse | undefined,
  spec: Pick<Spec, 'platform' | 'rules'>,
  leaves: LeavesPart,
  well: Well = wellOf(spec),
): CausedAlert[] {
  const state = fault === undefined ? undefined : leaves(fault.id)
  if (fault === undefined || state === undefined) return []
  const { world, changed } = harmedWorld(spec.platform, { part: fault.target, state }, well.world)
  return well.rules.flatMap(({ rule, selectors: asked, rows: before }) => {
    // What looks at nothing that has changed is as true as before.
    if (!asked.some((selector) => changed.some((each) => selects(selector, each)))) return []
    const rows = rowsOf(rule, world).filter(({ labels }) => !before.has(formatLabels(labels)))
    return rows.map(({ labels }) => ({
      alert: rule.alert,
      labels: { ...labels, ...rule.labels },
      because: `${fault.target} is ${state}: ${rule.condition.expr.replace(/\s+/g, ' ')}`,
    }))
  })
}

function rowsOf({ condition }: RuleSpec, world: SteadySeries[]): Row[] {
  const parsed = parsePromql(condition.expr)
  if (!parsed.ok) return []
  try {
    const result = evaluate(parsed.expr, world)
    return result.kind === 'vector' ? result.rows : []
  } catch (error) {
    // What a steady world cannot answer is not known; it is not guessed.
    if (error instanceof NotEvaluated) return []
    throw error
  }
}

function upSeries({ targets }: PlatformSpec): SteadySeries[] {
  return targets.map(({ job, address }) => series('up', { job, instance: address }, 1))
}

/** `up` of every target, and what others report of the part that is harmed; and the series that are not as in `well`. */
function harmedWorld(
  { targets, services, parts = [] }: PlatformSpec,
  harmed: { part: string; state: 'down' | 'hung' },
  well: readonly SteadySeries[],
): { world: SteadySeries[]; changed: SteadySeries[] } {
  const part: PartSpec | undefined = [...services, ...parts].find(({ name }) => name === harmed.part)
  const reported = Object.entries((harmed.state === 'hung' ? part?.whenHung : part?.whenDown) ?? {}).flatMap(([text, value]) => {
    const parsed = parsePromql(text)
    if (!parsed.ok || parsed.expr.kind !== 'selector') return []
    const labels: Labels = Object.fromEntries(parsed.expr.matchers.map(({ label, value: each }) => [label, each]))
    const target = targets.find(({ job }) => job === labels['job'])
    return [series(parsed.expr.metric ?? '', { ...(target === undefined ? {} : { instance: target.address }), ...labels }, value)]
  })
  const own = (each: SteadySeries): boolean => hostOf(each.labels['instance'] ?? '') === harmed.part
  const replaced = (each: SteadySeries): boolean =>
    reported.some(({ metric, labels }) => metric === each.metric && hasLabels(each.labels, labels))
  const kept = well.filter((each) => !replaced(each)).map((each) => (own(each) ? { ...each, value: 0 } : each))
  return {
    world: [...kept, ...reported],
    changed: [...well.filter((each) => own(each) || replaced(each)), ...reported],
  }
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '')
}

function series(metric: string, labels: Labels, value: number): SteadySeries {
  return { metric, labels, value, ratePerS: 0 }
}

/** `and` and `unless` ask for more than a level: whether that holds then is not known, and not guessed. */
function isLevelAlone({ condition }: RuleSpec): boolean {
  const parsed = parsePromql(condition.expr)
  return parsed.ok && !(parsed.expr.kind === 'binary' && (parsed.expr.op === 'and' || parsed.expr.op === 'unless'))
}

/** Other rules that look at the same value, and for which the level is on the firing side. */
function causedByLevel({ rule, experiment }: Selected, rules: readonly RuleSpec[]): CausedAlert[] {
  const { condition } = rule
  return rules
    .filter((other) => other.alert !== rule.alert && sameValue(condition.value, other.condition.value) && isLevelAlone(other))
    .flatMap((other) => {
      const { comparator, threshold, kind, quantile = 0 } = other.condition
      // The level of a quantile is a share of slow requests, slow by the rule's own threshold.
      const holds =
        kind === 'quantile'
          ? threshold <= condition.threshold && experiment.fire.level > 1 - quantile
          : compares(experiment.fire.level, comparator, threshold)
      return holds
        ? [
            {
              alert: other.alert,
              labels: { ...experiment.subject, ...other.labels },
              because: `its condition looks at the value that ${rule.alert} looks at, and the level is ${experiment.fire.level}`,
            },
          ]
        : []
    })
}
