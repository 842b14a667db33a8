import { parsePromql } from '../promql/parse.ts'
import { problem, text } from './reader.ts'
import type { Read } from './reader.ts'

/** A text that is PromQL by its grammar. Whether its metrics exist is for the drill to say. */
export const promql: Read<string> = (place) => {
  const expr = text(place)
  if (expr === undefined) return undefined
  const parsed = parsePromql(expr)
  if (parsed.ok) return expr
  const [shown = ''] = expr.slice(parsed.at, parsed.at + 20).split('\n')
  return problem(place, 'SPEC_PROMQL', shown === '' ? parsed.message : `${parsed.message}: "${shown}"`)
}
