import { evaluationIntervalOf } from '../../model/clocks.ts'
import { defineCheck } from '../check.ts'
import { formatLabels, labelKey, withoutLabels } from '../labels.ts'
import { drillAnswer, nothingToJudge } from '../slo-panels.ts'
import { numberOf } from '../slo-truth.ts'

/** A resolved alert leaves the list with the next evaluation; on a busy machine some evaluations may be late. */
const LATE_EVALUATIONS = 10

export default defineCheck({
  id: 'slo-panel-has-data',
  scope: 'drill',
  title: 'every panel of the SLO dashboard shows data, and the list of alerts those that were active',
  failureTitle: 'a panel of the SLO dashboard shows no data, or the list of alerts not those that were active',
  why: 'An empty panel looks like calm. Nobody notices it until the day it is needed.',
  needs: ['spec', 'timing', 'dashboard', 'panels', 'alerts', 'allLoads'],
  needsInjection: 'no',
}, ({ spec, timing, dashboard, panels, alerts, allLoads }) => {
  const nothing = nothingToJudge(spec.slo, dashboard)
  if (nothing !== undefined || dashboard === null) return nothing ?? { status: 'skipped', expected: '', observed: '', pointers: [] }
  const trouble: string[] = []
  const quiet: string[] = []
  const list = spec.slo.panels.find(({ measures }) => measures === 'active-alerts')?.title
  for (const { title, measures } of spec.slo.panels) {
    const panel = dashboard.panels.find((candidate) => candidate.title === title)
    if (panel === undefined) trouble.push(`there is no panel ${title}`)
    // Grafana's own list of alerts asks nobody.
    else if (panel.queries === 0 && !(measures === 'active-alerts' && panel.type === 'alertlist')) trouble.push(`${title} has no query`)
  }
  const services = spec.platform.services.filter(({ runtime, job }) => job !== undefined && (runtime === 'jvm' || runtime === 'rust')).map(({ job }) => job ?? '')
  const ownLoad = allLoads.some(({ leg }) => leg === 'background')
  for (const { title, queries } of dashboard.panels) {
    const answers = panels.filter((entry) => entry.title === title && entry.form === 'deployed')
    const refused = answers.find(({ error }) => error !== undefined)
    if (refused !== undefined) trouble.push(`${title}: ${refused.query}: ${refused.error ?? ''}`)
    if (refused !== undefined || queries === 0 || title === list) continue
    const series = answers.flatMap((entry) => entry.series)
    const numbers = series.filter(({ values }) => Number.isFinite(numberOf(values.at(-1)?.[1] ?? '')))
    if (series.length === 0) trouble.push(`${title} is empty (${answers[0]?.query ?? 'never asked'})`)
    else if (numbers.length === 0) (ownLoad ? trouble : quiet).push(`${title} is not a number (${answers[0]?.query ?? ''})`)
    const jobs = new Set(numbers.map(({ metric }) => metric['job'] ?? ''))
    const absent = services.some((job) => jobs.has(job)) && jobs.size > 1 ? services.filter((job) => !jobs.has(job)) : []
    if (absent.length > 0) (ownLoad ? trouble : quiet).push(`${title} has no series of ${absent.join(', ')}`)
  }
  const course = list === undefined ? undefined : drillAnswer(panels, list, true)
  if (course !== undefined && course.error === undefined && course.stepMs !== undefined) {
    const { fromMs, untilMs, stepMs } = course
    const listed = new Map(course.series.map((series) => [labelKey(withoutLabels(series.metric, ['__name__'])), series]))
    for (const history of alerts) {
      for (const state of ['pending', 'firing'] as const) {
        const times = history.timesMs.filter((atMs, index) => history.states[index] === state && atMs >= fromMs && atMs <= untilMs)
        const key = labelKey({ ...history.labels, alertstate: state })
        const found = listed.get(key)
        listed.delete(key)
        // Shorter than a step it may fall between two.
        if (times.length >= 2 && (times.at(-1) ?? 0) - (times[0] ?? 0) >= 2 * stepMs && found === undefined) trouble.push(`${course.title} never listed ${formatLabels({ ...history.labels, alertstate: state })}`)
        const early = found?.values.find(([timeS]) => !history.timesMs.some((atMs, index) => history.states[index] === state && atMs <= timeS * 1000 + 1 && atMs > timeS * 1000 - LATE_EVALUATIONS * evaluationIntervalOf(timing, history.alert, history.labels)))
        if (early !== undefined) trouble.push(`${course.title} listed ${formatLabels({ ...history.labels, alertstate: state })} when it was not ${state}`)
      }
    }
    for (const { metric } of listed.values()) trouble.push(`${course.title} listed ${formatLabels(withoutLabels(metric, ['__name__']))}, which ALERTS never had`)
  }
  const pointers = [dashboard.seq, ...panels.map(({ seq }) => seq)]
  const expected = `data in ${dashboard.panels.filter(({ queries }) => queries > 0).length} panels${list === undefined ? '' : `, in ${list} what ALERTS had`}`
  if (trouble.length > 0) return { status: 'fail', expected, observed: trouble.join('; '), pointers }
  if (quiet.length > 0) return { status: 'unknown', cause: 'load-short', expected, observed: `${quiet.join('; ')}; the drill had no load of its own`, pointers }
  if (list !== undefined && course === undefined && dashboard.panels.some((panel) => panel.title === list && panel.queries > 0)) return { status: 'unknown', cause: 'evidence-missing', expected, observed: `${list} was not asked during the drill`, pointers }
  const active = course === undefined ? '' : `; ${course.title} listed ${course.series.length} alert(s) and state(s)`
  return { status: 'pass', expected, observed: `all of them${active}`, pointers }
})
