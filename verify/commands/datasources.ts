import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'

interface Datasources { datasources?: { type?: string, jsonData?: { derivedFields?: { matcherRegex?: string }[] } }[] }

/** The regex by which the *deployed* Grafana cuts a trace id out of a log line; null when the file or the field is missing. */
export function derivedFieldsRegex(file: string | undefined, root: string): string | null {
  if (file === undefined) return null
  try {
    const { datasources } = parse(readFileSync(resolve(root, file), 'utf8')) as Datasources
    return datasources?.find(({ type }) => type === 'loki')?.jsonData?.derivedFields?.[0]?.matcherRegex ?? null
  } catch {
    // The judge reports the missing link with this very path; a drill need not stop for it.
    return null
  }
}
