import type { Labels } from '../model/spec.ts'
import type { PastRun } from '../model/past-runs.ts'
import type { Verdict } from '../model/verdict.ts'
import { hasLabels, labelKey } from '../promql/labels.ts'

/** From the cheapest proof to the dearest. */
export const RUNGS = ['linted', 'simulated', 'backtested', 'fired', 'delivered', 'resolved'] as const
export type Rung = (typeof RUNGS)[number]

/** The newest proof of a rung. */
export interface Proof {
  atMs: number
  /** The run, or the file that says so. */
  by: string
}

/** A rule that is loaded, or stands in a file. */
export interface KnownRule {
  alert: string
  labels: Labels
  /** File and group. */
  place: string
}

/** A drill of history.ndjson; `verdicts` where its folder is still there. */
export interface DrilledRun {
  run: PastRun
  verdicts?: readonly Pick<Verdict, 'subject' | 'check' | 'status'>[]
}

/** A rung that was climbed without a drill. */
export interface Climbed extends Proof {
  rung: Rung
  /** Whether this rule was among those that it proved. */
  proves(rule: KnownRule): boolean
}

/** Alerts that fired in service: by ALERTS, when last; null: not known at all. */
export type Service = readonly { labels: Labels; lastMs: number }[] | null

export interface CoveredRule extends KnownRule {
  severity: string
  proofs: Partial<Record<Rung, Proof>>
  /** When it last fired in service within the window; null: it did not; undefined: not known. */
  inServiceMs: number | null | undefined
}

export interface Coverage {
  nowMs: number
  /** How far back service was looked at, ms. */
  withinMs: number
  rules: CoveredRule[]
  /** Rules whose severity asks for a proof that is not older than `maxAgeMs` and that have none. */
  tooOld: { alert: string; severity: string; provenMs: number | null }[]
  maxAgeMs: number | null
  problems: string[]
}

export interface CoverageInput extends Pick<Coverage, 'nowMs' | 'withinMs' | 'maxAgeMs'> {
  rules: readonly KnownRule[]
  drills: readonly DrilledRun[]
  climbed: readonly Climbed[]
  service: Service
  /** Severities that `maxAgeMs` is asked of; empty: all. */
  severities: readonly string[]
  problems: readonly string[]
}

/** Of each rule the newest proof of each rung; what never fired and no drill has proven comes first. */
export function coverage(input: CoverageInput): Coverage {
  const { nowMs, withinMs, maxAgeMs, severities, service } = input
  const namesakes = Map.groupBy(input.rules, ({ alert }) => alert)
  const rules = input.rules.map((rule): CoveredRule => {
    const proofs = drilledProofs(rule, namesakes.get(rule.alert) ?? [], input.drills)
    for (const { rung, atMs, by, proves } of input.climbed) if (proves(rule)) newest(proofs, rung, { atMs, by })
    const fired = service?.filter(({ labels }) => isOf(rule, namesakes.get(rule.alert) ?? [], labels)).map(({ lastMs }) => lastMs)
    return {
      ...rule,
      severity: rule.labels['severity'] ?? '',
      proofs,
      inServiceMs: fired === undefined ? undefined : fired.length === 0 ? null : Math.max(...fired),
    }
  })
  const provenMs = ({ proofs }: CoveredRule): number | null => proofs.fired?.atMs ?? null
  const tooOld = rules
    .filter(({ severity }) => maxAgeMs !== null && (severities.length === 0 || severities.includes(severity)))
    .filter((rule) => nowMs - (provenMs(rule) ?? -Infinity) > (maxAgeMs ?? Infinity))
    .map((rule) => ({ alert: rule.alert, severity: rule.severity, provenMs: provenMs(rule) }))
  const rank = (rule: CoveredRule): number => (provenMs(rule) !== null ? 2 : typeof rule.inServiceMs === 'number' ? 1 : 0)
  rules.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (provenMs(a) ?? 0) - (provenMs(b) ?? 0) ||
      gravity(a) - gravity(b) ||
      (a.alert < b.alert ? -1 : a.alert > b.alert ? 1 : 0),
  )
  return { nowMs, withinMs, rules, tooOld, maxAgeMs, problems: [...input.problems] }
}

function gravity({ severity }: CoveredRule): number {
  const at = ['critical', 'page', 'error', 'warning', 'info'].indexOf(severity)
  return at === -1 ? 5 : at
}

function newest(proofs: Partial<Record<Rung, Proof>>, rung: Rung, proof: Proof): void {
  if ((proofs[rung]?.atMs ?? -Infinity) < proof.atMs) proofs[rung] = proof
}

/** Whether an alert of these labels is of this rule: of several rules of its name, of that whose own labels it has. */
export function isOf(rule: KnownRule, namesakes: readonly KnownRule[], labels: Labels): boolean {
  if ((labels['alertname'] ?? rule.alert) !== rule.alert) return false
  const own = (each: KnownRule): Labels => Object.fromEntries(Object.entries(each.labels).filter(([, value]) => !value.includes('{{')))
  if (!hasLabels(labels, own(rule))) return false
  const count = (each: KnownRule): number => Object.keys(own(each)).length
  return namesakes.every(
    (other) => labelKey(own(other)) === labelKey(own(rule)) || !hasLabels(labels, own(other)) || count(other) <= count(rule),
  )
}

/** Checks of a drill that prove a rung; all that were judged must have passed, and one at least. */
const CHECKS = { delivered: ['notification-delivered'], resolved: ['alert-resolved', 'resolved-notified'] } as const

function drilledProofs(rule: KnownRule, namesakes: readonly KnownRule[], drills: readonly DrilledRun[]): Partial<Record<Rung, Proof>> {
  const proofs: Partial<Record<Rung, Proof>> = {}
  for (const { run, verdicts } of drills) {
    const fired = run.fired.filter(({ alert, labels }) => alert === rule.alert && isOf(rule, namesakes, labels))
    if (fired.length === 0) continue
    const proof = { atMs: Math.max(...fired.map(({ atMs }) => atMs)), by: run.runId }
    newest(proofs, 'fired', proof)
    const own = (run.results ?? []).filter(({ alert }) => alert === rule.alert)
    for (const { experiment, outcome, delays } of own) {
      for (const rung of ['delivered', 'resolved'] as const) {
        const judged = verdicts?.filter(({ subject, check }) => subject === experiment && CHECKS[rung].some((each) => each === check))
        const passed =
          judged !== undefined && judged.length > 0
            ? judged.every(({ status }) => status === 'pass')
            : outcome === 'pass' || (rung === 'delivered' && delays.some(({ what }) => what === 'delivery'))
        if (passed) newest(proofs, rung, proof)
      }
    }
  }
  return proofs
}

/** 1: a proof is too old; 3: something could not be read. */
export function exitCodeOfCoverage({ tooOld, problems }: Pick<Coverage, 'tooOld' | 'problems'>): 0 | 1 | 3 {
  return tooOld.length > 0 ? 1 : problems.length > 0 ? 3 : 0
}
