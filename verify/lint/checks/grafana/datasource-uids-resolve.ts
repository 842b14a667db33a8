import { note, refused, remark, type Check, type Remark } from '../../lint-check.ts'
import { groupedRemarks } from '../../grouped-remarks.ts'
import { dashboardsOf } from '../../../config/grafana/dashboards.ts'
import { datasourceFiles, isGivenToGrafana } from '../../grafana-instances.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'datasource-uids-resolve',
    needs: ['datasources'],
    title: 'Every data source in use is provisioned under its uid',
    failureTitle: 'A uid belongs to no provisioned data source',
    why: 'A panel with an unknown uid shows an error; a link with one opens nothing.',
    mend: 'Use the uid of a provisioned data source in the panel or link, or give the data source that uid.',
    example: '"datasource": { "type": "prometheus", "uid": "prom" } // provisioned: prometheus',
  },
  *judge({ config, facts }) {
    const sources = config.datasources.flatMap((file) => file.items('datasources'))
    const uids = sources.flatMap((source) => source.string('uid') ?? [])
    const known = new Set(uids)
    const twins = datasourceFiles(config).flatMap((files) => twice(files.flatMap((file) => file.items('datasources'))))
    for (const at of twins) {
      const uid = at.string() ?? ''
      yield {
        ...refused(remark(uid, at, 'one data source per uid', `${uid} twice`)),
        causes: { lines: at.lines(), elsewhere: { of: ['panels-have-queries'], naming: [uid] } },
      }
    }
    // Which of the two was meant to have another is not known.
    if (twins.length > 0) return
    for (const source of sources) {
      const uid = source.get('uid')
      // What asks for it by its uid fails (https://github.com/grafana/grafana/issues/68447); Grafana 12 refuses it:
      // https://grafana.com/docs/grafana/latest/upgrade-guide/upgrade-v11.2/#grafana-data-source-uid-format-enforcement
      if (uid !== undefined && !/^[\w-]{1,40}$/.test(uid.string() ?? '') && uid.string()?.includes('$') !== true)
        yield refused(remark(uid.string() ?? '', uid, 'a uid of at most 40 letters, digits, - and _', uid.string() ?? 'none'))
    }
    const unresolved: { group: string; said: Remark }[] = []
    const isGenerated = sources.some((source) => !source.has('uid'))
    const types = new Map(sources.map((source) => [source.string('uid') ?? '', source.string('type')]))
    const names = new Set(sources.map((source) => source.string('name') ?? ''))
    for (const { at: root, panels, parsed } of dashboardsOf(config, facts)) {
      // One that no Grafana here is given is for another, with data sources of its own.
      if (!isGivenToGrafana(root, config)) continue
      for (const panel of panels) {
        for (const { uid, at } of panel.datasources) {
          const [named, own] = [at.string('type'), types.get(uid)]
          if (named !== undefined && own !== undefined && named !== own && !named.startsWith('$'))
            yield note(panel.title, at.near('type'), `type: ${own}, of the data source ${uid}`, named, 'A data source is found by its uid')
          const variable = /^(?:\$\{?|\[\[)(\w+)/.exec(uid)?.[1]
          // Grafana asks for inputs on import by hand; it provisions a dashboard as it is:
          // https://github.com/grafana/grafana/issues/10786
          if (variable !== undefined && !parsed.variables.some(({ name }) => name === variable))
            unresolved.push({
              group: `${at.text.file} ${uid}`,
              said: remark(panel.title, at.near('uid'), `${oneOf(known)}, or a variable of the dashboard`, uid),
            })
          if (
            variable !== undefined ||
            known.has(uid) ||
            names.has(uid) ||
            /^-- .* --$|^grafana$|^__expr__$|^-100$/.test(uid) ||
            (isGenerated && GENERATED.test(uid))
          )
            continue
          unresolved.push({
            group: `${at.text.file} ${uid}`,
            said: remark(panel.title, at.near('uid'), oneOf(known), `${uid}${didYouMean(uid, known)}`),
          })
        }
      }
    }
    yield* groupedRemarks(unresolved, 'panels')
    for (const source of sources) {
      const settings = ['tracesToLogsV2', 'tracesToLogs', 'tracesToMetrics', 'tracesToProfiles', 'serviceMap', 'lokiSearch'].map((key) =>
        source.get('jsonData', key),
      )
      const uses = [
        ...source.items('jsonData', 'derivedFields'),
        ...source.items('jsonData', 'exemplarTraceIdDestinations'),
        ...settings,
      ].flatMap((setting) => setting?.get('datasourceUid') ?? [])
      for (const use of uses) {
        const uid = use.string() ?? ''
        // Grafana looks for a name where no uid fits; what an environment variable holds is not known here.
        if (!known.has(uid) && !names.has(uid) && !uid.includes('$'))
          yield remark(source.string('name') ?? '', use, oneOf(known), `${uid}${didYouMean(uid, known)}`)
      }
      if (!source.has('uid')) yield note(source.string('name') ?? '', source, 'a uid of its own', 'no uid: Grafana generates one')
    }
  },
}

function oneOf(known: ReadonlySet<string>): string {
  return known.size === 0 ? 'a uid of a data source here: give it one, none has any' : `one of ${[...known].join(', ')}`
}

/** What Grafana makes of the name of a data source without a uid. */
const GENERATED = /^P[0-9A-F]{16}$/

/** The uid of each data source that has that of one before it. */
function twice(sources: readonly Cursor[]): Cursor[] {
  const all = sources.flatMap((source) => source.get('uid') ?? [])
  return all.filter((at, index) => all.findIndex((other) => other.string() === at.string()) < index)
}
