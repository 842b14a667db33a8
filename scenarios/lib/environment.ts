import type { ParamMeta } from '../../verify/model/param.ts'
import { scenarios } from '../meta.ts'
import type { ScenarioName } from '../meta.ts'

/** Addresses and parameters come from the environment that firedrill sets; the defaults are the lab's ports. */
export const services: Record<string, string> = {
  'rate-limiter': __ENV['RATE_LIMITER_URL'] ?? 'http://127.0.0.1:8082',
  'fluxpay-engine': __ENV['FLUXPAY_ENGINE_URL'] ?? 'http://127.0.0.1:8081',
  'moalog-server': __ENV['MOALOG_SERVER_URL'] ?? 'http://127.0.0.1:8090',
}

export const runId = __ENV['RUN_ID'] ?? 'by-hand'

export function address(service: string): string {
  const url = services[service]
  if (url === undefined) throw new Error(`unknown service "${service}"; known: ${Object.keys(services).join(', ')}`)
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
type Values<N extends ScenarioName> = { [P in keyof (typeof scenarios)[N]['params']]: ValueOf<(typeof scenarios)[N]['params'][P]> }

/** The parameters of a scenario as meta.ts has them, from the environment. */
export function parameters<N extends ScenarioName>(scenario: N): Values<N> {
  const metas: Readonly<Record<string, ParamMeta>> = scenarios[scenario].params
  return Object.fromEntries(Object.entries(metas).map(([name, meta]) => [name, parameter(name, meta)])) as Values<N>
}

function parameter(name: string, meta: ParamMeta): string | number {
  const variable = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
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

/** What a service asks for before it answers, by the environment that firedrill sets. */
const credentials: Record<string, Record<string, string>> = Object.fromEntries(
  Object.keys(services).map((name) => [
    name,
    JSON.parse(__ENV[`${name.replace(/-/g, '_').toUpperCase()}_HEADERS`] ?? '{}') as Record<string, string>,
  ]),
)

/** Headers of every request to a service: what joins metrics, trace and log of one moment, and what lets it in. */
export function headers(service: string, extra: Record<string, string> = {}): Record<string, string> {
  return { ...credentials[service], 'content-type': 'application/json', 'x-request-id': requestId, baggage, ...extra }
}

/** Exactly `share` of the iterations, evenly spread, not by chance: a share of 0.005 is one in 200, every time. */
export function isNth(iteration: number, share: number): boolean {
  return Math.floor((iteration + 1) * share + 1e-9) > Math.floor(iteration * share + 1e-9)
}

/** Tag of a request that the service it is sent to forwards: it counts for that one as well (verify/drivers/k6-slices.ts). */
export function forwardedTo(service: string): Record<string, string> {
  return { forwarded: service }
}
