import { interpolate } from '../config/deployment/workloads.ts'
import { FiredrillError } from '../model/error.ts'

/** What compose-go takes for a variable's name: https://github.com/compose-spec/compose-go/blob/v2.0.0/dotenv/parser.go */
const NAME = /^[ \t]*(?:export[ \t]+)?([A-Za-z0-9_.[\]-]+)[ \t]*[=:][ \t]*/
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', c: '\\c', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/**
 * The variables of a .env file as Docker Compose reads it: single quotes are literal; ${NAME} of double-quoted and bare values is replaced,
 * by what `env` says first, then by what stands above; $$ is a $; " #" ends a bare value; a quoted value may have several lines. Throws
 * ENV_FILE with the line. https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
export function readEnvText(text: string, file: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const found: Record<string, string> = {}
  const known = (): Record<string, string> => ({ ...found, ...(env as Record<string, string>) })
  let rest = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const lineNow = (): number => text.replaceAll('\r\n', '\n').split('\n').length - rest.split('\n').length + 1
  const refuse = (why: string): FiredrillError =>
    new FiredrillError('ENV_FILE', why, {
      place: { file, line: lineNow() },
      next: 'Docker Compose does not read this file either. Write NAME=value; a value with quotes or a # in it goes into single quotes.',
    })
  for (;;) {
    rest = rest.replace(/^(?:[ \t]*(?:#[^\n]*)?\n)+/, '')
    if (/^[ \t]*(?:#.*)?$/.test(rest)) return found
    const name = NAME.exec(rest)
    if (name?.[1] === undefined) {
      // A name alone is passed on from the environment.
      const bare = /^[ \t]*(?:export[ \t]+)?([A-Za-z0-9_.[\]-]+)[ \t]*(?:\n|$)/.exec(rest)
      if (bare === null) throw refuse('this is no assignment of a variable')
      rest = rest.slice(bare[0].length)
      continue
    }
    const after = rest.slice(name[0].length)
    const quoted = /^'((?:\\'|[^'])*)'|^"((?:\\[^]|[^"\\])*)"/.exec(after)
    if (quoted !== null) {
      const [whole, single, double = ''] = quoted
      found[name[1]] = single === undefined ? interpolate(escaped(double), known()) : single.replaceAll("\\'", "'")
      rest = after.slice(whole.length)
    } else if (/^['"]/.test(after)) {
      throw refuse(`the value of ${name[1]} has an opening quote and no closing one`)
    } else {
      const [line = ''] = after.split('\n', 1)
      found[name[1]] = interpolate(line.replace(/ #.*$/, '').trim(), known())
      rest = after.slice(line.length)
    }
  }
}

/** Escapes of a double-quoted value; \$ becomes $$, which the replacement of variables then leaves as a $. */
function escaped(text: string): string {
  return text.replace(/\\([abcfnrtv$"\\])/g, (_, letter: string) => (letter === '$' ? '$$' : (ESCAPES[letter] ?? letter)))
}
