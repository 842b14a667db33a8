/** docs/specification.md: every key of a specification, from the tables that the reader itself reads by. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { FILES, sections } from '../verify/spec/described.ts'
import type { Section } from '../verify/spec/described.ts'
import type { Key, Read } from '../verify/spec/reader.ts'

const FOLDER = fileURLToPath(new URL('../verify/spec/', import.meta.url))
const LONGEST_EXAMPLE = 60

export function specificationTables(): string {
  const all = sections()
  return Object.keys(FILES)
    .flatMap((file) => {
      const documents = documentsOf(file)
      return all
        .filter((section) => section.file === file)
        .flatMap((section) => [`${section.path === '' ? '##' : '###'} ${title(section)}`, '', ...rows(section, all, documents), ''])
    })
    .join('\n')
}

function title({ file, path }: Section): string {
  return path === '' || path === '[]' ? file : `${file}: ${path}`
}

function rows({ entries }: Section, all: readonly Section[], documents: readonly unknown[]): string[] {
  const head = ['| key | may be | default | meaning | example |', '|---|---|---|---|---|']
  return [
    ...head,
    ...entries.map(
      ({ name, path, key }) =>
        `| ${[`\`${name}\``, typeOf(key.read, all), defaultOf(key), key.doc, exampleOf(path, key, documents)].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
    ),
  ]
}

function typeOf(read: Read<unknown>, all: readonly Section[]): string {
  if (read.inner !== undefined) return `${read.type} of ${typeOf(read.inner, all).replace(/^an? /, '')}`
  const section = all.find(({ keys }) => keys === read.keys)
  if (section === undefined) return read.type
  return `[mapping](#${title(section)
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')})`
}

function defaultOf({ how, fallback }: Key): string {
  if (how === 'needed') return '(needed)'
  return how === 'optional' ? '' : `\`${JSON.stringify(fallback)}\``
}

/** The first value that the project's own specification has there, or the one that the key brings along. */
function exampleOf(path: string, key: Key, documents: readonly unknown[]): string {
  if (key.example !== undefined) return `\`${key.example}\``
  if (nests(key.read)) return ''
  const [value] = documents.flatMap((document) => valuesAt(document, path.split(/\.(?!\.)/)))
  if (value === undefined) throw new Error(`${path} of the specification needs an example: none of verify/spec has it`)
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim().replace(/\s+/g, ' ')
  return `\`${text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}...` : text}\``
}

function nests(read: Read<unknown>): boolean {
  return read.keys !== undefined || (read.inner !== undefined && nests(read.inner))
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [step, ...rest] = path
  if (step === undefined) return value === undefined || value === null ? [] : [value]
  const key = step.replace(/(\[\])+$/, '')
  const below = key === '' ? value : typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return (step.endsWith('[]') ? (Array.isArray(below) ? below : []) : [below]).flatMap((each: unknown) => valuesAt(each, rest))
}

function documentsOf(file: string): unknown[] {
  const names = file.startsWith('rules/')
    ? readdirSync(`${FOLDER}rules`)
        .sort()
        .map((name) => `rules/${name}`)
    : [file]
  return names.map((name): unknown => parse(readFileSync(`${FOLDER}${name}`, 'utf8')))
}
