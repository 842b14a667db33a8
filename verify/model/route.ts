/** One condition on a label, as Alertmanager has it. A label that an alert does not have is ''. */
export interface Matcher {
  label: string
  op: '=' | '!=' | '=~' | '!~'
  value: string
}

/** A node of Alertmanager's route tree with everything it inherits. Milliseconds. */
export interface LoadedRoute {
  receiver: string
  matchers: Matcher[]
  /** Texts that stand for matchers and could not be read. */
  broken?: string[]
  continues: boolean
  groupBy: string[]
  groupWaitMs: number
  groupIntervalMs: number
  repeatIntervalMs: number
  routes: LoadedRoute[]
  /** Time intervals by name, its own alone: routes below do not inherit them. */
  muteTimes?: string[]
  activeTimes?: string[]
}
