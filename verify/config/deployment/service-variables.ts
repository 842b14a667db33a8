import { readableDocuments, type ConfigText, type Cursor } from '../yaml/cursor.ts'

/** A variable that a service of one's own reads, with what it takes without it. */
export interface VariableRead {
  name: string
  fallback: string
  file: string
  line: number
}

/** `text("DATABASE_URL", "mysql://...")`, `process.env['HOST'] ?? '...'`, `os.getenv("URL", "...")` */
const QUOTED = /["'`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["'`]\]?\)?[^\n"'`]{0,40}["'`]([^"'`\n]*)["'`]/g
/** `process.env.REDIS_URL || '...'` */
const DOTTED = /\benv\.([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\s*(?:\|\||\?\?)\s*["'`]([^"'`\n]*)["'`]/g
/** Spring's own form, in YAML and properties. */
const PLACEHOLDER = /\$\{([A-Z][A-Z0-9_]*):([^}]*)\}/g

/**
 * Variables with a default that sources name, and Spring's properties: each is set by the variable of its name in capitals, without
 * dashes. https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding
 */
export function variablesRead(texts: readonly ConfigText[]): VariableRead[] {
  return texts.flatMap((text) => (/\/resources\/.*\.ya?ml$/.test(text.file) ? ofProperties(text) : ofSource(text)))
}

function ofSource({ file, text }: ConfigText): VariableRead[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      /^\s*(?:\/\/|#|\*)/.test(line)
        ? []
        : [QUOTED, DOTTED, PLACEHOLDER].flatMap((pattern) =>
            [...line.matchAll(pattern)].map(([, name = '', fallback = '']) => ({ name, fallback, file, line: index + 1 })),
          ),
    )
}

function ofProperties(text: ConfigText): VariableRead[] {
  const found: VariableRead[] = []
  const walk = (at: Cursor, path: string): void => {
    for (const [key, value] of at.pairs()) walk(value, path === '' ? key : `${path}.${key}`)
    const written = at.string()
    if (written === undefined || path === '') return
    const own = [...written.matchAll(PLACEHOLDER)].map(([, name = '', fallback = '']) => ({ name, fallback }))
    const property = { name: path.toUpperCase().replaceAll('-', '').replaceAll('.', '_'), fallback: written }
    for (const each of own.length > 0 ? own : [property]) found.push({ ...each, file: text.file, line: at.place().line })
  }
  for (const root of readableDocuments(text)) walk(root, '')
  return found
}
