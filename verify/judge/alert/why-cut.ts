import type { PlatformSpec } from '../../model/spec.ts'
import type { UnknownCause } from '../../model/verdict.ts'
import { clockTime, seconds } from '../../text/instant.ts'
import { starvedText, waitedFor } from '../record/cpu-waits.ts'
import type { RunRecord } from '../record/recorder.ts'
import { inForce } from '../signal/faults-in-force.ts'
import type { CutScrape } from './cut-scrape.ts'

/** Of a scrape that ran into its timeout a part must have waited this share for a CPU: the rest alone would have ended in time. */
export const HALF = 0.5

export interface WhyCut {
  cause: Extract<UnknownCause, 'machine-starved' | 'scrape-gap'>
  /** For a sentence after "But". */
  text: string
  pointers: number[]
}

/**
 * Why a scrape ran into a timeout that only the compressed configuration has: the machine where it kept a part waiting for a CPU, else a
 * fault in force that the scraped job shows, else the speed alone. A machine that is not known to have kept anything waiting is not blamed.
 */
export function whyCut(run: RunRecord, cut: CutScrape): WhyCut {
  const { job, atMs, tookMs, timeoutMs } = cut
  const scrape = `the scrape of ${job} at ${clockTime(atMs)} hit its compressed scrape timeout of ${seconds(timeoutMs)}`
  const starved = waitedFor(run, atMs, atMs + tookMs, HALF * tookMs)
  if (starved !== undefined) return { cause: 'machine-starved', text: `${scrape}: ${starvedText(starved)}`, pointers: [starved.seq] }
  const fault = inForce(run).find(
    ({ target, onFromMs, offByMs }) =>
      target !== undefined && onFromMs < atMs + tookMs && offByMs > atMs && isShownBy(run.header?.spec.platform, job, target),
  )
  const meanwhile = fault === undefined ? '' : ` while ${fault.what} was in force`
  const observed = run.cpuWaits.some((entry) => entry.seconds.some(([fromMs, untilMs]) => fromMs < atMs + tookMs && untilMs > atMs))
  const machine = observed
    ? ', and other programs kept no part waiting half as long for a CPU'
    : '; how long the machine kept it waiting for a CPU is not known'
  const deployedMs = run.header?.spec.platform.scrapeTimeoutMs ?? NaN
  return {
    cause: 'scrape-gap',
    text: `${scrape}${meanwhile}${machine}. As deployed it may take ${seconds(deployedMs)}: use a lower --speed`,
    pointers: [],
  }
}

/** Whether a job's scrape shows what becomes of a part: its own, or the part that it says by a series of its own to be away or hung. */
function isShownBy(platform: PlatformSpec | undefined, job: string, name: string): boolean {
  if (platform === undefined) return false
  const part = [...platform.services, ...(platform.parts ?? [])].find((each) => each.name === name)
  const series = Object.keys({ ...part?.whenDown, ...part?.whenHung })
  return (
    name === job ||
    platform.services.some((each) => each.name === name && each.job === job) ||
    series.some((text) => text.includes(`job="${job}"`))
  )
}
