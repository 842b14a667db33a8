/**
 * What each scenario of this platform is for and what it may be given: k6 reads its parameters by it; scenarios.yaml, which firedrill
 * reads, is written from it (npm run docs).
 */
import { ratePerS } from './generic/generic-scenarios.ts'
import type { ScenarioMeta } from './generic/generic-scenarios.ts'

const SERVICES = ['fluxpay-engine', 'moalog-server', 'rate-limiter'] as const
const BY_HAND = 'people; a drill sends its own requests'

export const scenarios = {
  'error-burst': {
    title: 'A share of the payments fails at the payment provider',
    why: 'The provider has a test code for a server error, and fluxpay-engine (or moalog-server in front of it) must answer it with 502. HighErrorRate asks for a 5xx share above 1 %.',
    usedBy: 'error-burst (quiet 0.5 %, fire 1.8 %)',
    byHand: ['fluxpay-engine'],
    params: {
      ratePerS: ratePerS(20),
      errorShare: { kind: 'number', min: 0, max: 1, title: 'share of the payments that fail' },
      service: {
        kind: 'choice',
        choices: ['fluxpay-engine', 'moalog-server'],
        default: 'fluxpay-engine',
        title: 'the service that is asked',
      },
    },
  },
  'latency-burst': {
    title: 'A share of the requests is answered slowly, the rest at once',
    why: 'A p95 above 0.5 s means that more than 5 % of the requests took longer than the 0.5 s bucket, however slow. So the share decides; the delay need only be well above 0.5 s and below the 3 s timeout of fluxpay-engine. The payment provider delays (its test code), and all on the way to it wait: fluxpay-engine, moalog-server before it, rate-limiter before both.',
    usedBy: 'latency-burst (quiet 2 %, fire 60 %), latency-burst-moalog and latency-burst-forwarded (fire 90 %)',
    byHand: ['fluxpay-engine'],
    params: {
      ratePerS: ratePerS(20),
      slowShare: { kind: 'number', min: 0, max: 1, title: 'share of the payments that are slow' },
      delayMs: { kind: 'number', min: 1, max: 2900, default: 800, title: 'delay of a slow payment' },
      service: {
        kind: 'choice',
        choices: SERVICES,
        default: 'fluxpay-engine',
        title: 'the service that is asked, by its way to the provider',
      },
    },
  },
  'log-probe': {
    title: 'Requests stamped one by one, in X-Request-Id and query',
    why: 'The access line of each can be looked for in Loki and counted: lost, twice, out of order.',
    usedBy: BY_HAND,
    byHand: [],
    params: {
      ratePerS: ratePerS(10),
      service: { kind: 'choice', choices: SERVICES, default: 'moalog-server', title: 'the service whose lines are looked for' },
      stamp: { kind: 'text', default: '', title: "common prefix of the stamps; the run's id when empty" },
    },
  },
  'rate-limit-burst': {
    title: 'A steady number of 429 answers per second from rate-limiter',
    why: 'One key, whose bucket is drained first, then asked for rejectedPerS more than it is refilled. RateLimiterOverload asks for more than 1000 a minute, 16.7 per second.',
    usedBy: 'rate-limit-burst (quiet 10, fire 30)',
    byHand: ['rate-limiter'],
    params: {
      rejectedPerS: { kind: 'number', min: 0.1, max: 500, title: 'answers 429 per second' },
      refillPerS: { kind: 'number', min: 0, max: 500, default: 10, title: 'tokens that the bucket gets per second' },
      capacity: { kind: 'number', min: 1, max: 10_000, default: 100, title: 'tokens that the bucket holds' },
    },
  },
  'steady': {
    title: 'Steady background on one service, or a little on all three',
    why: 'Counters keep moving and p95 keeps having observations, so a firing alert resolves after its fault. Without traffic a share is NaN and its row is dropped, which is no recovery.',
    usedBy: 'the whole drill (all services), mysql-killed (moalog-server), mysql-killed-forwarded (through rate-limiter)',
    byHand: [],
    params: {
      ratePerS: ratePerS(6),
      service: {
        kind: 'choice',
        choices: ['', ...SERVICES],
        default: '',
        title: 'the service that is asked; all three in turn when empty',
      },
      through: {
        kind: 'choice',
        choices: ['', 'rate-limiter'],
        default: '',
        title: 'asked by the forwarding route of that one; only of moalog-server',
      },
    },
  },
  'trace-probe': {
    title: 'Requests with a traceparent of our own along both trace paths',
    why: 'The trace id is the MD5 of tracePrefix-iteration, so every id is known beforehand, and a sampler by ratio finds them as random as any.',
    usedBy: BY_HAND,
    byHand: SERVICES,
    params: {
      ratePerS: ratePerS(10, 200),
      tracePrefix: { kind: 'text', default: 'firedrill', title: 'what the trace ids are made from' },
      tracePath: {
        kind: 'choice',
        choices: ['moalog', 'fluxpay'],
        default: 'moalog',
        title: 'through rate-limiter to moalog-server, or an order at fluxpay-engine',
      },
    },
  },
  'warm-up': {
    title: 'JIT and connection pools warmed, every status label set born',
    why: "A counter's first value is lost to rate() (https://github.com/prometheus/prometheus/issues/1673), so each service that can gives one 5xx, and rate-limiter one 429, before anything is judged. The report lists these answers: what a platform's very first failure would do to the rule is not drilled.",
    usedBy: 'the start of the drill, once',
    params: { iterations: { kind: 'integer', min: 1, max: 2000, default: 120, title: 'rounds over all services' } },
  },
} as const satisfies Record<string, ScenarioMeta>
