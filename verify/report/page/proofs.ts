import type { JournalEntry } from '../../model/journal.ts'
import type { Isolation, IsolationCell, Lane, ProofCell, Proofs } from '../../model/page.ts'
import type { AlertRef } from '../../model/spec.ts'
import type { Report } from '../../model/report.ts'
import type { Verdict } from '../../model/verdict.ts'
import { rungStatus } from '../rung-status.ts'
import { outcomeOf } from '../summarise.ts'
import { entriesOf } from './entries.ts'

const COLUMNS: readonly { id: string; title: string; checks: readonly string[] }[] = [
  { id: 'deployed', title: 'deployed as specified', checks: ['rule-as-specified', 'timing-as-specified'] },
  { id: 'sees', title: 'sees every subject', checks: ['rule-sees-subject'] },
  {
    id: 'injected',
    title: 'fault and load in effect',
    checks: ['steady-before', 'load-delivered', 'injection-took-hold', 'evidence-continuous'],
  },
  { id: 'quiet', title: 'quiet when it must be', checks: ['stayed-quiet'] },
  { id: 'fired', title: 'fired in time', checks: ['alert-pending', 'alert-fired', 'oracle-replay', 'labels-exact', 'annotations-exact'] },
  { id: 'delivered', title: 'delivered', checks: ['notification-delivered', 'no-other-receiver', 'grouped-as-specified'] },
  { id: 'resolved', title: 'resolved', checks: ['alert-resolved', 'resolved-notified'] },
  { id: 'alone', title: 'nothing else fired', checks: ['isolation', 'side-effects-fired'] },
  { id: 'answers', title: 'services keep answering', checks: ['keeps-answering'] },
]

/** The rungs below the drill: of the deployed files, before anything was touched. */
const RUNGS = ['lint', 'simulate'] as const

/** Which checks the matrix shows; a check of an experiment that no column has is an oversight. */
export const SHOWN_CHECKS: ReadonlySet<string> = new Set(COLUMNS.flatMap(({ checks }) => checks))

/** Injections by hand that the specification does not describe: there is no rule that they could prove. */
function undescribed(entries: readonly JournalEntry[]): ReadonlySet<string> {
  return new Set(entriesOf(entries, 'by-hand').flatMap(({ experiment }) => (experiment.expr === '' ? [experiment.alert] : [])))
}

export function proofsOf(entries: readonly JournalEntry[], report: Report): Proofs {
  const nameless = undescribed(entries)
  return withoutEmpty({
    columns: [...RUNGS.map((id) => ({ id, title: id })), ...COLUMNS.map(({ id, title }) => ({ id, title }))],
    rows: report.rules
      .filter(({ alert }) => !nameless.has(alert))
      .map((rule) => {
        const verdicts: Verdict[] = [
          ...rule.experiments.flatMap((experiment) => experiment.verdicts),
          ...report.others.filter((verdict) => verdict.alert === rule.alert || verdict.subject === rule.alert),
        ]
        return {
          alert: rule.alert,
          severity: rule.severity,
          cells: [
            ...RUNGS.map((rung): ProofCell => {
              const { status, findings, because } = rungStatus(
                report.rungs?.find((each) => each.rung === rung),
                rule.alert,
              )
              const said = findings.map(({ id, file, line, message }) => `${file}:${line} ${message} (${id})`)
              return {
                status,
                none: 'not run',
                says: because === '' ? said : [because],
                opens: status === null ? null : 'rungs',
              }
            }),
            ...COLUMNS.map(({ checks }): ProofCell => {
              const own = verdicts.filter(({ check }) => checks.includes(check))
              const status = own.length === 0 ? null : outcomeOf(own)
              // The one that makes the cell what it is.
              const first = own.find((verdict) => verdict.status === status)
              const experiment = rule.experiments.find(({ id }) => id === first?.subject)?.id ?? rule.experiments[0]?.id
              return {
                status,
                none: 'not drilled',
                says: own.map(({ subject, check }) => `${subject} ${check}`),
                opens: status === null || experiment === undefined ? null : `experiment/${encodeURIComponent(experiment)}`,
              }
            }),
          ],
        }
      }),
    without: [],
  })
}

/** Without the columns in which no rule has anything: a game day runs no lint, and asks no service whether it keeps answering. */
function withoutEmpty({ columns, rows }: Proofs): Proofs {
  const isEmpty = columns.map((_, index) => rows.length > 0 && rows.every(({ cells }) => cells[index]?.status === null))
  const kept = <T>(items: readonly T[]): T[] => items.filter((_, index) => isEmpty[index] !== true)
  return {
    columns: kept(columns),
    rows: rows.map((row) => ({ ...row, cells: kept(row.cells) })),
    without: columns.flatMap(({ title }, index) => (isEmpty[index] === true ? [{ title, none: rows[0]!.cells[index]!.none }] : [])),
  }
}

/** Experiment x alert, from the specification's must and may and what ALERTS shows while the experiment's fault or load was in force. */
export function isolationOf(entries: readonly JournalEntry[], lanes: readonly Lane[], report: Report): Isolation {
  const experiments = [
    ...(entriesOf(entries, 'header')[0]?.plan.experiments ?? []),
    ...entriesOf(entries, 'by-hand').flatMap(({ experiment }) => experiment ?? []),
  ]
  const nameless = undescribed(entries)
  const alerts = [...new Set(experiments.map(({ alert }) => alert))].filter((alert) => !nameless.has(alert))
  const legs = new Map(lanes.filter(({ group }) => group === 'experiments').map((lane) => [lane.label, lane.bars]))
  const fired = new Map(
    lanes.filter(({ group }) => group === 'alerts').map((lane) => [lane.label, lane.bars.filter(({ kind }) => kind === 'firing')]),
  )
  return {
    alerts,
    rows: experiments.map((experiment) => {
      const harmed = (legs.get(experiment.id) ?? []).filter(({ kind }) => kind === 'fire' || kind === 'clear')
      const names = (refs: readonly AlertRef[]): Set<string> => new Set(refs.map(({ alert }) => alert))
      const must = names(experiment.alsoMust ?? []).add(experiment.alert)
      const may = names(experiment.may ?? [])
      const verdicts = report.rules.flatMap((rule) => rule.experiments.find(({ id }) => id === experiment.id)?.verdicts ?? [])
      const failed = (check: string): string =>
        verdicts.find((verdict) => verdict.check === check && verdict.status === 'fail')?.observed ?? ''
      return {
        experiment: experiment.id,
        cells: alerts.map((alert): IsolationCell => {
          const seen = (fired.get(alert) ?? []).some((bar) => harmed.some((leg) => bar.fromMs < leg.untilMs && bar.untilMs > leg.fromMs))
          const expected = must.has(alert) ? 'must' : may.has(alert) ? 'may' : 'must not'
          const blamed = failed('isolation').includes(alert)
          const missing = (alert === experiment.alert && failed('alert-fired') !== '') || failed('side-effects-fired').includes(alert)
          const check = alert === experiment.alert ? 'alert-fired' : expected === 'must' ? 'side-effects-fired' : 'isolation'
          return {
            expected,
            fired: seen,
            byOther: seen && expected === 'must not' && !blamed,
            wrong: expected === 'must' ? missing : blamed,
            opens: `experiment/${encodeURIComponent(experiment.id)}${verdicts.some((verdict) => verdict.check === check) ? `/${check}` : ''}`,
          }
        }),
      }
    }),
  }
}
