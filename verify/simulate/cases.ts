import type { Labels, Spec } from '../model/spec.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { compares } from '../promql/operators.ts'
import { labelKey } from '../promql/labels.ts'
import { distinct } from '../text/distinct.ts'
import { counter, spread, split, type InputSeries, type Sample } from './input.ts'
import { decoySeries, instances, selectedSeries, type Operand, type Stimulus } from './stimulus.ts'

/** A test of one rule: series, and at which instants which alerts fire. */
export interface Case {
  name: string
  alert: string
  series: InputSeries[]
  /** At each instant: the instances (by their labels) that fire; of each, annotations that its labels alone do not make. */
  expect: { atMs: number; fires: Labels[]; texts?: Labels[] }[]
  /**
   * The threshold itself: only where the arithmetic of floating point numbers hits it exactly. Dropped when the specification's own
   * expression does not.
   */
  exact: boolean
}

/** Level of the condition at each step, as a share or count; see `levels` of each kind. */
interface Plan {
  what: string
  /** Multiples of the smallest step above the threshold, for each evaluation step. */
  steps: number
  /** Value of the driven quantity at each step. */
  level(step: number): number
  sample?(step: number): Sample | undefined
  /** Requests of a step besides REQUESTS: a surge of traffic. */
  surge?(step: number): number
  expect: { step: number; fires: boolean }[]
  exact?: boolean
  /** Denominator 0: no limit. */
  unset?: boolean
}

export function casesFor(stimulus: Stimulus, spec: Spec, catalogue: Catalogue, thorough: boolean): Case[] {
  const stepMs = spec.platform.evaluationIntervalMs
  const plans = stimulus.numerator.fn === 'gauge' ? gaugePlans(stimulus, stepMs, thorough) : ratePlans(stimulus, stepMs, thorough)
  return plans.map((plan) => {
    const fires = firingLabels(stimulus, spec, catalogue)
    return {
      name: `${stimulus.rule.alert} ${stimulus.job}: ${plan.what}`,
      alert: stimulus.rule.alert,
      exact: plan.exact === true,
      series: seriesFor(stimulus, plan, spec, catalogue, stepMs),
      expect: plan.expect.map(({ step, fires: does }) => ({ atMs: step * stepMs, fires: does ? [fires] : [] })),
    }
  })
}

const firing = (...steps: number[]): Plan['expect'] => steps.map((step) => ({ step, fires: true }))
const quietAt = (...steps: number[]): Plan['expect'] => steps.map((step) => ({ step, fires: false }))

function range(from: number, to: number): (step: number) => boolean {
  return (step) => step >= from && step <= to
}

/** Evaluations from the first that sees the condition to the first that fires. */
function forSteps(stimulus: Stimulus, stepMs: number): number {
  return Math.ceil(stimulus.rule.forMs / stepMs)
}

function gaugePlans(stimulus: Stimulus, stepMs: number, thorough: boolean): Plan[] {
  const n = forSteps(stimulus, stepMs)
  const { comparator } = stimulus
  const th = stimulus.denominator === null ? stimulus.threshold : Math.round(stimulus.threshold * LIMIT)
  const unit = Number.isInteger(th) ? 1 : Math.abs(th) / 1000
  const bad = [th, th + unit, th - unit].find((value) => compares(value, comparator, th)) ?? th
  const good = [th + unit, th - unit, th + 10 * unit].find((value) => !compares(value, comparator, th)) ?? th
  const during =
    (is: (step: number) => boolean) =>
    (step: number): number =>
      is(step) ? bad : good
  const plans: Plan[] = [
    {
      what: 'fires after `for` exactly, one instance of two',
      steps: n + 4,
      level: () => bad,
      expect: [...(n > 0 ? quietAt(n - 1) : []), ...firing(n, n + 2)],
    },
  ]
  if (!thorough) return plans
  for (const [name, level] of [
    ['the smallest step below', th - unit],
    ['exactly at', th],
    ['the smallest step above', th + unit],
  ] as const) {
    plans.push({
      what: `${name} the threshold`,
      steps: n + 3,
      level: () => level,
      expect: [{ step: n + 1, fires: compares(level, comparator, th) }],
      exact: level === th && stimulus.denominator !== null,
    })
  }
  if (n > 1) {
    const middle = Math.floor(n / 2)
    plans.push(
      {
        what: 'one step less than `for` never fires',
        steps: n + 6,
        level: during(range(0, n - 1)),
        expect: quietAt(n - 1, n, n + 1, n + 3),
      },
      {
        what: '`for` exactly fires once and resolves at the next step',
        steps: n + 6,
        level: during(range(0, n)),
        expect: [...quietAt(n - 1), ...firing(n), ...quietAt(n + 1, n + 3)],
      },
      {
        what: 'one good sample in the middle restarts `for`',
        steps: 2 * n + 6,
        level: (step) => (step === middle ? good : bad),
        expect: [...quietAt(n, middle + n), ...firing(middle + 1 + n)],
      },
      {
        what: 'a series that goes stale resolves',
        steps: n + 6,
        level: () => bad,
        sample: (step) => (step === n + 2 ? 'stale' : step > n + 2 ? null : undefined),
        expect: [...firing(n), ...quietAt(n + 2, n + 4)],
      },
      {
        what: 'staleness in the middle restarts `for`',
        steps: 2 * n + 6,
        level: () => bad,
        sample: (step) => (step === middle ? 'stale' : undefined),
        expect: [...quietAt(n, middle + n), ...firing(middle + 1 + n)],
      },
    )
  }
  // Prometheus looks back five minutes for a sample: a gap shorter than that is no interruption.
  if (n > 4)
    plans.push({
      what: 'a gap of two steps is no interruption',
      steps: n + 4,
      level: () => bad,
      sample: (step) => (step === 2 || step === 3 ? null : undefined),
      expect: [...quietAt(n - 1), ...firing(n)],
    })
  if (n === 0) plans.push({ what: 'without trouble nothing fires', steps: 6, level: () => good, expect: quietAt(4) })
  plans.push({ what: 'far from the threshold nothing fires', steps: n + 6, level: () => good, expect: quietAt(n + 4) })
  if (stimulus.denominator?.guarded === true)
    plans.push({
      what: 'an unset limit (0) never fires',
      steps: n + 6,
      level: () => bad,
      unset: true,
      expect: quietAt(n, n + 4),
    })
  return plans
}

/** Enough series that a narrowed or widened selector shows, few enough that promtool takes seconds. */
const FINE_ROWS = 2
const BAD_ROWS = 6
const DECOYS = 6

/** k of the items, spread over the whole list. */
function few<T>(items: T[], k: number): T[] {
  return items.length <= k ? items : Array.from({ length: k }, (_, i) => items[Math.floor((i * items.length) / k)] as T)
}

/** Limit (denominator) of gauge ratios: thresholds in whole per mille are exact. */
const LIMIT = 1000
/** Requests of a ratio or quantile in each step. */
const REQUESTS = 100

function ratePlans(stimulus: Stimulus, stepMs: number, thorough: boolean): Plan[] {
  const n = forSteps(stimulus, stepMs)
  const w = Math.round(stimulus.windowMs / stepMs)
  const th = eventsInWindow(stimulus, w)
  const smallest = Math.floor(th) + 1
  const warm = w + 2
  const settled = warm + w + n + 4
  const steady = (events: number) => {
    const increments = spread(events, w, settled + 4)
    return (step: number): number => increments[step] ?? 0
  }
  const above = stimulus.comparator.startsWith('>')
  const plans: Plan[] = [
    { what: 'one event above the threshold fires', steps: settled + 2, level: steady(smallest), expect: [{ step: settled, fires: above }] },
  ]
  if (!thorough) return plans
  plans.push({
    what: 'one event below the threshold never fires',
    steps: settled + 2,
    level: steady(Number.isInteger(th) ? th - 1 : Math.floor(th)),
    expect: [{ step: settled, fires: !above }],
  })
  if (Number.isInteger(th))
    plans.push({
      what: 'exactly at the threshold',
      steps: settled + 2,
      level: steady(th),
      exact: true,
      expect: [{ step: settled, fires: compares(0, stimulus.comparator, 0) }],
    })
  plans.push({ what: 'without trouble nothing fires', steps: settled + 2, level: () => 0, expect: quietAt(settled) })
  plans.push({
    what: 'a target that goes away resolves',
    steps: settled + w + 4,
    level: steady(smallest),
    sample: (step) => (step === settled + 1 ? 'stale' : step > settled + 1 ? null : undefined),
    expect: [...firing(settled), ...quietAt(settled + w + 2)],
  })
  // A burst of b steps stays in the window for w steps more: condition true from s0+m-1 to s0+b+w-m-1, m bursts making one excess.
  const perStep = intensity(stimulus, w, th)
  const m = Math.floor(th / perStep) + 1
  const b = n - w + 2 * m
  const s0 = warm
  const burst =
    (length: number) =>
    (step: number): number =>
      step >= s0 && step < s0 + length ? perStep : 0
  const long = Math.max(b, m)
  const firstTrue = s0 + m - 1
  const lastTrue = s0 + long + w - m - 1
  if (b > m)
    plans.push({
      what: 'a burst whose tail is one step short of `for` never fires',
      steps: s0 + b + w + n + 6,
      level: burst(b - 1),
      expect: quietAt(firstTrue + n - 1, firstTrue + n, firstTrue + n + 1, firstTrue + n + 3),
    })
  if (lastTrue - firstTrue >= n)
    plans.push({
      what: 'a burst whose tail covers `for` fires, and resolves when it leaves the window',
      steps: lastTrue + n + 6,
      level: burst(long),
      expect: [...quietAt(firstTrue + n - 1), ...firing(firstTrue + n, lastTrue), ...quietAt(lastTrue + 1, lastTrue + 3)],
    })
  if (stimulus.denominator !== null) {
    // Errors as before and more traffic: both sides of the ratio have the same window, or the ratio is another one.
    const errors = Math.max(1, Math.ceil((3 * th) / w))
    const allowed = (errors * w) / stimulus.threshold - REQUESTS * w
    const surge =
      (extra: number) =>
      (step: number): number =>
        step === settled + 1 ? extra : 0
    plans.push(
      {
        what: 'a surge of traffic that leaves the share above the threshold does not resolve',
        steps: settled + 4,
        level: () => errors,
        surge: surge(Math.floor(allowed * 0.6)),
        expect: firing(settled, settled + 1, settled + 3),
      },
      {
        what: 'a surge of traffic that takes the share below the threshold resolves at once',
        steps: settled + 4,
        level: () => errors,
        surge: surge(Math.ceil(allowed * 1.5)),
        expect: [...firing(settled), ...quietAt(settled + 1, settled + 3)],
      },
    )
  }
  const pause = s0 + w + Math.floor(n / 2)
  // A pause as long as the window empties it: `for` begins again.
  plans.push({
    what: 'a pause of a whole window restarts `for`',
    steps: pause + 2 * w + 2 * n + 6,
    level: (step) => (step >= s0 && (step < pause || step >= pause + w + 1) ? Math.max(perStep, Math.ceil(smallest / w) * 2) : 0),
    expect: n > w + 4 ? quietAt(firstTrue + n) : [],
  })
  return plans.filter((plan) => plan.expect.length > 0)
}

/** The threshold as events in one window. */
function eventsInWindow(stimulus: Stimulus, w: number): number {
  const round = (value: number): number => (Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : value)
  if (stimulus.numerator.fn === 'quantile') return round((1 - stimulus.numerator.quantile) * REQUESTS * w)
  if (stimulus.denominator !== null) return round(stimulus.threshold * REQUESTS * w)
  return round((stimulus.threshold * stimulus.windowMs) / 1000)
}

/** Events of one step of a burst: the fewest steps that exceed the threshold, never a multiple that meets it exactly. */
function intensity(stimulus: Stimulus, w: number, th: number): number {
  if (stimulus.numerator.fn === 'rate' && stimulus.denominator === null) return Math.ceil(th) * 2 + 1
  const shares = [90, 80, 70, 60, 50].map((percent) => Math.round((REQUESTS * percent) / 100))
  return shares.find((events) => (th / events) % 1 > 0.05) ?? REQUESTS
}

/** What all series of a case are made of. */
interface Drive {
  stimulus: Stimulus
  plan: Plan
  /** The plan's level at each step. */
  levels: number[]
  spec: Spec
  catalogue: Catalogue
}

function seriesFor(stimulus: Stimulus, plan: Plan, spec: Spec, catalogue: Catalogue, stepMs: number): InputSeries[] {
  const { numerator, denominator, job } = stimulus
  const levels = Array.from({ length: plan.steps + 1 }, (_, step) => plan.level(step))
  const drive = { stimulus, plan, levels, spec, catalogue }
  const operands = numerator.fn === 'gauge' && denominator !== null ? [numerator, denominator] : [numerator]
  const series = operands.flatMap((operand) => {
    const taken = selectedSeries(operand.selector, job, catalogue)
    // Rows are made of one instance unless the aggregation drops the label: then the sum of both counts.
    const [one, two] = instances(job, spec)
    const summed = operand.by !== null && !operand.by.includes('instance')
    const counting = summed ? [one, two] : [one]
    if (operand.fn === 'gauge') return gauges(operand, taken, drive)
    if (operand.fn === 'quantile') return histogram(operand, taken, counting, drive)
    if (denominator !== null) return requests(operand, denominator, taken, counting, drive)
    const used = operand.by === null ? taken.slice(0, 1) : taken
    const many = Math.ceil(eventsInWindow(stimulus, Math.round(stimulus.windowMs / stepMs)))
    return [
      ...dealt(operand, levels, placesOf(job, used, counting), (instance) => (instance === one ? plan : undefined)),
      ...(summed ? [] : placesOf(job, used, [two]).map((labels) => row(operand, labels, counter(levels.map(() => 0))))),
      ...few(decoySeries(operand.selector, used, job, catalogue), DECOYS).map((decoy) =>
        row(operand, { job: decoy.job, instance: instances(decoy.job, spec)[0], ...decoy.labels }, counter(levels.map(() => many))),
      ),
    ]
  })
  return distinct(series, ({ metric, labels }) => metric + labelKey(labels))
}

/** One series of an operand's metric; samples of the plan, where one is given, stand in the place of its values. */
function row(operand: Operand, labels: Labels, values: number[], plan?: Plan): InputSeries {
  const sampled = values.map((value, step) => {
    const own = plan?.sample?.(step)
    return own === undefined ? value : own
  })
  return { metric: operand.selector.metric ?? '', labels, values: sampled }
}

function placesOf(job: string, rows: Labels[], counting: string[]): Labels[] {
  return rows.flatMap((labels) => counting.map((instance) => ({ job, instance, ...labels })))
}

/** Counters at some places, with the events of each step dealt out to them. */
function dealt(operand: Operand, events: number[], places: Labels[], planOf: (instance: string) => Plan | undefined): InputSeries[] {
  return shareOut(events, places.length).map((increments, index) => {
    const labels = places[index] ?? {}
    return row(operand, labels, counter(increments), planOf(labels['instance'] ?? ''))
  })
}

function gauges(operand: Operand, taken: Labels[], { stimulus, plan, levels, spec, catalogue }: Drive): InputSeries[] {
  const { job, denominator } = stimulus
  const isLimit = operand === denominator
  const used = operand.by === null ? taken.slice(0, 1) : taken
  const driven = isLimit ? levels.map(() => (plan.unset === true ? 0 : LIMIT)) : levels
  const good = isLimit ? LIMIT : denominator !== null ? 1 : quiet(stimulus)
  const [one, two] = instances(job, spec)
  // A pool without a limit reports -1 (Micrometer); it must not count.
  const [first = {}] = used
  const unlimited = isLimit && operand.guarded && operand.by !== null ? Object.keys(first).find((label) => label !== 'area') : undefined
  const part = (value: number, index: number): number => split(value, used.length)[index] ?? 0
  return [
    ...used.flatMap((labels, index) => [
      row(
        operand,
        { job, instance: one, ...labels },
        driven.map((value) => part(value, index)),
        plan,
      ),
      row(
        operand,
        { job, instance: two, ...labels },
        levels.map(() => part(good, index)),
      ),
    ]),
    ...decoySeries(operand.selector, used, job, catalogue).map((decoy) =>
      row(
        operand,
        { job: decoy.job, instance: instances(decoy.job, spec)[0], ...decoy.labels },
        levels.map(() => LIMIT * (isLimit ? 3 : 5)),
      ),
    ),
    ...(unlimited === undefined
      ? []
      : [
          row(
            operand,
            { job, instance: one, ...first, [unlimited]: 'unlimited' },
            levels.map(() => -1),
            plan,
          ),
        ]),
  ]
}

/** A value on the quiet side of a plain gauge's threshold. */
function quiet(stimulus: Stimulus): number {
  const { threshold: th, comparator } = stimulus
  return [th + 1, th - 1, 0].find((value) => !compares(value, comparator, th)) ?? th + 1
}

/** Events of each step dealt out to k places in turn, so that each window's sum is kept and no place has all. */
function shareOut(levels: number[], k: number): number[][] {
  const places = Array.from({ length: k }, () => levels.map(() => 0))
  let turn = 0
  levels.forEach((events, step) => {
    const base = Math.floor(events / k)
    for (const place of places) place[step] = base
    for (let rest = events - base * k; rest > 0; rest--) {
      const place = places[turn % k]
      if (place !== undefined) place[step] = (place[step] ?? 0) + 1
      turn++
    }
  })
  return places
}

/** Errors among REQUESTS requests a step, over all instances, for a ratio of two counters. */
function requests(
  numerator: Operand,
  denominator: Operand,
  taken: Labels[],
  counting: string[],
  { stimulus: { job }, plan, levels: errors, spec, catalogue }: Drive,
): InputSeries[] {
  const same = numerator.selector.metric === denominator.selector.metric
  const all = selectedSeries(denominator.selector, job, catalogue)
  const bad = new Set(taken.map(labelKey))
  const fine = all.filter((labels) => !same || !bad.has(labelKey(labels)))
  const others = errors.map((events, step) => (same ? REQUESTS - events : REQUESTS) + (plan.surge?.(step) ?? 0))
  // What the denominator leaves out (the scrapes themselves): plenty of it, so that it would show.
  const left = few(decoySeries(denominator.selector, few(all, FINE_ROWS), job, catalogue), DECOYS).filter((decoy) => decoy.job === job)
  return [
    ...dealt(numerator, errors, placesOf(job, few(taken, BAD_ROWS), counting), () => plan),
    ...dealt(denominator, others, placesOf(job, few(fine, FINE_ROWS), counting), () => plan),
    ...left.map(({ labels }) =>
      row(denominator, { job, instance: instances(job, spec)[0], ...labels }, counter(errors.map(() => REQUESTS))),
    ),
  ]
}

/** Buckets: quick requests below the threshold, slow ones just above it; `slow` of REQUESTS in each step. */
function histogram(
  operand: Operand,
  taken: Labels[],
  counting: string[],
  { stimulus: { job, threshold }, plan, levels: slow, spec, catalogue }: Drive,
): InputSeries[] {
  const rows = distinct(
    taken.map(({ le: _, ...rest }) => rest),
    labelKey,
  )
  const bounds = [...new Set(taken.map((labels) => labels['le'] ?? ''))].filter((le) => le !== '').sort((a, b) => bound(a) - bound(b))
  // Quick requests sit in the bucket that ends at the threshold, slow ones in the next: at exactly 5 % slow, p95 is the threshold itself.
  const buckets = (labels: Labels, slowly: number[], quickly: number[], marks?: Plan): InputSeries[] =>
    bounds.map((le) => {
      const increments = slowly.map(
        (events, step) => (bound(le) >= threshold ? (quickly[step] ?? 0) : 0) + (bound(le) > threshold ? events : 0),
      )
      return row(operand, { ...labels, le }, counter(increments), marks)
    })
  const places = placesOf(job, few(rows, FINE_ROWS), counting)
  const quick = slow.map((events) => REQUESTS - events)
  const [slowShares, quickShares] = [shareOut(slow, places.length), shareOut(quick, places.length)]
  const decoys = decoySeries(operand.selector, few(rows, 1), job, catalogue).filter(({ labels: { le = '+Inf' } }) => le === '+Inf')
  return [
    ...places.flatMap((labels, index) => buckets(labels, slowShares[index] ?? [], quickShares[index] ?? [], plan)),
    // The scrapes' own requests: slow while all is well, quick while it is not.
    ...few(decoys, 2).flatMap(({ labels: { le: _, ...labels }, job: of }) =>
      of !== job
        ? []
        : buckets(
            { job, instance: instances(job, spec)[0], ...labels },
            slow.map((events) => (events > 0 ? 0 : REQUESTS)),
            slow.map((events) => (events > 0 ? REQUESTS : 0)),
          ),
    ),
  ]
}

function bound(le: string): number {
  return le === '+Inf' ? Infinity : Number(le)
}

/** Labels of the alert: those the aggregation keeps, or all of the driven series, and what the rule adds. */
function firingLabels(stimulus: Stimulus, spec: Spec, catalogue: Catalogue): Labels {
  const [one] = instances(stimulus.job, spec)
  const [first = {}] = selectedSeries(stimulus.numerator.selector, stimulus.job, catalogue)
  const all: Labels = { ...first, job: stimulus.job, instance: one }
  const kept =
    stimulus.rowLabels === null
      ? all
      : Object.fromEntries(stimulus.rowLabels.flatMap((label) => (all[label] === undefined ? [] : [[label, all[label]]])))
  return { ...kept, ...stimulus.rule.labels }
}
