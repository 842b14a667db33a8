import { defineCheck } from '../../drill-check.ts'
import { clockTime } from '../../../text/instant.ts'
import { drillAnswers, figure, nothingToJudge, scaleOf } from '../../slo/panel-evidence.ts'
import type { Promised } from '../../slo/panel-evidence.ts'
import { numberOf } from '../../slo/truth.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'
import { slicesOf } from '../../record/load-seconds.ts'

/** What double arithmetic in another order may differ by. */
const RELATIVE = 1e-6

export const check = defineCheck(
  {
    id: 'slo-budget-sign',
    scope: 'drill',
    title: 'the error budget is (1 - error rate / SLO) * 100 at every instant, negative while errors exceed the SLO',
    failureTitle: 'the error budget differs from (1 - error rate / SLO) * 100',
    why: 'A budget that stops at zero, or uses another SLO, hides how far it is overspent.',
    mend: "In the SLO dashboard, make the budget's query (1 - error rate / SLO) * 100 without clamp_min, with the specified SLO.",
    example: 'Error budget shows 0 at 12:00:30, where the error rate is 0.02 (expected -1900)',
    needs: ['spec', 'dashboard', 'panels', 'allLoads'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ spec: { slo }, dashboard, panels, allLoads }) => {
    const nothing = nothingToJudge(slo, dashboard)
    if (nothing !== undefined || dashboard === null) return nothing ?? skip('', '')
    const promised = (measures: 'error-rate' | 'error-budget'): Promised | undefined =>
      slo.panels.find((panel) => panel.measures === measures && panel.by === undefined)
    const [ratePanel, budgetPanel] = [promised('error-rate'), promised('error-budget')]
    const expected = `(1 - error rate / ${slo.errorRate}) * 100`
    if (budgetPanel === undefined || ratePanel === undefined)
      return skip(expected, 'the specification promises no error rate and budget', [dashboard.seq])
    const [[rate], [budget]] = [
      drillAnswers(panels, dashboard, ratePanel.title, true),
      drillAnswers(panels, dashboard, budgetPanel.title, true),
    ]
    const pointers = [dashboard.seq, ...[rate, budget].flatMap((entry) => entry?.seq ?? [])]
    const broken = [rate, budget].find((entry) => entry?.error !== undefined)
    if (broken?.error !== undefined) return fail(expected, `${broken.title}: ${broken.error}`, pointers)
    if (rate === undefined || budget === undefined)
      return unknown(
        'evidence-missing',
        expected,
        `${rate === undefined ? ratePanel.title : budgetPanel.title} was not queried during the drill`,
        pointers,
      )
    const rates = new Map(
      (rate.series[0]?.values ?? []).map(([timeS, value]) => [timeS, numberOf(value) / scaleOf(dashboard, ratePanel, slo)]),
    )
    let compared = 0
    let overspent = 0
    let worst = Infinity
    for (const [timeS, text] of budget.series[0]?.values ?? []) {
      const error = rates.get(timeS)
      const left = numberOf(text) / scaleOf(dashboard, budgetPanel, slo)
      if (error === undefined || !Number.isFinite(error) || !Number.isFinite(left)) continue
      compared++
      const wanted = (1 - error / slo.errorRate) * 100
      if (Math.abs(left - wanted) > RELATIVE * Math.max(100, Math.abs(wanted))) {
        return fail(
          `${figure(wanted)} at ${clockTime(timeS * 1000)}, where the error rate is ${figure(error)}`,
          `${budgetPanel.title} shows ${figure(left)}`,
          pointers,
          {
            part: budgetPanel.title,
            diagnosis: budgetMend(budgetPanel.title, slo.errorRate, budget.expr),
          },
        )
      }
      if (left < 0) overspent++
      worst = Math.min(worst, left)
    }
    const service = slo.measured?.service
    const answered = allLoads
      .flatMap((load) => slicesOf(load, service, budget.fromMs, budget.untilMs))
      .filter((slice) => slice.fromMs >= budget.fromMs && slice.fromMs + 1_000 <= budget.untilMs)
    const errors = answered.reduce(
      (sum, { statuses }) => sum + Object.entries(statuses).reduce((own, [status, count]) => own + (status.startsWith('5') ? count : 0), 0),
      0,
    )
    const observed = `equal at ${compared} instants, negative at ${overspent} of them${overspent > 0 ? `, ${figure(worst)} at worst` : ''}; k6 got ${errors} errors from ${service ?? 'the service'}`
    if (compared === 0) return unknown('evidence-missing', expected, 'error rate and budget had no common instant with numbers', pointers)
    if (overspent > 0) return pass(expected, observed, pointers)
    // One error among some thousand answers is within the objective, and the first of a kind is in no rate(); several in each of several
    // seconds are seen.
    const overSlo =
      answered.filter(({ statuses }) => {
        const all = Object.entries(statuses).reduce((sum, [status, count]) => sum + (status === '0' ? 0 : count), 0)
        return (
          Object.entries(statuses).reduce((sum, [status, count]) => sum + (status.startsWith('5') ? count : 0), 0) >
          Math.max(1, 20 * slo.errorRate * all)
        )
      }).length >= 3
    if (overSlo)
      return fail('a negative budget while k6 got errors', observed, pointers, {
        diagnosis: `The panel's query does not see the errors: ${budget.expr}`,
      })
    return skip(expected, `${observed}: nothing in this drill overspends the budget`, pointers)
  },
)

function budgetMend(title: string, errorRate: number, query: string): string {
  const [clamp] = /\bclamp(?:_min|_max)?(?=\s*\()/.exec(query) ?? []
  const mend =
    clamp === undefined
      ? `In the SLO dashboard, make the query of ${title} (1 - error rate / ${errorRate}) * 100.`
      : `In the SLO dashboard, take ${clamp}() out of the query of ${title}: it has to go below zero.`
  return `${mend} It is ${query}`
}
