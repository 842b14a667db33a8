/** Test code: a small report with every status in it, and texts that try to break out of each format. */
import type { Report } from '../../verify/model/report.ts'
import type { Verdict } from '../../verify/model/verdict.ts'

export const HOSTILE =
  '<script>alert(1)</script> "&\' ]]> | [x](javascript:alert(1)) `code` **bold** @team \u001b[31mred\u001b[0m \u0000 \ud800 \u202e http://evil.example'

const verdict = (change: Partial<Verdict>): Verdict => ({
  subject: 'redis-killed',
  alert: 'RedisConnectionFailed',
  check: 'alert-fired',
  status: 'pass',
  title: 'The alert fired at activeAt plus `for`',
  expected: 'startsAt = activeAt + 2 s',
  observed: 'startsAt 14:00:05.700',
  pointers: [3, 4],
  ...change,
})

const T = 1_795_357_000_000

export function report(text = 'plain'): Report {
  const failed = verdict({
    check: 'notification-delivered',
    status: 'fail',
    title: `The notification did not reach its receiver in time ${text}`,
    observed: text,
    diagnosis: text,
    window: { what: 'notified', earliestMs: T + 9_000, latestMs: T + 11_000, observedMs: null },
  })
  const fired = verdict({ window: { what: 'firing', earliestMs: T + 5_000, latestMs: T + 9_000, observedMs: T + 6_000 } })
  const verdicts = [
    fired,
    failed,
    verdict({ check: 'load-delivered', status: 'skipped', title: 'Does not apply: k6 delivered the requested rate' }),
  ]
  return {
    runId: `run-1${text === 'plain' ? '' : text}`,
    tool: 'firedrill 0.1.0',
    target: text,
    speed: 15,
    startedMs: T,
    endedMs: T + 90_000,
    ended: 'completed',
    outcome: 'fail',
    exitCode: 1,
    counts: { pass: 1, fail: 1, unknown: 1, skipped: 1 },
    causes: [{ root: failed, also: [], consequences: [] }],
    rules: [
      {
        alert: 'RedisConnectionFailed',
        severity: 'critical',
        because: text,
        outcome: 'fail',
        experiments: [
          {
            id: 'redis-killed',
            title: text,
            outcome: 'fail',
            verdicts,
            windows: verdicts.flatMap((v) => v.window ?? []),
            timeline: [
              { atMs: T + 1_000, what: 'leg before begins', pointer: 1 },
              { atMs: T + 3_000, what: 'leg before ends (held)', pointer: 2 },
              { atMs: T + 3_000, what: 'leg fire begins', pointer: 3 },
              { atMs: T + 4_000, what: text, pointer: 4 },
              { atMs: T + 12_000, what: 'leg fire ends (deadline)', pointer: 5 },
            ],
            moments: [
              {
                alert: 'RedisConnectionFailed',
                labels: { job: text },
                runId: text,
                pointer: 6,
                metric: { value: '0', comparator: '==', threshold: 0, atMs: T + 6_000, pointer: 7 },
                services: [text],
                fromMs: T + 3_000,
                untilMs: T + 12_000,
                query: `{service="${text}"}`,
                count: 7,
                more: false,
                lines: [
                  { atMs: T + 4_500, service: text, level: text, text, traceId: text, of: text },
                  { atMs: T + 4_600, service: 'rate-limiter', level: 'WARN', text: 'redis unavailable', traceId: null, of: '' },
                ],
                traces: [{ atMs: T + 4_400, service: text, operation: text, status: text, durationMs: 12.34, error: true, traceId: text }],
              },
            ],
          },
        ],
      },
    ],
    others: [
      {
        subject: 'path-moalog',
        check: 'trace-complete',
        status: 'unknown',
        title: 'Could not tell whether every request left a complete trace',
        expected: 'three traces',
        observed: text,
        cause: 'source-unreachable',
        pointers: [],
      },
    ],
    components: { prometheus: `2.48 ${text}` },
    selfTraceId: 'abc',
    plan: { makespanMs: 60_000, lowerBoundMs: 58_000, criticalPath: ['redis-killed', text] },
    problems: [text],
  }
}
