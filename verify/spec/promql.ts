import { parser } from '@prometheus-io/lezer-promql'
import { lezerText } from '../model/promql-text.ts'
import { problem, text } from './reader.ts'
import type { Read } from './reader.ts'

/** A text that is PromQL by its grammar. Whether its metrics exist is for the drill to say. */
export const promql: Read<string> = (place) => {
  const expr = text(place)
  if (expr === undefined) return undefined
  const at = syntaxErrorAt(expr)
  if (at === undefined) return expr
  const shown = expr.slice(at, at + 20).split('\n')[0] ?? ''
  return problem(place, 'SPEC_PROMQL', shown === '' ? 'the expression ends too early' : `not PromQL from "${shown}" on`)
}

/** Offset of the first syntax error, or undefined. */
export function syntaxErrorAt(expr: string): number | undefined {
  let at: number | undefined
  parser.parse(lezerText(expr)).iterate({ enter: (node) => {
    if (node.type.isError) at ??= node.from
    return at === undefined
  } })
  return at
}
