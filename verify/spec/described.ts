import { READERS } from './parse-spec.ts'
import { yamlKey } from './reader.ts'
import type { Key, Keys, Read } from './reader.ts'
import { rule } from './rule.ts'

/** A mapping of the specification: where it first stands, and its keys as they are written. */
export interface Section {
  file: string
  /** '' for the file itself, else such as `experiments[].fire`. */
  path: string
  keys: Keys
  entries: { name: string; path: string; key: Key }[]
}

/** Files by the name they have in a specification's folder. */
export const FILES: Readonly<Record<string, Read<unknown>>> = {
  'rules/NAME.yaml': rule,
  ...Object.fromEntries(Object.entries(READERS).map(([name, read]) => [`${name}.yaml`, read])),
}

/** Every mapping of every file, each once: one that stands in several places is described where it stands first. */
export function sections(): Section[] {
  const found: Section[] = []
  const seen = new Set<unknown>()
  const visit = (file: string, path: string, read: Read<unknown>): void => {
    if (read.inner !== undefined) visit(file, `${path}${read.type === 'a mapping' ? '.NAME' : '[]'}`, read.inner)
    if (read.keys === undefined || seen.has(read.keys)) return
    seen.add(read.keys)
    const entries = Object.entries(read.keys).map(([model, key]) => {
      const name = yamlKey(model, key)
      return { name, path: path === '' ? name : `${path}.${name}`, key: key as Key }
    })
    found.push({ file, path, keys: read.keys, entries })
    for (const { path: below, key } of entries) visit(file, below, key.read)
  }
  for (const [file, read] of Object.entries(FILES)) visit(file, '', read)
  return found
}
