import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parse } from 'yaml'
import { fieldsOf, type DerivedFields, type FieldConfig } from '../grafana/derived-fields.ts'
import { traceToLogsOf, type TraceToLogs } from '../grafana/trace-to-logs.ts'

interface Source {
  type?: string
  uid?: string
  name?: string
  isDefault?: boolean
  jsonData?: { derivedFields?: FieldConfig[]; timeInterval?: string } & Record<string, unknown>
}

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
    const sources = provisionedSources(path)
    const fields = sources.filter(({ type }) => type === 'loki').flatMap(({ jsonData }) => fieldsOf(jsonData?.derivedFields ?? [], sources))
    const traceToLogs = sources
      .filter(({ type }) => type === 'jaeger')
      .map(({ jsonData }) => traceToLogsOf(jsonData, sources))
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
        error: (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error)),
      },
    }
  }
}

/** Of a provisioning file or a folder of them; throws for what cannot be read. */
export function provisionedSources(path: string): Source[] {
  return filesOf(path).flatMap((each) => (parse(readFileSync(each, 'utf8')) as { datasources?: Source[] } | null)?.datasources ?? [])
}

function filesOf(path: string): string[] {
  return statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path]
}
