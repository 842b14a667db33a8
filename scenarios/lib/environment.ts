import type { ParamMeta } from '../../verify/model/param.ts'

export const runId = __ENV['RUN_ID'] ?? 'by-hand'

/** slowShare, web-shop -> SLOW_SHARE, WEB_SHOP (verify/drivers/k6.ts). */
function variableOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toUpperCase()
}

/** Base address of a service, from the environment that firedrill sets by the target. */
export function address(service: string): string {
  const name = `${variableOf(service)}_URL`
  const url = __ENV[name]
  if (url === undefined) throw new Error(`the target has no service "${service}": its address is expected in ${name}`)
  return url.replace(/\/$/, '')
}

/** A number from the environment; one that is none or out of bounds stops k6 before any request. */
export function number(name: string, fallback: number | undefined, bounds: { min: number; max: number }): number {
  const text = __ENV[name]
  const value = text === undefined ? fallback : Number(text)
  if (value === undefined || Number.isNaN(value)) throw new Error(`${name} must be a number, got ${JSON.stringify(text)}`)
  if (value < bounds.min || value > bounds.max) throw new Error(`${name} must be from ${bounds.min} to ${bounds.max}, got ${value}`)
  return value
}

type ValueOf<M> = M extends { kind: 'number' | 'integer' } ? number : M extends { choices: readonly (infer C)[] } ? C : string
type Values<P> = { [N in keyof P]: ValueOf<P[N]> }

/** The parameters of a scenario as its meta has them, from the environment. */
export function parameters<const P extends Readonly<Record<string, ParamMeta>>>({ params }: { params: P }): Values<P> {
  return Object.fromEntries(Object.entries(params).map(([name, meta]) => [name, parameter(variableOf(name), meta)])) as Values<P>
}

function parameter(variable: string, meta: ParamMeta): string | number {
  if (meta.kind !== 'choice' && meta.kind !== 'text') return number(variable, meta.default, meta)
  const value = __ENV[variable] ?? meta.default
  if (value === undefined) throw new Error(`${variable} is missing: ${meta.title}`)
  if (meta.kind === 'choice' && !meta.choices.includes(value))
    throw new Error(`${variable} must be one of ${meta.choices.join(', ')}, got ${JSON.stringify(value)}`)
  return value
}

/** Of requests that are not stamped one by one: run, experiment and leg, so that an access line says whose it is. */
const requestId = [runId, __ENV['EXPERIMENT'], __ENV['LEG']].filter((part) => part !== undefined && part !== '').join('.')

/** W3C baggage (https://www.w3.org/TR/baggage/): goes with the trace through every service, whose agent makes span attributes of it. */
const baggage = [
  ['firedrill.run', runId],
  ['firedrill.experiment', __ENV['EXPERIMENT'] ?? ''],
]
  .filter(([, value]) => value !== '')
  .map(([key, value = '']) => `${key}=${encodeURIComponent(value)}`)
  .join(',')

/** Headers of every request to a service: what joins metrics, trace and log of one moment, and what lets it in. */
export function headers(service: string, extra: Record<string, string> = {}): Record<string, string> {
  const credentials = JSON.parse(__ENV[`${variableOf(service)}_HEADERS`] ?? '{}') as Record<string, string>
  return { ...credentials, 'content-type': 'application/json', 'x-request-id': requestId, baggage, ...extra }
}

/** Exactly `share` of the iterations, evenly spread, not by chance: a share of 0.005 is one in 200, every time. */
export function isNth(iteration: number, share: number): boolean {
  return Math.floor((iteration + 1) * share + 1e-9) > Math.floor(iteration * share + 1e-9)
}

/** Tag of a request that the service it is sent to forwards: it counts for that one as well (verify/drivers/k6-slices.ts). */
export function forwardedTo(service: string): Record<string, string> {
  return { forwarded: service }
}
