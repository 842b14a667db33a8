import type { Options } from 'k6/options'
import { number, runId } from './environment.ts'

/**
 * An open model: arrivals come at `ratePerS` regardless of the responses, so that slow responses do not lower the rate.
 * VUs cover the slowest legal answer; the duration is a bound, firedrill usually ends k6 earlier. `atMostS`: a shorter one; 0: none.
 */
export function constantArrival(ratePerS: number, slowestAnswerS: number, atMostS = 0): Options {
  const legS = number('DURATION_S', 60, { min: 1, max: 4 * 3600 })
  // Where several pods share the load k6 divides the virtual users among them: one that gets none would send nothing, without a word.
  const pods = number('FIREDRILL_PODS', 1, { min: 1, max: 1000 })
  const vus = pods * Math.min(400, Math.max(2, Math.ceil((ratePerS * slowestAnswerS) / pods)))
  return {
    scenarios: {
      main: {
        executor: 'constant-arrival-rate',
        // Whole arrivals per timeUnit are required: 2.5/s is 25 per 10 s.
        rate: Math.max(1, Math.round(ratePerS * 10)),
        timeUnit: '10s',
        duration: `${atMostS > 0 ? Math.min(legS, atMostS) : legS}s`,
        preAllocatedVUs: vus,
        maxVUs: Math.min(400 * pods, vus * 2),
        gracefulStop: '1s',
      },
    },
    tags: { run: runId, experiment: __ENV['EXPERIMENT'] ?? '', leg: __ENV['LEG'] ?? '' },
    summaryTrendStats: ['avg', 'min', 'med', 'p(95)', 'p(99)', 'max', 'count'],
    // Failures are what some scenarios are for; k6's own exit code must speak of k6 only.
    throw: false,
    discardResponseBodies: true,
  }
}
