import { defineCheck } from '../../drill-check.ts'
import { CLOCK_OFFSET } from '../../../promql/prometheus-time.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { pass, unknown } from '../../finding.ts'
import { scrapesAround } from '../../record/recorder.ts'

/** More missed evaluations than this share and the replay rests on too little. */
const MISSED_SHARE = 0.1
/** A scrape this many intervals late is one that did not happen. */
const GAP_INTERVALS = 2.5
/** Windows count from the drill's clock, samples from the server's. Below this the difference is mostly the question's own way. */
const CLOCK_SKEW_MS = 1_000

export const check = defineCheck(
  {
    id: 'evidence-continuous',
    scope: 'experiment',
    title: 'no scrape and no evaluation is missing',
    failureTitle: 'scrapes or evaluations are missing',
    why: 'A missed scrape or evaluation is not "no alert". A single one is replayed as missed; more of them say something about the machine, not about the rule.',
    mend: 'Run the drill on a less busy machine or at a lower --speed; look at why Prometheus missed scrapes or evaluations (its own log, rule group duration).',
    example: '14 of 96 evaluations were missed',
    needs: ['experiment', 'timing', 'legs', 'scrapes', 'replays', 'health'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ experiment, timing, legs, scrapes, replays, health }) => {
    const fromMs = Math.min(...[...legs.values()].map((leg) => leg.beginMs))
    const untilMs = Math.max(...[...legs.values()].map((leg) => leg.endMs))
    const expected = 'every scrape and all but a few evaluations recorded'
    const pointers = [...new Set(replays.flatMap((replay) => replay.pointers))]

    const compared = Math.max(0, ...replays.map((replay) => replay.result.compared))
    const skipped = Math.max(0, ...replays.map((replay) => replay.result.skipped.length))
    if (skipped > 1 && skipped > MISSED_SHARE * compared)
      return unknown('missed-evaluations', expected, `${skipped} of ${compared} evaluations were missed`, pointers)

    const job = experiment.subject['job']
    const named = scrapes.filter(
      (scrape) => (job === undefined || scrape.job === job) && (experiment.subject['instance'] ?? scrape.instance) === scrape.instance,
    )
    for (const column of named) {
      const scrape = scrapesAround(column, fromMs, untilMs)
      const intervalMs = timing.jobs[scrape.job]?.scrapeIntervalMs ?? timing.scrapeIntervalMs
      for (let i = 1; i < scrape.timesMs.length; i++) {
        const before = scrape.timesMs[i - 1] ?? 0
        const after = scrape.timesMs[i] ?? 0
        if (after < fromMs || before > untilMs || after - before <= GAP_INTERVALS * intervalMs) continue
        return unknown(
          'scrape-gap',
          expected,
          `no scrape of ${scrape.job} for ${seconds(after - before)} from ${clockTime(before)}`,
          pointers,
        )
      }
    }
    for (const { metric, column, seq } of health) {
      if (
        metric === 'process_start_time_seconds' &&
        column.labels['job'] === 'prometheus' &&
        column.values.some(
          (v, i) => i > 0 && (column.timesMs[i] ?? 0) >= fromMs && (column.timesMs[i - 1] ?? 0) <= untilMs && v !== column.values[i - 1],
        )
      ) {
        return unknown('missed-evaluations', expected, 'Prometheus was restarted: pending alerts started over', [...pointers, seq])
      }
      const skewed = metric === CLOCK_OFFSET ? column.values.find((v) => Math.abs(v) * 1_000 > CLOCK_SKEW_MS) : undefined
      if (skewed !== undefined)
        return unknown('clock-skew', expected, `the clocks of the drill and of Prometheus are ${seconds(skewed * 1_000)} apart`, [
          ...pointers,
          seq,
        ])
      if (metric !== 'firedrill_stall_seconds') continue
      const index = column.timesMs.findIndex(
        (t, i) => t >= fromMs && t <= untilMs && (column.values[i] ?? 0) * 1_000 > timing.evaluationIntervalMs,
      )
      if (index !== -1)
        return unknown(
          'verifier-stalled',
          expected,
          `the drill process stalled for ${seconds((column.values[index] ?? 0) * 1_000)} at ${clockTime(column.timesMs[index] ?? 0)}`,
          [...pointers, seq],
        )
    }
    return pass(expected, `${compared} evaluations, ${skipped} missed`, pointers)
  },
)
