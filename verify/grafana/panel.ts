import type { DashboardPanel } from '../model/journal.ts'
import { fieldsOf, number, string, type Fields } from './json-fields.ts'
import type { PanelQuery } from './panel-query.ts'
import { present } from '../text/present.ts'
import { colouring, effective } from './field-config.ts'

export interface Panel extends Omit<DashboardPanel, 'queries' | 'promise' | 'alertList'> {
  /** Where it stands in the file, from the root. */
  path: (string | number)[]
  id?: number
  queries: PanelQuery[]
  /** Digits behind the point; as many as fit when absent. */
  decimals?: number
  /** What becomes of a query's course in a panel that shows one number of it: lastNotNull, mean, max ... */
  calc?: string
  /** What changes the numbers between the query and the eye, and is not calculated here: transformations, expressions. */
  computed: string[]
  /** Points the panel asks for; Grafana takes the panel's width in pixels when the file does not say. */
  maxDataPoints: number
  /** The panel's "Min interval". */
  minInterval?: string
  /**
   * "Relative time" and "Time shift" of the panel:
   * https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/#query-options
   */
  timeFrom?: string
  timeShift?: string
  /** Of Grafana's own list of alerts. */
  alertList?: AlertList
  /** Id of the panel whose answers it shows. */
  from?: number
}

/** https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/alert-list/ */
export interface AlertList {
  firing: boolean
  /** Matchers, as {severity="critical"}; and a part of the names. */
  labels: string
  name: string
}

/** What a panel's reading needs to know of its dashboard. */
export interface Surroundings {
  /** Library panels that were exported with the dashboard. */
  library: Fields
  /** Whether a datasource, given by its object or its name, is for something else than PromQL. */
  foreign: (datasource: unknown) => boolean
  broken: (title: string) => Error
}

/** Assumed width of a dashboard, pixels: a usual desktop; and the columns of Grafana's grid. */
const SCREEN_PX = 1_920
const COLUMNS = 24

/**
 * They show one number of a course: https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/calculation-types/
 */
const REDUCING = new Set(['stat', 'gauge', 'bargauge', 'piechart'])
/** These move, name and sort; every other transformation may change what is shown. */
const HARMLESS =
  /^(organize|sortBy|renameByRegex|labelsToFields|merge|seriesToColumns|seriesToRows|joinByField|joinByLabels|convertFieldType|formatTime|formatString|prepareTimeSeries|timeSeriesTable|transpose)$/

export function panelsIn(list: unknown[], around: Surroundings, path: Panel['path'] = ['panels']): Panel[] {
  return list.flatMap((each, index) => {
    const written = fieldsOf(each)
    if (written === undefined) return []
    // What a library panel is stands elsewhere; where it stands, here.
    const library = fieldsOf(around.library[string(fieldsOf(written['libraryPanel'])?.['uid']) ?? ''])?.['model']
    const fields = { ...fieldsOf(library), ...written }
    const own = [...path, index]
    // A collapsed row carries its panels; an open one is followed by them.
    const inner = Array.isArray(fields['panels']) ? panelsIn(fields['panels'], around, [...own, 'panels']) : []
    return fields['type'] === 'row' ? inner : [panel(fields, around, own), ...inner]
  })
}

function panel(fields: Fields, around: Surroundings, path: Panel['path']): Panel {
  const title = string(fields['title']) ?? ''
  if (fields['targets'] !== undefined && fields['targets'] !== null && !Array.isArray(fields['targets'])) throw around.broken(title)
  const type = string(fields['type']) ?? ''
  const targets = (Array.isArray(fields['targets']) ? fields['targets'] : []).map((each) => fieldsOf(each) ?? {})
  const { queries, computed } = queriesOf(targets, fields['datasource'], around)
  const shownTargets = targets.filter(
    ({ refId, hide }, index) => hide !== true && queries.some((query) => query.refId === (string(refId) ?? letter(index))),
  )
  const defaults = effective(fields, shownTargets)
  const thresholds = fieldsOf(defaults['thresholds'])
  const steps = (Array.isArray(thresholds?.['steps']) ? thresholds['steps'] : []).map(fieldsOf).filter((each) => each !== undefined)
  const options = fieldsOf(fields['options']) ?? {}
  const reduce = fieldsOf(options['reduceOptions'])
  const columns = number(fieldsOf(fields['gridPos'])?.['w']) ?? COLUMNS
  const [unit, minInterval, timeFrom, timeShift] = [defaults['unit'], fields['interval'], fields['timeFrom'], fields['timeShift']].map(
    string,
  )
  const from = targets.map(({ panelId }) => number(panelId)).find((each) => each !== undefined)
  const [min, max, id, decimals] = [defaults['min'], defaults['max'], fields['id'], defaults['decimals']].map(number)
  const colourless = colouring(type, defaults, options)
  return {
    title,
    type,
    path,
    queries,
    thresholds: {
      mode: string(thresholds?.['mode']) ?? 'absolute',
      steps: steps.map((step) => ({ value: number(step['value']) ?? null, color: string(step['color']) ?? '' })),
    },
    computed: [...computed, ...transformations(fields['transformations']), ...mappings(defaults['mappings'])],
    maxDataPoints: number(fields['maxDataPoints']) ?? Math.max(1, Math.round((columns / COLUMNS) * SCREEN_PX)),
    ...(REDUCING.has(type) ? { calc: calcOf(reduce) } : {}),
    ...(type === 'alertlist' ? { alertList: alertList(options) } : {}),
    ...present({ colourless, from, min, max, unit, id, decimals, minInterval }),
    ...(timeFrom === undefined || timeFrom === '' ? {} : { timeFrom }),
    ...(timeShift === undefined || timeShift === '' ? {} : { timeShift }),
  }
}

function calcOf(reduce: Fields | undefined): string {
  const calcs: unknown = reduce?.['calcs']
  return (Array.isArray(calcs) ? string(calcs[0]) : undefined) ?? 'lastNotNull'
}

function alertList(options: Fields): AlertList {
  const states = fieldsOf(options['stateFilter']) ?? {}
  return {
    firing: states['firing'] !== false,
    labels: string(options['alertInstanceLabelFilter']) ?? '',
    name: string(options['alertName']) ?? '',
  }
}

function transformations(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).flatMap((each) => {
    const { id, disabled, options } = fieldsOf(each) ?? {}
    const reducers = fieldsOf(options)?.['reducers']
    const last = id === 'reduce' && Array.isArray(reducers) && reducers.every((reducer) => reducer === 'lastNotNull' || reducer === 'last')
    return disabled === true || HARMLESS.test(string(id) ?? '') || last ? [] : [`transformation ${string(id) ?? ''}`]
  })
}

/**
 * A range of numbers that is shown as a text is not shown:
 * https://grafana.com/docs/grafana/latest/panels-visualizations/configure-value-mappings/
 */
function mappings(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).flatMap((each) => {
    const { type, options } = fieldsOf(each) ?? {}
    const text = string(fieldsOf(fieldsOf(options)?.['result'])?.['text']) ?? ''
    return type === 'range' && text !== '' ? [`value mapping to ${JSON.stringify(text)}`] : []
  })
}

const letter = (index: number): string => String.fromCharCode(65 + index)

/** Queries that are switched off, or meant for another kind of datasource, are none of ours; an expression over them is not calculated. */
function queriesOf(targets: Fields[], panelDatasource: unknown, { foreign }: Surroundings): { queries: PanelQuery[]; computed: string[] } {
  const computed: string[] = []
  const queries = targets.flatMap((target, index): PanelQuery[] => {
    if (target['hide'] === true) return []
    if (isExpression(target['datasource'])) {
      computed.push(`expression ${string(target['type']) ?? ''}`.trim())
      return []
    }
    const expr = string(target['expr'])
    if (expr === undefined || expr.trim() === '' || foreign(datasourceOf(target['datasource'] ?? undefined, panelDatasource))) return []
    const minStep = string(target['interval'])
    return [
      {
        refId: string(target['refId']) ?? letter(index),
        expr,
        index,
        instant: target['instant'] === true && target['range'] !== true,
        ...(minStep === undefined || minStep === '' ? {} : { minStep }),
      },
    ]
  })
  return { queries, computed }
}

/** https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/expression-queries/ */
function isExpression(datasource: unknown): boolean {
  const { type, uid } = fieldsOf(datasource) ?? {}
  return type === '__expr__' || uid === '__expr__' || uid === '-100' || datasource === '__expr__'
}

/**
 * Grafana sends every query of a panel to the panel's data source, whichever the query names, and leaves the choice to the queries of a
 * panel over mixed ones: https://github.com/grafana/grafana/blob/v10.2.0/public/app/features/query/state/PanelQueryRunner.ts
 */
function datasourceOf(own: unknown, panelDatasource: unknown): unknown {
  const uid = string(panelDatasource) ?? string(fieldsOf(panelDatasource)?.['uid']) ?? ''
  if (uid === '-- Mixed --') return own ?? undefined
  return uid === '' ? (own ?? panelDatasource) : panelDatasource
}
