import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import type { InitFile } from './specify.ts'

/** A file of the folder as it is and as it would be written now. */
export interface Change {
  path: string
  /**
   * created: it is not there yet. rewritten: as an earlier init wrote it, untouched since. kept: edited, reviewed or of someone else, and
   * so not written. unchanged: nothing differs.
   */
  what: 'created' | 'rewritten' | 'kept' | 'unchanged'
  /** Of a kept one, where it is for another reason than a person's hand. */
  why?: string
  /** With its mark: what is written where it is created or rewritten. */
  text: string
  /** What differs, value by value: `- for: 5m`, `+ for: 10m`. */
  diff: string[]
}

const MARK = /^# firedrill init ([0-9a-f]{16}): .*\n/

/** The text under its mark: by it a later init knows that no person has changed the file. */
export function marked(text: string): string {
  return `# firedrill init ${digest(text)}: a later init rewrites this file as long as nothing in it is changed.\n${text}`
}

/** Whether a text is as an init wrote it. */
function isUntouched(text: string): boolean {
  const [line = '', seal] = MARK.exec(text) ?? []
  return line !== '' && digest(text.slice(line.length)) === seal
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** What writing the files would change; `existing`: their texts, undefined where there is none. Nothing reviewed or edited is written. */
export function changesOf(files: readonly InitFile[], existing: (path: string) => string | undefined): Change[] {
  return files.map(({ path, text }): Change => {
    const [before, after] = [existing(path), marked(text)]
    if (before === undefined) return { path, what: 'created', text: after, diff: [] }
    if (before === after) return { path, what: 'unchanged', text: after, diff: [] }
    const diff = differences(before, after)
    if (isUntouched(before)) return { path, what: 'rewritten', text: after, diff: diff.length > 0 ? diff : ['  comments alone'] }
    return { path, what: diff.length > 0 ? 'kept' : 'unchanged', text: after, diff }
  })
}

/** What a person adds and answers for: it is not of what is deployed. */
const OF_A_PERSON = new Set(['because', 'reviewed', 'experiments', 'measured-by'])

function differences(before: string, after: string): string[] {
  const [old, new_] = [valuesIn(before), valuesIn(after)]
  if (old === undefined || new_ === undefined) return ['  it is no YAML that can be compared']
  const keys = [...new Set([...old.keys(), ...new_.keys()])]
  return keys.flatMap((key) => {
    const [was, is] = [old.get(key), new_.get(key)]
    if (was === is) return []
    return [...(was === undefined ? [] : [`- ${key}: ${was}`]), ...(is === undefined ? [] : [`+ ${key}: ${is}`])]
  })
}

/** Each value of a document by its path; undefined where it is no YAML. */
function valuesIn(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
      found.set(path, typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value))
      return
    }
    for (const [key, each] of Object.entries(value))
      visit(each, Array.isArray(value) ? `${path}[${nameIn(each) ?? key}]` : path === '' ? key : `${path}.${key}`)
  }
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 })
    if (typeof value !== 'object' || value === null) return undefined
    const isTop = !Array.isArray(value)
    for (const [key, each] of Object.entries(value))
      if (!isTop || !OF_A_PERSON.has(key)) visit(each, isTop ? key : `[${nameIn(each) ?? key}]`)
    return found
  } catch {
    return undefined
  }
}

/** What a list's item is called: one more item at the begin must not make all of them differ. */
function nameIn(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const own = item as Record<string, unknown>
  const name = [own['alert'], own['record'], own['job'], own['job_name'], own['name']].find((each) => typeof each === 'string')
  return typeof name === 'string' ? name : undefined
}
