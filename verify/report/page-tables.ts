import type { IsolationCell, Page, ProofCell } from '../model/page.ts'
import { figure } from '../text/figure.ts'
import { table } from './blocks.ts'
import type { Block, Cell } from './blocks.ts'
import { took } from './time.ts'

/** What the page draws of all rules at once, as tables: who runs no script sees the same. */
export function pageTables(page: Page): Block[] {
  return [
    ...section('What is proven of each rule', proofs(page)),
    ...section('The chain of each experiment, from the target to the resolved notification', chains(page)),
    ...section('Which alert fired during which experiment', isolation(page)),
    ...section('What the SLO panels showed', panels(page)),
    ...section('How long answers, spans and lines took beside each outage', outages(page)),
    ...section('Which experiment passed in which run', runs(page)),
  ]
}

function section(text: string, blocks: Block[]): Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'heading', text }, ...blocks]
}

function proofs({ proofs: { columns, rows, without }, report }: Page): Block[] {
  const experiments = new Map(report.rules.map((rule) => [rule.alert, rule.experiments.map(({ id }) => id).join(', ')]))
  const cell = ({ status, none }: ProofCell): Cell => (status === null ? none : { status })
  const left = (['not run', 'not drilled'] as const).flatMap((none): Block[] => {
    const titles = without.flatMap((each) => (each.none === none ? [each.title] : []))
    const text = `${none === 'not run' ? 'Not run before it' : 'Not looked at in this run'}: ${titles.join(', ')}.`
    return titles.length === 0 ? [] : [{ kind: 'line', text }]
  })
  return [
    ...table(
      ['rule', 'severity', 'experiments', ...columns.map(({ title }) => title)],
      rows.map(({ alert, severity, cells }) => [alert, severity, experiments.get(alert) ?? '', ...cells.map(cell)]),
    ),
    ...left,
  ]
}

function chains({ signals }: Page): Block[] {
  const chained = Object.values(signals).filter(({ chain }) => chain.length > 0)
  const names = [...new Set(chained.flatMap(({ chain }) => chain.map(({ name }) => name)))]
  return table(
    ['experiment', ...names],
    chained.map(({ experiment, chain }) => [
      experiment,
      ...names.map((name): Cell => {
        const status = chain.find((link) => link.name === name)?.status
        return status === undefined ? '' : status === 'not reached' ? status : { status }
      }),
    ]),
  )
}

function isolation({ isolation: { alerts, rows } }: Page): Block[] {
  if (rows.length === 0) return []
  return [
    ...table(
      ['experiment', ...alerts],
      rows.map(({ experiment, cells }) => [
        experiment,
        ...cells.map((cell): Cell => (cell.wrong ? { status: 'fail', text: seen(cell) } : seen(cell))),
      ]),
    ),
    {
      kind: 'line',
      text: '● fired while this experiment’s fault or load was in force. · another experiment, at the same time, fires it. ○ must fire and did not. – did not fire. (may): it is allowed to fire.',
    },
  ]
}

/** What was seen of an alert while an experiment was in force, against what is expected. */
function seen({ expected, fired, byOther }: IsolationCell): string {
  const sign = fired ? (byOther ? '· by another' : '● fired') : expected === 'must' ? '○ must fire' : '–'
  return expected === 'may' ? `${sign} (may)` : sign
}

function panels({ panels: charts }: Page): Block[] {
  return table(
    ['panel', 'of', 'showed', 'counted', 'by', 'window', 'objective'],
    charts.flatMap(({ title, unit, truth, objective, lines }) =>
      lines.map(({ name, number }): Cell[] => [
        title,
        name,
        figure(number.shown, unit),
        figure(number.truth, unit),
        truth,
        took(number.windowMs),
        figure(objective, unit),
      ]),
    ),
  )
}

function outages({ outages: courses }: Page): Block[] {
  return table(
    ['outage', 'of each request', 'came', 'min', 'median', 'p99', 'max'],
    courses.flatMap(({ outage, spreads }) =>
      spreads.map(({ of, sent, came, quantiles }): Cell[] => [
        outage,
        of,
        `${came} of ${sent}`,
        ...(['min', 'median', 'p99', 'max'] as const).map((name) => figure(quantiles?.[name], 'ms')),
      ]),
    ),
  )
}

function runs({ report: { history } }: Page): Block[] {
  if (history === undefined) return []
  return table(
    [
      'experiment',
      ...history.runs.map((_, index) => (index === history.runs.length - 1 ? 'now' : String(index - history.runs.length + 1))),
    ],
    history.experiments.map(({ id, outcomes }) => [id, ...outcomes.map((status): Cell => (status === null ? '–' : { status }))]),
  )
}
