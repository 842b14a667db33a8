import { isScalar } from 'yaml'
import { nearest } from '../../text/did-you-mean.ts'
import type { Cursor, WrongValue } from './cursor.ts'

/** The part of JSON Schema (draft 7) that compose's schema is written in. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  pattern?: string
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
  definitions?: Record<string, Schema>
}

export interface SchemaError extends WrongValue {
  /** Of a wrong key the mapping that it stands in; undefined: the value is wrong. */
  owner?: Cursor
}

/** What the schema refuses, each at its key or value. A value with ${NAME} is of any type. */
export function schemaErrors(root: Schema, at: Cursor): SchemaError[] {
  const resolve = (schema: Schema): Schema => {
    const name = /^#\/(?:definitions|\$defs)\/(\w+)$/.exec(schema.$ref ?? '')?.[1]
    return name === undefined ? schema : (root.definitions?.[name] ?? {})
  }
  const look = (given: Schema, value: Cursor, name: string, depth: number): SchemaError[] => {
    const schema = resolve(given)
    const wrong = (expected: string): SchemaError[] => [{ at: value, subject: name, expected, observed: shown(value) }]
    if (depth > 40) return []
    const alternatives = schema.oneOf ?? schema.anyOf
    if (alternatives !== undefined) {
      const fitting = alternatives.map(resolve).filter((each) => fits(each, value))
      const results = fitting.map((each) => look(each, value, name, depth + 1)).sort((a, b) => a.length - b.length)
      const [best] = results
      return (
        best ??
        wrong(
          alternatives
            .map((each) => typesOf(resolve(each)).join(' or '))
            .filter((each) => each !== '')
            .join(' or '),
        )
      )
    }
    if (!fits(schema, value)) return wrong(typesOf(schema).join(' or '))
    const text = value.string()
    if (schema.enum !== undefined && text !== undefined && !text.includes('${') && !schema.enum.map(String).includes(text))
      return wrong(`one of ${schema.enum.map(String).join(', ')}`)
    if (schema.pattern !== undefined && text !== undefined && !text.includes('${') && !new RegExp(schema.pattern).test(text))
      return wrong(schema.pattern)
    const inside = value.pairs().flatMap(([key, inner]) => property(schema, value, key, inner, name, depth))
    return [
      ...value.items().flatMap((item) => (schema.items === undefined ? [] : look(schema.items, item, name, depth + 1))),
      ...inside,
      ...(schema.required ?? [])
        .filter((key) => value.isMap() && !value.has(key) && !inside.some(({ expected }) => expected === key))
        .map((key) => ({ at: value, subject: name, expected: key, observed: `no ${key}` })),
    ]
  }
  const property = (schema: Schema, owner: Cursor, key: string, value: Cursor, name: string, depth: number): SchemaError[] => {
    const own = schema.properties?.[key]
    if (own !== undefined) return look(own, value, key, depth + 1)
    const patterned = Object.entries(schema.patternProperties ?? {}).find(([pattern]) => new RegExp(pattern).test(key))
    if (patterned !== undefined) return look(patterned[1], value, key, depth + 1)
    if (typeof schema.additionalProperties === 'object') return look(schema.additionalProperties, value, key, depth + 1)
    if (schema.additionalProperties !== false) return []
    const known = Object.keys(schema.properties ?? {})
    const meant =
      nearest(
        key,
        known.filter((each) => !owner.has(each)),
      ) ?? nearest(key, known)
    const where = name === '' ? 'the file' : name
    return [{ at: value, owner, subject: key, expected: meant ?? `a key of ${where}`, observed: `${key}, which is no key of ${where}` }]
  }
  // What several places share by an anchor is wrong once.
  const seen = new Set<string>()
  return look(root, at, '', 0).filter(({ at: { start, keyAt }, subject }) => {
    const id = `${start} ${keyAt} ${subject}`
    return !seen.has(id) && seen.add(id)
  })
}

function typesOf({ type, enum: values }: Schema): string[] {
  return type === undefined ? (values === undefined ? [] : [values.map(String).join(', ')]) : Array.isArray(type) ? type : [type]
}

function fits(schema: Schema, value: Cursor): boolean {
  const types = schema.type === undefined ? [] : typesOf(schema)
  if (types.length === 0) return true
  if (value.isMap()) return types.includes('object')
  if (value.isList()) return types.includes('array')
  const scalar = isScalar(value.node) ? value.node.value : null
  if (typeof scalar === 'string' && scalar.includes('${')) return types.some((type) => !['object', 'array'].includes(type))
  // A key without a value sets nothing.
  if (scalar === null || scalar === undefined) return true
  if (typeof scalar === 'number') return types.includes('number') || (types.includes('integer') && Number.isInteger(scalar))
  return types.includes(typeof scalar)
}

function shown(value: Cursor): string {
  return value.isMap() ? 'a mapping' : value.isList() ? 'a list' : (value.string() ?? 'no value')
}
