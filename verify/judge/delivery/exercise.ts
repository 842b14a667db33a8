import type { DeliveryCase } from '../../model/journal.ts'
import type { ProbeAlert } from '../../model/probe.ts'

/** An action's bracket, unix ms: not before `fromMs`, done by `byMs`. */
export interface Done {
  fromMs: number
  byMs: number
}

export interface Exercised extends ProbeAlert {
  posted: Done
  /** Undefined: it was never ended, which the exercise always does. */
  ended: Done | undefined
}

/** One case of the delivery exercise as it was carried out. */
export interface Exercise {
  case: DeliveryCase
  probe: string
  /** Why it was not tried, or could not be carried to its end. */
  skipped: string | undefined
  cutShort: string | undefined
  alerts: Exercised[]
  /** When the silence was removed. */
  unsilenced: Done | undefined
  pointers: number[]
}
