import type { HttpProbe, Spec, SpanSpec } from '../../model/spec.ts'
import type { Finding } from '../drill-check.ts'
import type { Answer } from '../record/answer-columns.ts'
import { starvedText, type Starved } from '../record/cpu-waits.ts'

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

/**
 * A failure whose wrong answers (`late`) are all right but for their time, each late by no more than the machine kept its request waiting:
 * that may be the machine and not the service.
 */
export function unlessRequestWaited<T extends Pick<Finding, 'status' | 'expected' | 'observed' | 'cause' | 'diagnosis' | 'part'>>(
  finding: T,
  late: readonly Answer[],
  withinMs: number,
  waited: (fromMs: number, untilMs: number) => Starved | undefined,
): T {
  const waits = late.map(({ sentMs, tookMs }) => {
    const own = waited(sentMs, sentMs + tookMs)
    return own !== undefined && own.waitedMs >= tookMs - withinMs ? own : undefined
  })
  const longest = waits.filter((each) => each !== undefined).sort((a, b) => b.waitedMs - a.waitedMs)[0]
  if (finding.status !== 'fail' || longest === undefined || waits.includes(undefined)) return finding
  const { diagnosis: _, part: __, ...rest } = finding
  return { ...(rest as T), status: 'unknown', cause: 'machine-starved', observed: `${finding.observed}. But ${starvedText(longest)}` }
}
