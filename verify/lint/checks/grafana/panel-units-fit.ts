import { warning, type Check } from '../../lint-check.ts'
import { dashboardsOf } from '../../../config/grafana/dashboards.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { measured, type Measured } from '../../../promql/units.ts'

export const check: Check = {
  meta: {
    id: 'panel-units-fit',
    severity: 'warning',
    needs: ['dashboard'],
    title: 'The unit of a panel is that of its query',
    failureTitle: 'A panel shows its numbers in another unit than its query gives',
    why: 'Grafana converts nothing: 0.5 seconds with the unit ms is shown as 0.5 ms, a share of 0.02 with the unit percent as 0.02 %.',
    mend: 'In the dashboard, set fieldConfig.defaults.unit to the unit that the finding names, or convert in the query.',
    example: '"expr": "process_start_time_seconds", "fieldConfig": { "defaults": { "unit": "bytes" } }',
  },
  *judge({ config, facts, spec }) {
    // What is promised is calculated: slo-panels-measure.
    const promised = new Set(spec.slo.panels.map(({ title }) => title))
    for (const { panels } of dashboardsOf(config, facts))
      for (const { title, at, targets, parsed } of panels) {
        const unit = at.get('fieldConfig', 'defaults', 'unit')
        const isOther = at.items('fieldConfig', 'overrides').length > 0 || parsed.computed.length > 0
        if (unit?.string() === undefined || promised.has(title) || isOther) continue
        const found = targets.map(({ expr }) => {
          const result = expr === undefined ? undefined : parsePromql(expr)
          return result?.ok === true ? measured(result.expr) : undefined
        })
        const [first] = found
        const fitting = first === undefined ? undefined : unitsOf(first)
        // Several queries of several units have no right one.
        const isOne = found.every((each) => each?.base === first?.base && each?.factor === first?.factor)
        if (fitting !== undefined && isOne && KNOWN.has(unit.string() ?? '') && !fitting.includes(unit.string() ?? ''))
          yield warning(title, unit, fitting.slice(0, 3).join(' or '), `${unit.string() ?? ''} for ${first?.metric ?? ''}`)
      }
  },
}

/** Ids of Grafana's units, by how many of each are one base unit. packages/grafana-data/src/valueFormats/categories.ts */
const UNITS: Readonly<Record<Measured['base'], readonly (readonly [factor: number, ids: string])[]>> = {
  seconds: [
    [1, 's dtdurations clocks'],
    [1e3, 'ms dtdurationms clockms'],
    [1e6, 'µs'],
    [1e9, 'ns'],
    [1 / 60, 'm'],
    [1 / 3600, 'h'],
    [1 / 86_400, 'd'],
  ],
  bytes: [
    [1, 'bytes decbytes Bps binBps'],
    [8, 'bits decbits bps binbps'],
    [1 / 1024, 'kbytes KiBs'],
    [1 / 1000, 'deckbytes KBs'],
    [1 / 1024 ** 2, 'mbytes MiBs'],
    [1e-6, 'decmbytes MBs'],
    [1 / 1024 ** 3, 'gbytes GiBs'],
    [1e-9, 'decgbytes GBs'],
  ],
  share: [
    [1, 'percentunit'],
    [100, 'percent'],
  ],
}
const KNOWN = new Set(Object.values(UNITS).flatMap((list) => list.flatMap(([, ids]) => ids.split(' '))))

/** Undefined: no unit of Grafana has that factor. A share of times and sizes may be shown as a number, and a moment as one. */
function unitsOf({ base, factor, metric, isRate, ofTime }: Measured): string[] | undefined {
  if (ofTime === true && base === 'share' && factor === 1) return ['percentunit', 's', 'dtdurations']
  // Seconds in a second: a share of the time.
  if (isRate === true && base === 'seconds' && factor === 1 && /_sum$/.test(metric)) return ['percentunit', 's']
  if (/_(?:timestamp|start_time|created|time)_seconds$/.test(metric)) return undefined
  return UNITS[base].find(([each]) => Math.abs(each / factor - 1) < 1e-6)?.[1].split(' ')
}
