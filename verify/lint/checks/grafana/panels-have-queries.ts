import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { dashboardsOf, type LintedDashboard } from '../../../config/grafana/dashboards.ts'
import { datasourcesOf } from '../../../config/grafana/datasources.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'panels-have-queries',
    needs: ['dashboard'],
    title: 'Every panel that shows data asks for some, of a data source of its kind',
    failureTitle: 'A panel asks for nothing, or asks a data source of another kind',
    why: 'A panel without a query shows "No data" for ever. PromQL that is sent to Loki is a syntax error there. A variable that the dashboard does not have stays in the title as it is written.',
    mend: 'In the dashboard, give the panel a target with an `expr`, and the uid of a data source that understands it. Define the variable under templating.',
    example: '{ "type": "stat", "title": "Redis", "targets": [] }',
  },
  *judge(input) {
    const types = new Map(
      datasourcesOf(input.config).sources.flatMap(({ uid, type }) =>
        uid === undefined || type === undefined ? [] : [[uid, type] as const],
      ),
    )
    for (const dashboard of dashboardsOf(input.config, input.facts)) yield* ofDashboard(dashboard, types, input)
  },
}

/** Panels of Grafana that show what is asked for. */
const OF_DATA = new Set(
  'timeseries stat gauge bargauge graph table heatmap histogram piechart barchart state-timeline status-history singlestat trend xychart'.split(
    ' ',
  ),
)

/** Panels that ask no data source. */
const WITHOUT_DATA = new Set(['text', 'row', 'dashlist', 'news', 'welcome', 'gettingstarted'])

function* ofDashboard({ panels, parsed }: LintedDashboard, types: ReadonlyMap<string, string>, { spec }: LintInput): Generator<Remark> {
  const ids = new Set(parsed.panels.flatMap(({ id }) => id ?? []))
  const promised = new Set(spec.slo.panels.map(({ title }) => title))
  for (const { title, type, at } of panels) {
    const targets = at.items('targets')
    // slo-panels-measure says what a promised panel lacks.
    if (OF_DATA.has(type) && targets.length === 0 && !at.has('libraryPanel') && !at.has('snapshotData') && !promised.has(title))
      yield remark(title, at.get('targets') ?? at.get('title') ?? at, 'a target with a query', 'none')
    // A text asks for nothing; what was left in it is not read.
    for (const target of WITHOUT_DATA.has(type) ? [] : targets) {
      yield* asked(title, target, at, promised.has(title))
      yield* ofAnotherPanel(title, target, ids, at)
      yield* ofAnotherKind(title, target, at, types)
    }
    yield* names(
      title,
      at,
      parsed.variables.map(({ name }) => name),
    )
  }
}

function sourceOf(target: Cursor, panel: Cursor): string {
  return (
    target.string('datasource', 'uid') ??
    target.string('datasource') ??
    panel.string('datasource', 'uid') ??
    panel.string('datasource') ??
    ''
  )
}

function kindOf(target: Cursor, panel: Cursor): string {
  return target.string('datasource', 'type') ?? panel.string('datasource', 'type') ?? ''
}

function* asked(title: string, target: Cursor, panel: Cursor, isPromised: boolean): Generator<Remark> {
  const isPromql = /^(?:prometheus|loki)$/.test(kindOf(target, panel))
  if (isPromql && !isPromised && (target.string('expr') ?? '').trim() === '' && target.bool('hide') !== true)
    yield remark(title, target.get('expr') ?? target.get('refId') ?? target, 'an expr', 'none')
}

/** https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/share-query/ */
function* ofAnotherPanel(title: string, target: Cursor, ids: ReadonlySet<number>, panel: Cursor): Generator<Remark> {
  const id = target.number('panelId')
  if (sourceOf(target, panel) === '-- Dashboard --' && id !== undefined && !ids.has(id))
    yield remark(title, target.near('panelId'), `the id of a panel of the dashboard: ${[...ids].join(', ')}`, String(id))
}

function* ofAnotherKind(title: string, target: Cursor, panel: Cursor, types: ReadonlyMap<string, string>): Generator<Remark> {
  const whole = panel.string('datasource', 'uid') ?? panel.string('datasource') ?? ''
  const ofPanel = types.get(whole)
  const meant = types.get(target.string('datasource', 'uid') ?? '')
  // https://github.com/grafana/grafana/blob/v10.2.0/public/app/features/query/state/PanelQueryRunner.ts
  if (ofPanel !== undefined && meant !== undefined && ofPanel !== meant && target.string('datasource', 'type') !== ofPanel) {
    const at = panel.get('datasource', 'uid') ?? panel.near('datasource')
    yield remark(
      title,
      at,
      `${target.string('datasource', 'uid') ?? ''}, which its query names, or -- Mixed --`,
      `${whole}, of type ${ofPanel}: Grafana sends it every query of the panel`,
    )
    return
  }
  const owner = target.has('datasource') ? target : panel
  const uid = owner.get('datasource', 'uid')
  const [written, real] = [owner.string('datasource', 'type'), types.get(uid?.string() ?? '')]
  if (uid !== undefined && written !== undefined && real !== undefined && written !== real)
    yield remark(
      title,
      uid,
      `a data source of type ${written}: ${
        [...types]
          .filter(([, type]) => type === written)
          .map(([each]) => each)
          .join(', ') || 'none is provisioned'
      }`,
      `${uid.string() ?? ''}, of type ${real}`,
    )
}

/** Variables in texts, which Grafana leaves as they are written where it has none of that name. */
function* names(title: string, panel: Cursor, known: readonly string[]): Generator<Remark> {
  const texts = [panel.get('title'), panel.get('description'), ...panel.items('targets').map((target) => target.get('legendFormat'))]
  for (const at of texts.filter((each) => each !== undefined))
    for (const [, bare, braced] of (at.string() ?? '').matchAll(/\$(?:([a-zA-Z]\w*)|\{([a-zA-Z]\w*)(?:[:.][^}]*)?\})/g)) {
      const name = bare ?? braced ?? ''
      if (!name.startsWith('__') && !known.includes(name) && !['interval', 'timeFilter'].includes(name))
        yield warning(
          title,
          at,
          `a variable of the dashboard: ${known.join(', ') || 'it has none'}`,
          `$${name}${didYouMean(name, known)}`,
          'A text of a panel names a variable that the dashboard does not have',
        )
    }
}
