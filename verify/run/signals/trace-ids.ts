import { randomBytes } from 'node:crypto'

/**
 * Random in every digit, as https://www.w3.org/TR/trace-context-2/#random-trace-id-flag has it: a sampler by ratio decides by the last
 * ones, and
 * would take all of a numbered series or none of it.
 */
export function traceIds(count: number): string[] {
  return Array.from({ length: count }, () => randomBytes(16).toString('hex'))
}
