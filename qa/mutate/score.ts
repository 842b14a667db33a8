import type { FindingSummary } from '../../verify/model/lint-finding.ts'
import type { Judged, Rung } from './mutant.ts'
import { BY_WARNING } from './mutate.ts'
import type { MutationRun } from './mutate.ts'

export interface Tally {
  killed: number
  survived: number
  equivalent: number
  stillborn: number
  byRung: Record<Rung, number>
}

export interface Score {
  total: Tally
  operators: Record<string, Tally>
  /** killed / (killed + survived), 0..1; NaN when nothing was judged. */
  score: number
}

function empty(): Tally {
  return { killed: 0, survived: 0, equivalent: 0, stillborn: 0, byRung: { lint: 0, simulate: 0, live: 0 } }
}

function count(tally: Tally, { fate, rung }: Judged): void {
  tally[fate]++
  if (rung !== undefined) tally.byRung[rung]++
}

function share(tally: Tally): number {
  return tally.killed / (tally.killed + tally.survived)
}

export function scoreOf(judged: Judged[]): Score {
  const total = empty()
  const operators: Record<string, Tally> = {}
  for (const each of judged) {
    count(total, each)
    count((operators[each.mutant.operator] ??= empty()), each)
  }
  return { total, operators, score: share(total) }
}

/** Blind changes that nothing notices and no explanation knows. */
export function unexplainedIn(judged: readonly Judged[]): Judged[] {
  return judged.filter(({ fate, by }) => fate === 'survived' && by === '')
}

/** Changes that an explanation calls equivalent and a check an error. */
export function contradictionsIn(judged: readonly Judged[]): (Judged & { contradicts: string })[] {
  return judged.flatMap((each) => (each.contradicts === undefined ? [] : [{ ...each, contradicts: each.contradicts }]))
}

function reasonsOf(judged: readonly Judged[], fate: Judged['fate']): [string, number][] {
  const reasons = Map.groupBy(
    judged.filter((each) => each.fate === fate),
    ({ by }) => by,
  )
  return [...reasons].map(([reason, of]): [string, number] => [reason, of.length]).sort((a, b) => b[1] - a[1])
}

/** The score of the operators, and beside it that of the blind changes. */
export function formatScore(run: MutationRun): string {
  const blind = run.blind.length === 0 ? '' : `\nchanges that know nothing of the checks:\n${formatted(run.blind, 'blind mutation score')}`
  return `${run.judged.length === 0 && blind !== '' ? '' : formatted(run.judged, 'mutation score')}${blind}`
}

function formatted(judged: Judged[], title: string): string {
  const { total, operators, score } = scoreOf(judged)
  const percent = (value: number): string => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`)
  const warned = judged.filter(({ by }) => by.endsWith(BY_WARNING)).length
  const lines = ['operator                    killed  lint  simulate  live  survived  equivalent  stillborn    score']
  for (const [name, tally] of Object.entries(operators).sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(
      [
        name.padEnd(26),
        String(tally.killed).padStart(8),
        String(tally.byRung.lint).padStart(6),
        String(tally.byRung.simulate).padStart(10),
        String(tally.byRung.live).padStart(6),
        String(tally.survived).padStart(10),
        String(tally.equivalent).padStart(12),
        String(tally.stillborn).padStart(11),
        percent(share(tally)).padStart(9),
      ].join(''),
    )
  }
  lines.push(
    '',
    `${title} ${percent(score)}: ${total.killed} of ${total.killed + total.survived} killed (lint ${total.byRung.lint}, simulate ${total.byRung.simulate}, live ${total.byRung.live}${warned === 0 ? '' : `; ${warned} of them by a warning only`}); ${total.equivalent} equivalent, ${total.stillborn} stillborn`,
  )
  for (const { mutant, by } of judged.filter(({ fate }) => fate === 'survived'))
    lines.push(
      '',
      `survivor ${mutant.id} (${mutant.operator}) ${mutant.file}: ${mutant.what}${by === '' ? '' : ` (known: ${by})`}`,
      ...mutant.before.split('\n').map((line) => `  - ${line}`),
      ...mutant.after.split('\n').map((line) => `  + ${line}`),
    )
  for (const { mutant, by, contradicts } of contradictionsIn(judged))
    lines.push(
      '',
      `contradiction ${mutant.id} (${mutant.operator}) ${mutant.file}: ${mutant.what}`,
      `  ${by} finds an error; equivalent: ${contradicts}`,
    )
  for (const fate of ['survived', 'equivalent'] as const)
    for (const [reason, count] of reasonsOf(judged, fate))
      lines.push('', `${count} ${fate}: ${reason === '' ? 'no reason is known' : reason}`)
  return `${lines.join('\n')}\n`
}

/** Survivors as findings, for code scanning and CI. */
export function scoreJson(run: MutationRun): string {
  const score = scoreOf(run.judged)
  const survivors = [...run.judged, ...run.blind].filter(({ fate }) => fate === 'survived').map(({ mutant: { text: _, ...rest } }) => rest)
  const findings = survivors.map((mutant) => ({
    id: 'mutant-survived',
    severity: 'error',
    subject: mutant.operator,
    file: mutant.file,
    line: 1,
    column: 1,
    expected: 'a check that notices',
    observed: mutant.what,
    message: 'a change that nothing noticed',
  }))
  const summary: FindingSummary = {
    errors: findings.length,
    warnings: 0,
    notes: 0,
    files: new Set([...run.judged, ...run.blind].map(({ mutant }) => mutant.file)).size,
    checks: run.judged.length + run.blind.length,
  }
  return `${JSON.stringify({ findings, summary, ...score, blind: scoreOf(run.blind), survivors, equivalents: run.judged.filter(({ fate }) => fate === 'equivalent').map(({ mutant, by }) => ({ id: mutant.id, operator: mutant.operator, what: mutant.what, because: by })) }, null, 2)}\n`
}
