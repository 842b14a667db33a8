import { fieldsOf, type DerivedField, type SourceConfig } from '../../grafana/derived-fields.ts'
import type { Configuration } from '../configuration.ts'
import type { Cursor } from '../yaml/cursor.ts'

/** Data sources of Grafana, of all provisioning files together. */
export function datasourcesOf({ datasources }: Pick<Configuration, 'datasources'>): { cursors: Cursor[]; sources: SourceConfig[] } {
  const cursors = datasources.flatMap((file) => file.get('datasources')?.items() ?? [])
  return { cursors, sources: cursors.map((at) => ({ type: at.string('type'), uid: at.string('uid'), name: at.string('name') })) }
}

/**
 * Whether it is a Prometheus, of each data source by its name and uid, and the "Scrape interval" of the Prometheus that panels ask: the
 * default one, else the first.
 */
export function prometheusSources(cursors: readonly Cursor[]): { known: Map<string, boolean>; timeInterval?: string } {
  const isPrometheus = (source: Cursor): boolean => source.string('type') === 'prometheus'
  const own = cursors.filter(isPrometheus)
  const timeInterval = (own.find((source) => source.bool('isDefault') === true) ?? own[0])?.string('jsonData', 'timeInterval')
  return {
    known: new Map(
      cursors.flatMap((source) =>
        [source.string('uid'), source.string('name')].flatMap((name): [string, boolean][] =>
          name === undefined ? [] : [[name, isPrometheus(source)]],
        ),
      ),
    ),
    ...(timeInterval === undefined ? {} : { timeInterval }),
  }
}

/** The derived fields of a Loki data source, each with where the first one of its name stands. */
export function derivedFieldsOf(loki: Cursor, sources: readonly SourceConfig[]): { field: DerivedField; at: Cursor }[] {
  const items = loki.get('jsonData', 'derivedFields')?.items() ?? []
  const fields = fieldsOf(
    items.map((at) => ({
      name: at.string('name'),
      matcherType: at.string('matcherType'),
      matcherRegex: at.string('matcherRegex'),
      url: at.string('url'),
      datasourceUid: at.string('datasourceUid'),
    })),
    sources,
  )
  return fields.map((field) => ({ field, at: items.find((at) => (at.string('name') ?? '') === field.name) ?? loki }))
}
