import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { datasourcesOf, derivedFieldsOf } from '../config/grafana/datasources.ts'
import { openDocuments } from '../config/yaml/cursor.ts'
import type { DerivedFields } from '../grafana/derived-fields.ts'
import { traceToLogsOf, type TraceToLogs } from '../grafana/trace-to-logs.ts'
import { messageOf } from '../text/error-text.ts'

/** What the *deployed* Grafana makes of a log line and of a span. */
export interface GrafanaLinks {
  derivedFields: DerivedFields
  traceToLogs?: TraceToLogs
}

/** null when the target does not say where that is written: a provisioning file, or a folder of them. */
export function grafanaLinks(file: string | undefined, root: string): GrafanaLinks | null {
  if (file === undefined) return null
  const path = resolve(root, file)
  const inside = relative(root, path)
  const shown = inside.startsWith('..') ? file : inside
  try {
    const { cursors, sources } = provisionedSources(path)
    const ofType = (type: string): typeof cursors => cursors.filter((source) => source.string('type') === type)
    const fields = ofType('loki').flatMap((loki) => derivedFieldsOf(loki, sources).map(({ field }) => field))
    const traceToLogs = ofType('jaeger')
      .map((jaeger) => traceToLogsOf(jaeger.get('jsonData')?.plain(), sources))
      .find((found) => found !== undefined)
    return {
      derivedFields: { file: shown, fields },
      ...(traceToLogs === undefined ? {} : { traceToLogs: { ...traceToLogs, file: shown } }),
    }
  } catch (error) {
    // The judge says so; a drill need not stop for it.
    return {
      derivedFields: {
        file: shown,
        fields: [],
        error: (error as NodeJS.ErrnoException).code ?? messageOf(error),
      },
    }
  }
}

/** Of a provisioning file or a folder of them; throws for what cannot be read. */
export function provisionedSources(path: string): ReturnType<typeof datasourcesOf> {
  const datasources = filesOf(path).flatMap((file) =>
    openDocuments({ file, path: file, text: readFileSync(file, 'utf8'), lineOffset: 0, columnOffset: 0 }),
  )
  return datasourcesOf({ datasources })
}

function filesOf(path: string): string[] {
  return statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path]
}
