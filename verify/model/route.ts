/** One condition on a label, as Alertmanager has it. A label that an alert does not have is ''. */
export interface Matcher {
  label: string
  op: '=' | '!=' | '=~' | '!~'
  value: string
}

/** How messages are put together and paced. */
export interface GroupingSpec {
  groupBy: string[]
  groupWaitMs: number
  groupIntervalMs: number
  repeatIntervalMs: number
}

/** A node of Alertmanager's route tree with everything it inherits. Milliseconds. */
export interface LoadedRoute extends GroupingSpec {
  receiver: string
  matchers: Matcher[]
  /** Texts that stand for matchers and could not be read. */
  broken?: string[]
  continues: boolean
  routes: LoadedRoute[]
  /** Time intervals by name, its own alone: routes below do not inherit them. */
  muteTimes?: string[]
  activeTimes?: string[]
}

/** Both ends included, but for minutes, whose end is not. */
export type TimeRange = [from: number, to: number]

/** One of the times of a named time interval: all that is given must hold. */
export interface TimeSpan {
  /** Of the day. */
  minutes?: TimeRange[]
  /** 0 is Sunday. */
  weekdays?: TimeRange[]
  /** From 1, or from -1 backwards. */
  daysOfMonth?: TimeRange[]
  /** From 1. */
  months?: TimeRange[]
  years?: TimeRange[]
  /** A zone of the IANA database; UTC when absent. */
  location?: string
}
