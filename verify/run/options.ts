import type { DerivedFields } from '../grafana/derived-fields.ts'
import type { JournalBody, JournalEntry } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { LoadUse, Spec } from '../model/spec.ts'
import type { TraceToLogs } from '../grafana/trace-to-logs.ts'
import type { DeployedDashboard } from './dashboard/record-panels.ts'

export type Ended = Extract<JournalBody, { kind: 'footer' }>['ended']

type Header = Extract<JournalBody, { kind: 'header' }>

/** With what goes into the journal's header as it is. */
export interface DrillOptions extends Omit<Header, 'kind' | 'version' | 'spec' | 'plan' | 'zeroMs'> {
  /** Aborting it undoes everything and ends the drill as interrupted. */
  signal: AbortSignal
  /** How long the system may take to become steady before the first fault, besides what its loaded rules still remember. */
  steadyDeadlineMs: number
  /**
   * Whether a scrape target that goes down, or a service that ceases to answer, although nothing in force is known to disturb it ends the
   * drill, with everything undone: for a system that matters.
   */
  guardHealth?: boolean
  /** Percent of the error budget that must be left before and during the drill, under guard. */
  budgetFloor?: number
  /** Background load for the whole drill; absent where the target has its own traffic. */
  background?: LoadUse
  /** Load that warms label sets and JITs; absent where the target is warm. */
  warmUp?: LoadUse
  /** What the verifier itself has used so far; goes into the journal at the end. */
  usage?: () => { cpuS: number; peakRssBytes: number }
  /** Of the deployed Grafana's data sources; null when the target does not say where they are. */
  derivedFields: DerivedFields | null
  /** Of its Jaeger data source; absent where none is known or deployed. */
  traceToLogs?: TraceToLogs
  /** Whether synthetic alerts may be posted to the target's Alertmanager, to see inhibition, silences, grouping and repetition. */
  deliveryProbes?: boolean
  /** Whose panels are compared with the load that the drill made; absent where no dashboard is known. */
  dashboard?: DeployedDashboard
  /**
   * Asked while a firing alert or a target that is down keeps the drill from its steady state, of what was seen at that moment: why no
   * waiting will mend it.
   */
  inVain?: (seen: readonly JournalEntry[]) => string | undefined
  /**
   * Asked after each completed attempt, when the journal has all of it: what is to be tried again, with the reason for each; null to end.
   */
  again?: () => Promise<Again | null>
}

export interface Again {
  /** The same plan with those experiments and outages alone. */
  plan: Plan
  because: Readonly<Record<string, string>>
  /** Set: the plan confirms failures alone (its ids are new); what was in force beside each, and the specification under the new ids. */
  confirms?: { beside: Record<string, string[]>; spec: Spec }
}
