import type { HttpProbe, Spec, SpanSpec } from '../../model/spec.ts'
import type { Finding } from '../drill-check.ts'
import type { Answer } from '../record/answer-columns.ts'
import { DENSE, starvedText, TIMER, waitedFor, waitedOneAfterAnother, type RequestWaits, type Starved } from '../record/cpu-waits.ts'
import type { RunRecord } from '../record/recorder.ts'

/**
 * The services that may have handled the request: the one that is asked, and those of the specified traces of the same request; where none
 * is specified, every service that answers requests.
 */
export function servicesOnPath({ traces, platform }: Pick<Spec, 'traces' | 'platform'>, { service, method, path }: HttpProbe): string[] {
  const bare = (text: string): string => text.replace(/\?.*$/, '')
  const same = traces.filter(({ request }) => request.service === service && request.method === method && bare(request.path) === bare(path))
  const others =
    same.length > 0
      ? same.flatMap(({ tree }) => servicesOf(tree))
      : platform.services.filter(({ signals }) => signals?.includes('answers') === true).map(({ name }) => name)
  return [...new Set([service, ...others])]
}

function servicesOf({ service, children }: SpanSpec): string[] {
  return [service, ...children.flatMap(servicesOf)]
}

export function waitsOf(run: RunRecord, request: HttpProbe): RequestWaits {
  const parts = run.header === undefined ? [] : servicesOnPath(run.header.spec, request)
  return {
    waited: (fromMs, untilMs) => waitedOneAfterAnother(run, parts, fromMs, untilMs),
    starved: (fromMs, untilMs, needMs) => waitedFor(run, fromMs, untilMs, needMs, (part) => part === TIMER || parts.includes(part)),
  }
}

/**
 * The wait for a CPU that may have made an answer wrong; undefined where nothing of that kind explains it. What is late, is late by no more
 * than the machine kept the request waiting. What says something else than is `right` needs more: a service that is kept waiting for longer
 * than it has for an answer meets its own time limits, and so does what was queued meanwhile and is sent just after; less changes nothing.
 */
export function machineMade(
  { sentMs, tookMs, status }: Answer,
  right: readonly number[],
  withinMs: number,
  { waited, starved }: RequestWaits,
): Starved | undefined {
  const answeredMs = sentMs + tookMs
  const lateMs = tookMs - withinMs
  const own = lateMs > 0 ? waited(sentMs, answeredMs) : undefined
  if (lateMs > 0 && (own === undefined || own.waitedMs < lateMs)) return undefined
  return right.includes(status) ? own : starved(answeredMs - DENSE * withinMs, answeredMs, withinMs)
}

/** A failure whose wrong answers (`wrong`) may each be the machine's and not the service's. */
export function unlessRequestsWaited<T extends Pick<Finding, 'status' | 'expected' | 'observed' | 'cause' | 'diagnosis' | 'part'>>(
  finding: T,
  wrong: readonly { answer: Answer; right: readonly number[] }[],
  withinMs: number,
  machine: RequestWaits,
): T {
  const made = wrong.map(({ answer, right }) => machineMade(answer, right, withinMs, machine))
  const longest = longestOf(made)
  if (finding.status !== 'fail' || longest === undefined || made.includes(undefined)) return finding
  const { diagnosis: _, part: __, ...rest } = finding
  return { ...(rest as T), status: 'unknown', cause: 'machine-starved', observed: `${finding.observed}. But ${starvedText(longest)}` }
}

export function longestOf(waits: readonly (Starved | undefined)[]): Starved | undefined {
  return waits.filter((each) => each !== undefined).sort((a, b) => b.waitedMs - a.waitedMs)[0]
}
