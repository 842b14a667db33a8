import type { Cursor } from './config/document.ts'

export interface Panel {
  title: string
  type: string
  at: Cursor
  targets: { expr: string, at: Cursor, datasourceUid: string | undefined }[]
  datasourceUid: string | undefined
}

/** Panels of a dashboard, those inside rows included. */
export function panelsOf(dashboard: Cursor): Panel[] {
  return (dashboard.get('panels')?.items() ?? []).flatMap((at) => {
    const inner = (at.get('panels')?.items() ?? []).map(panel)
    return at.string('type') === 'row' ? inner : [panel(at), ...inner]
  })
}

function panel(at: Cursor): Panel {
  const datasourceUid = uidOf(at)
  return {
    title: at.string('title') ?? '', type: at.string('type') ?? '', at, datasourceUid,
    targets: (at.get('targets')?.items() ?? []).flatMap((target) => target.has('expr') ? [{ expr: target.string('expr') ?? '', at: target.get('expr') ?? target, datasourceUid: uidOf(target) ?? datasourceUid }] : []),
  }
}

function uidOf(at: Cursor): string | undefined {
  return at.string('datasource', 'uid') ?? at.string('datasource')
}

/** Grafana's own variables and the dashboard's, replaced by something of the right kind, so that the query can be parsed. */
export function withVariables(expr: string, dashboard: Cursor): string {
  const values = new Map<string, string>((dashboard.get('templating', 'list')?.items() ?? []).map((variable) => [variable.string('name') ?? '', variable.string('current', 'value') ?? variable.string('query')?.split(',')[0] ?? '']))
  return expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+)|__)|\[\[(\w+)\]\]/g, (whole, braced: string | undefined, bare: string | undefined, old: string | undefined) => {
    const name = braced ?? bare ?? old ?? ''
    if (/^__(rate_interval|interval|range)$/.test(name)) return '5m'
    if (/^__(interval_ms|range_ms|range_s)$/.test(name)) return '300'
    const value = values.get(name)
    return value === undefined ? whole : value === '$__all' || value === 'All' ? '.+' : value
  })
}
