/**
 * lab/cluster/answering.ts URL...: waits until each answers 2xx, at most a minute each; exit code 3 when one does not. A pod that is ready
 * is reached by its Service's address only when kube-proxy has written that down, which nothing in the API says.
 */
import { setTimeout as delay } from 'node:timers/promises'

/** What a drill asks before anything else; the addresses of examples/kubernetes/addresses.yaml. */
export const FIRST_ASKED = ['http://10.96.0.14:9090/-/ready', 'http://10.96.0.15:9093/-/ready']

const WITHIN_MS = 60_000
const POLL_MS = 100

/** The first of them that does not answer 2xx within a minute; undefined: all do. */
export async function firstSilent(urls: readonly string[], withinMs = WITHIN_MS): Promise<string | undefined> {
  for (const url of urls) {
    const signal = AbortSignal.timeout(withinMs)
    while (!(await answers(url, signal))) {
      if (signal.aborted) return url
      await delay(POLL_MS)
    }
  }
  return undefined
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { ok, body } = await fetch(url, { signal })
    await body?.cancel()
    return ok
  } catch {
    return false
  }
}

if (import.meta.main) {
  const silent = await firstSilent(process.argv.slice(2))
  if (silent !== undefined) process.stderr.write(`${silent} does not answer\n`)
  process.exitCode = silent === undefined ? 0 : 3
}
