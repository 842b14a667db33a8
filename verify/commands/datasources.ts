import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { parse } from 'yaml'
import type { DerivedFields } from '../run/derived-fields.ts'

interface Datasources { datasources?: { type?: string, jsonData?: { derivedFields?: { matcherRegex?: string, matcherType?: string }[] } }[] }

/** By what the *deployed* Grafana cuts a trace id out of a log line; null when the target does not say where that is written. */
export function derivedFields(file: string | undefined, root: string): DerivedFields | null {
  if (file === undefined) return null
  const path = resolve(root, file)
  const inside = relative(root, path)
  const shown = inside.startsWith('..') ? file : inside
  try {
    const { datasources } = parse(readFileSync(path, 'utf8')) as Datasources
    const fields = (datasources ?? []).filter(({ type }) => type === 'loki').flatMap(({ jsonData }) => jsonData?.derivedFields ?? [])
    // matcherType label looks at a label instead of the line.
    return { file: shown, regexes: fields.flatMap(({ matcherRegex, matcherType }) => (matcherRegex === undefined || matcherType === 'label' ? [] : [matcherRegex])) }
  } catch (error) {
    // The judge says so; a drill need not stop for it.
    return { file: shown, regexes: [], error: (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error)) }
  }
}
