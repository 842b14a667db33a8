import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { REPORT_SCHEMA } from '../verify/model/report.ts'

/** JSON Schema of report.json, from the types and docstrings of verify/model/report.ts: there is no second description to keep true. */
const SOURCE = fileURLToPath(new URL('../verify/model/report.ts', import.meta.url))
const ROOT_TYPE = 'ReportFile'

type Schema = Record<string, unknown>

export function reportSchema(): string {
  const { types, checker, root } = reportTypes()
  const definitions: Record<string, Schema> = {}
  const main = objectOf(types.get(root)!, (type) => schemaOf(type, checker, definitions), checker)
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => a.localeCompare(b)))
  const $schema = 'https://json-schema.org/draft/2020-12/schema'
  return `${JSON.stringify({ $schema, $id: REPORT_SCHEMA, title: "firedrill's report.json", ...main, $defs: sorted }, null, 2)}\n`
}

/** Every interface of the file by its name, through TypeScript itself. */
function reportTypes(): { types: Map<string, ts.Type>; checker: ts.TypeChecker; root: string } {
  const program = ts.createProgram([SOURCE], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
    lib: ['lib.es2022.d.ts'],
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
  })
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(SOURCE)
  if (file === undefined) throw new Error(`${SOURCE} cannot be read`)
  const types = new Map(
    file.statements.filter(ts.isInterfaceDeclaration).map((node) => [node.name.text, checker.getTypeAtLocation(node)] as const),
  )
  return { types, checker, root: ROOT_TYPE }
}

function schemaOf(type: ts.Type, checker: ts.TypeChecker, definitions: Record<string, Schema>): Schema {
  const inner = (part: ts.Type): Schema => schemaOf(part, checker, definitions)
  if (type.flags & ts.TypeFlags.String) return { type: 'string' }
  if (type.flags & ts.TypeFlags.Number) return { type: 'number' }
  if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' }
  if (type.flags & ts.TypeFlags.Null) return { type: 'null' }
  if (type.isStringLiteral()) return { const: type.value }
  if (type.isUnion()) {
    const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined))
    if (parts.every((part) => part.isStringLiteral())) return parts.length === 1 ? inner(parts[0]!) : enumOf(parts)
    // true | false is a union of its own.
    if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' }
    if (parts.length === 1) return inner(parts[0]!)
    const literals = parts.filter((part) => part.isStringLiteral())
    const others = parts.filter((part) => !part.isStringLiteral()).map(inner)
    return { anyOf: [...(literals.length > 0 ? [enumOf(literals)] : []), ...others] }
  }
  if (checker.isArrayType(type)) return { type: 'array', items: inner(checker.getTypeArguments(type as ts.TypeReference)[0]!) }
  if (!(type.flags & ts.TypeFlags.Object)) throw new Error(`no JSON Schema for ${checker.typeToString(type)}`)
  const name = type.symbol.name
  if (!(type.symbol.flags & ts.SymbolFlags.Interface)) return objectOf(type, inner, checker)
  if (definitions[name] === undefined) {
    // A type may hold itself.
    definitions[name] = {}
    definitions[name] = objectOf(type, inner, checker)
  }
  return { $ref: `#/$defs/${name}` }
}

/** Sorted: TypeScript's own order changes with what else it has read. */
function enumOf(literals: readonly ts.StringLiteralType[]): Schema {
  return { enum: literals.map(({ value }) => value).sort() }
}

function objectOf(type: ts.Type, inner: (part: ts.Type) => Schema, checker: ts.TypeChecker): Schema {
  const description = ts.displayPartsToString(type.symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ')
  const own = checker.getPropertiesOfType(type)
  const index = checker.getIndexInfosOfType(type)[0]
  const required = own.filter((property) => !(property.flags & ts.SymbolFlags.Optional)).map(({ name }) => name)
  const properties = own.map((property) => {
    const text = ts.displayPartsToString(property.getDocumentationComment(checker)).replace(/\s+/g, ' ')
    return [property.name, { ...inner(checker.getTypeOfSymbol(property)), ...(text === '' ? {} : { description: text }) }] as const
  })
  return {
    ...(description === '' ? {} : { description }),
    type: 'object',
    ...(own.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: index === undefined ? false : inner(index.type),
  }
}
