import { evaluationIntervalOf, LOOKBACK_MS } from '../../../promql/loaded-clocks.ts'
import type { DashboardPanel } from '../../../model/journal.ts'
import type { Matcher } from '../../../model/route.ts'
import type { Labels, RuleSpec } from '../../../model/spec.ts'
import { matches } from '../../../routing/route-matchers.ts'
import { defineCheck } from '../../drill-check.ts'
import { formatLabels, labelKey, withoutLabels } from '../../../promql/labels.ts'
import { answersOf, drillAnswers, nothingToJudge, onePanel, promisedPanel } from '../../slo/panel-evidence.ts'
import { numberOf } from '../../slo/truth.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

/** A resolved alert leaves the list with the next evaluation; on a busy machine some evaluations may be late. */
const LATE_EVALUATIONS = 10

export const check = defineCheck(
  {
    id: 'slo-panel-has-data',
    scope: 'drill',
    title: 'every panel of the SLO dashboard has data, and the alert list has every active alert',
    failureTitle: 'a panel of the SLO dashboard has no data, or the alert list is wrong',
    why: 'An empty panel looks like a healthy one until the incident in which it is needed.',
    mend: 'In the SLO dashboard, correct the query, data source or filter of the panel that the finding names.',
    example: 'Latency p95 is empty (histogram_quantile(...)); Active alerts never listed ServiceDown',
    needs: ['spec', 'timing', 'dashboard', 'panels', 'alerts', 'allLoads', 'counters'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ spec, timing, dashboard, panels, alerts, allLoads, counters }) => {
    const nothing = nothingToJudge(spec.slo, dashboard)
    if (nothing !== undefined || dashboard === null) return nothing ?? skip('', '')
    const trouble: string[] = []
    const quiet: string[] = []
    const untold: string[] = []
    const missing = new Set<string>()
    const list = spec.slo.panels.find(({ measures }) => measures === 'active-alerts')?.title
    for (const { title, measures } of spec.slo.panels) {
      const panel = promisedPanel(dashboard, title)?.panel
      if (panel === undefined) trouble.push(`there is no panel ${title}`)
      // Grafana's own list of alerts sends no query.
      else if (measures === 'active-alerts' && panel.type === 'alertlist')
        trouble.push(...leftOut(panel, [], spec.rules).map((what) => `${title} leaves out ${what}`))
      else if (panel.queries === 0 && panel.computed !== undefined)
        untold.push(`${title} shows what is not calculated here (${panel.computed.join(', ')})`)
      else if (panel.queries === 0) trouble.push(`${title} has no query`)
      else if (measures === 'active-alerts' && panel.computed !== undefined)
        untold.push(`what ${title} lists is changed by ${panel.computed.join(', ')}`)
      else if (measures === 'active-alerts')
        trouble.push(
          ...leftOut(
            panel,
            answersOf(panels, dashboard, promisedPanel(dashboard, title)?.index ?? -1)
              .filter(({ form }) => form === 'deployed')
              .map(({ query }) => query),
            spec.rules,
          ).map((what) => `${title} leaves out ${what}`),
        )
    }
    const listed = list === undefined ? undefined : promisedPanel(dashboard, list)
    const byService = new Set(spec.slo.panels.filter(({ by }) => by !== undefined).map(({ title }) => title))
    const services = spec.platform.services.flatMap(({ name, runtime, job }) =>
      job !== undefined && (runtime === 'jvm' || runtime === 'rust') ? [{ name, job }] : [],
    )
    const ownLoad = allLoads.some(({ leg }) => leg === 'background')
    for (const [index, { title, queries, promise }] of dashboard.panels.entries()) {
      const answers = answersOf(panels, dashboard, index).filter(({ form }) => form === 'deployed')
      const refused = answers.find(({ error }) => error !== undefined)
      if (refused !== undefined) trouble.push(`${title}: ${refused.query}: ${refused.error ?? ''}`)
      // Where no alert is active there is nothing to count.
      if (
        refused !== undefined ||
        queries === 0 ||
        index === listed?.index ||
        (answers.length > 0 && answers.every(({ query, panel }) => ALERTS.test(query) && panel !== undefined))
      )
        continue
      const series = answers.flatMap((entry) => entry.series)
      const numbers = series.filter(({ values }) => Number.isFinite(numberOf(values.at(-1)?.[1] ?? '')))
      if (series.length === 0) trouble.push(`${title} is empty (${answers[0]?.query ?? 'never queried'})`)
      else if (numbers.length === 0) (ownLoad ? trouble : quiet).push(`${title} is not a number (${answers[0]?.query ?? ''})`)
      // Other panels may be of some services only.
      if (byService.size > 0 && !byService.has(promise ?? title)) continue
      const jobs = new Set(numbers.flatMap(({ metric }) => Object.values(metric)))
      const absent =
        services.some(({ job, name }) => jobs.has(job) || jobs.has(name)) && (byService.size > 0 || numbers.length > 1)
          ? services.filter(({ job, name }) => !jobs.has(job) && !jobs.has(name)).map(({ job }) => job)
          : []
      absent.forEach((job) => missing.add(job))
      if (absent.length > 0) (ownLoad ? trouble : quiet).push(`${title} has no series of ${absent.join(', ')}`)
    }
    const [course] = list === undefined ? [] : drillAnswers(panels, dashboard, list, true)
    if (course !== undefined && course.error === undefined && course.stepMs !== undefined) {
      const { fromMs, untilMs, stepMs } = course
      const rows = new Map(course.series.map((series) => [labelKey(withoutLabels(series.metric, ['__name__'])), series]))
      const lastBefore = lastSamples(
        counters.findLast(({ metric, untilMs: endMs }) => metric === 'ALERTS' && endMs === fromMs)?.series ?? [],
      )
      for (const history of alerts) {
        for (const state of ['pending', 'firing'] as const) {
          const times = history.timesMs.filter((atMs, index) => history.states[index] === state && atMs >= fromMs && atMs <= untilMs)
          const key = labelKey({ ...history.labels, alertstate: state })
          const found = rows.get(key)
          rows.delete(key)
          // Shorter than a step it may fall between two.
          if (times.length >= 2 && (times.at(-1) ?? 0) - (times[0] ?? 0) >= 2 * stepMs && found === undefined)
            trouble.push(`${course.title} never listed ${formatLabels({ ...history.labels, alertstate: state })}`)
          // A Prometheus that ended while an alert was active left no staleness marker: a query is shown the alert until the lookback
          // is over.
          const leftUntilMs =
            LOOKBACK_MS +
            Math.max(
              history.timesMs.findLast((atMs, index) => atMs < fromMs && history.states[index] === state) ?? -Infinity,
              lastBefore.get(key) ?? -Infinity,
            )
          const leftFor = (atMs: number): boolean =>
            atMs <= leftUntilMs &&
            !history.timesMs.some((other, index) => other >= fromMs && other <= atMs && history.states[index] === state)
          const early = found?.values.find(
            ([timeS]) =>
              !leftFor(timeS * 1000) &&
              !history.timesMs.some(
                (atMs, index) =>
                  history.states[index] === state &&
                  atMs <= timeS * 1000 + 1 &&
                  atMs > timeS * 1000 - LATE_EVALUATIONS * evaluationIntervalOf(timing, history.alert, history.labels),
              ),
          )
          if (early !== undefined)
            trouble.push(`${course.title} listed ${formatLabels({ ...history.labels, alertstate: state })} when it was not ${state}`)
        }
      }
      // What was over before the drill began is in none of its histories.
      for (const [key, lastMs] of lastBefore)
        if (rows.get(key)?.values.every(([timeS]) => timeS * 1000 <= lastMs + LOOKBACK_MS) === true) rows.delete(key)
      for (const { metric } of rows.values())
        trouble.push(`${course.title} listed ${formatLabels(withoutLabels(metric, ['__name__']))}, which ALERTS never had`)
    }
    const pointers = [dashboard.seq, ...panels.map(({ seq }) => seq)]
    const expected = `data in ${dashboard.panels.filter(({ queries }) => queries > 0).length} panels${list === undefined ? '' : `, in ${list} what ALERTS had`}`
    // Nothing else is wrong: that service lacks the series.
    const [part] = trouble.length === 1 && missing.size === 1 ? missing : []
    if (trouble.length > 0) {
      const panel = part === undefined ? onePanel(trouble, spec.slo, dashboard).part : undefined
      const to = part ?? panel
      const query =
        listed === undefined ? undefined : answersOf(panels, dashboard, listed.index).find(({ form }) => form === 'deployed')?.query
      const diagnosis =
        list !== undefined && trouble[0]?.startsWith(`${list} leaves out`) === true
          ? `take the matcher or filter that leaves alerts out of ${list} away.${query === undefined ? '' : ` Its query is ${query}.`}`
          : panel === undefined
            ? undefined
            : `correct the query, data source or filter of ${panel}.`
      return fail(expected, trouble.join('; '), pointers, {
        ...(to === undefined ? {} : { part: to }),
        ...(diagnosis === undefined ? {} : { diagnosis: `In the SLO dashboard, ${diagnosis}` }),
      })
    }
    if (untold.length > 0) return unknown('evidence-missing', expected, untold.join('; '), pointers)
    if (quiet.length > 0) return unknown('load-short', expected, `${quiet.join('; ')}; the drill had no load of its own`, pointers)
    if (list !== undefined && course === undefined && (listed?.panel.queries ?? 0) > 0)
      return unknown('evidence-missing', expected, `${list} was not queried during the drill`, pointers)
    const active = course === undefined ? '' : `; ${course.title} listed ${course.series.length} alerts by state`
    return pass(
      expected,
      `data in ${dashboard.panels.filter(({ queries }) => queries > 0).length} of ${dashboard.panels.filter(({ queries }) => queries > 0).length} panels${active}`,
      pointers,
    )
  },
)

const ALERTS = /\bALERTS\b/

/** Key of each series' labels without its name -> unix ms of its last sample. */
function lastSamples(series: readonly { metric: Labels; values: readonly (readonly [number, string])[] }[]): Map<string, number> {
  return new Map(
    series.map(({ metric, values }) => [labelKey(withoutLabels(metric, ['__name__'])), (values.at(-1)?.[0] ?? -Infinity) * 1000]),
  )
}

const MATCHER = /([\w:]+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g
/** Given by a rule and by no series. */
const KNOWN = /^(severity|alertname|alertstate)$/

/**
 * Alerts that a list would not show while they fire, by Grafana's filters or by the matchers of its queries: any alert that was
 * active in this drill.
 */
function leftOut({ alertList }: DashboardPanel, queries: readonly string[], rules: readonly RuleSpec[]): string[] {
  if (alertList?.firing === false) return ['what is firing']
  const lists =
    alertList === undefined
      ? queries.flatMap((query) =>
          [...query.matchAll(/\bALERTS\b\s*(\{(?:[^}"]|"(?:[^"\\]|\\.)*")*\})?/g)].map(([, matchers]) => matchers ?? ''),
        )
      : [alertList.labels]
  if (lists.length === 0) return []
  const meets = (text: string, { alert, labels }: RuleSpec): boolean =>
    [...text.matchAll(MATCHER)].every(([, label = '', op, wanted = '']) => {
      const value = label === 'alertname' ? alert : label === 'alertstate' ? 'firing' : labels[label]
      // Labels that only a series has are not known here.
      if (value === undefined && !KNOWN.test(label)) return true
      return matches({ label, op: op as Matcher['op'], value: wanted }, { [label]: value ?? '' })
    })
  return rules
    .filter((rule) => !lists.some((text) => meets(text, rule)) || !rule.alert.toLowerCase().includes((alertList?.name ?? '').toLowerCase()))
    .map(({ alert }) => alert)
}
