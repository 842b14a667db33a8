import type { LoadedGroup } from '../model/journal.ts'
import { distinct } from '../text/distinct.ts'
import type { Candidate } from './candidate.ts'
import { HistoryError } from './history-port.ts'
import type { History } from './history-port.ts'
import type { Hole } from './holes.ts'
import { known } from './known.ts'
import type { Known, Window } from './known.ts'
import { backtestRule } from './backtest-rule.ts'
import type { RuleResult } from './backtest-rule.ts'
import type { Try } from './tries.ts'

export interface BacktestResult extends Window, Pick<Known, 'version' | 'loadedMs' | 'warnings' | 'notifications'> {
  prometheus: string
  rules: RuleResult[]
  /** null: the server does not scrape itself, so nothing is known of them. */
  holes: Hole[] | null
  /** Rules that were not looked at, for the server did not answer, and why. */
  unanswered: { alert: string; because: string }[]
}

export interface BacktestOptions extends Window {
  prometheus: string
  groups: readonly LoadedGroup[]
  rules: readonly Candidate[]
  tries: readonly Try[]
  ignoreLabels: readonly string[]
  /** Rules at a time. */
  concurrency: number
  progress(done: number, all: number): void
  signal: AbortSignal
}

/** Looks back over a window, rule by rule. Rejects with HistoryError where not even the alerts of the window can be read. */
export async function backtest(history: History, options: BacktestOptions): Promise<BacktestResult> {
  const { fromMs, untilMs, prometheus, groups, tries, signal } = options
  const window = { fromMs, untilMs }
  const rules = distinct(options.rules, (rule) => JSON.stringify([rule.alert, rule.place, rule.expr, rule.forMs, rule.labels]))
  const found = await known(history, groups, rules, window, options.ignoreLabels)
  const results = new Map<Candidate, RuleResult>()
  const unanswered: BacktestResult['unanswered'] = []
  const queue = [...rules]
  let inVain: HistoryError | undefined
  const work = async (): Promise<void> => {
    for (let rule = queue.shift(); rule !== undefined && !signal.aborted; rule = queue.shift()) {
      try {
        if (inVain !== undefined) throw inVain
        results.set(rule, await backtestRule(history, found, rule, window, tries))
      } catch (error) {
        if (!(error instanceof HistoryError)) throw error
        // A server that is gone is not asked a thousand times more.
        if (error.trouble === 'refused' || (error.trouble === 'unreachable' && unanswered.length >= MANY)) inVain = error
        unanswered.push({ alert: rule.alert, because: error.message })
      }
      options.progress(results.size + unanswered.length, rules.length)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, options.concurrency) }, work))
  return {
    ...window,
    prometheus,
    version: found.version,
    rules: rules.flatMap((rule) => results.get(rule) ?? []),
    holes: found.holes === null ? null : [...found.holes],
    loadedMs: found.loadedMs,
    warnings: found.warnings,
    notifications: found.notifications,
    unanswered,
  }
}

const MANY = 5

/** 0 every rule as recorded; 1 one differs; 3 what could not be decided. */
export function exitCodeOfBacktest({ rules, unanswered }: Pick<BacktestResult, 'rules' | 'unanswered'>): 0 | 1 | 3 {
  if (rules.some(({ outcome }) => outcome === 'differs')) return 1
  return unanswered.length > 0 ||
    rules.some(({ outcome, undecided }) => outcome === 'unknown' || (outcome === 'would' && undecided.length > 0))
    ? 3
    : 0
}
