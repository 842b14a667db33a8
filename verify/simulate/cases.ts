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
  what: string
  series: InputSeries[]
  /** At each instant: the instances (by their labels) that fire. */
  expect: { atMs: number; fires: Labels[] }[]
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
  sister?: boolean
}

export function casesFor(stimulus: Stimulus, spec: Spec, catalogue: Catalogue, thorough: boolean): Case[] {
  const stepMs = spec.platform.evaluationIntervalMs
  const plans = stimulus.numerator.fn === 'gauge' ? gaugePlans(stimulus, stepMs, thorough) : ratePlans(stimulus, stepMs, thorough)
  return plans.map((plan) => {
    const fires = firingLabels(stimulus, spec, catalogue)
    return {
      name: `${stimulus.rule.alert} ${stimulus.job}: ${plan.what}`,
      alert: stimulus.rule.alert,
      what: plan.what,
      exact: plan.exact === true,
      series: seriesFor(stimulus, plan, spec, catalogue, stepMs),
      expect: plan.expect.map(({ step, fires: does }) => ({ atMs: step * stepMs, fires: does ? [fires] : [] })),
    }
  })
}

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
      expect: [...(n > 0 ? [{ step: n - 1, fires: false }] : []), { step: n, fires: true }, { step: n + 2, fires: true }],
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
    plans.push(
      {
        what: 'one step less than `for` never fires',
        steps: n + 6,
        level: during(range(0, n - 1)),
        expect: [n - 1, n, n + 1, n + 3].map((step) => ({ step, fires: false })),
      },
      {
        what: '`for` exactly fires once and resolves at the next step',
        steps: n + 6,
        level: during(range(0, n)),
        expect: [
          { step: n - 1, fires: false },
          { step: n, fires: true },
          { step: n + 1, fires: false },
          { step: n + 3, fires: false },
        ],
      },
    )
  }
  if (n > 1) {
    const middle = Math.floor(n / 2)
    plans.push(
      {
        what: 'one good sample in the middle restarts `for`',
        steps: 2 * n + 6,
        level: (step) => (step === middle ? good : bad),
        expect: [
          { step: n, fires: false },
          { step: middle + n, fires: false },
          { step: middle + 1 + n, fires: true },
        ],
      },
      {
        what: 'a series that goes stale resolves',
        steps: n + 6,
        level: () => bad,
        sample: (step) => (step === n + 2 ? 'stale' : step > n + 2 ? null : undefined),
        expect: [
          { step: n, fires: true },
          { step: n + 2, fires: false },
          { step: n + 4, fires: false },
        ],
      },
      {
        what: 'staleness in the middle restarts `for`',
        steps: 2 * n + 6,
        level: () => bad,
        sample: (step) => (step === middle ? 'stale' : undefined),
        expect: [
          { step: n, fires: false },
          { step: middle + n, fires: false },
          { step: middle + 1 + n, fires: true },
        ],
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
      expect: [
        { step: n - 1, fires: false },
        { step: n, fires: true },
      ],
    })
  if (n === 0) plans.push({ what: 'without trouble nothing fires', steps: 6, level: () => good, expect: [{ step: 4, fires: false }] })
  plans.push({ what: 'far from the threshold nothing fires', steps: n + 6, level: () => good, expect: [{ step: n + 4, fires: false }] })
  if (stimulus.denominator?.guarded === true)
    plans.push({
      what: 'an unset limit (0) never fires',
      steps: n + 6,
      level: () => bad,
      unset: true,
      expect: [
        { step: n, fires: false },
        { step: n + 4, fires: false },
      ],
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
  plans.push({ what: 'without trouble nothing fires', steps: settled + 2, level: () => 0, expect: [{ step: settled, fires: false }] })
  plans.push({
    what: 'a target that goes away resolves',
    steps: settled + w + 4,
    level: steady(smallest),
    sample: (step) => (step === settled + 1 ? 'stale' : step > settled + 1 ? null : undefined),
    expect: [
      { step: settled, fires: true },
      { step: settled + w + 2, fires: false },
    ],
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
      expect: [firstTrue + n - 1, firstTrue + n, firstTrue + n + 1, firstTrue + n + 3].map((step) => ({ step, fires: false })),
    })
  if (lastTrue - firstTrue >= n)
    plans.push({
      what: 'a burst whose tail covers `for` fires, and resolves when it leaves the window',
      steps: lastTrue + n + 6,
      level: burst(long),
      expect: [
        { step: firstTrue + n - 1, fires: false },
        { step: firstTrue + n, fires: true },
        { step: lastTrue, fires: true },
        { step: lastTrue + 1, fires: false },
        { step: lastTrue + 3, fires: false },
      ],
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
        expect: [
          { step: settled, fires: true },
          { step: settled + 1, fires: true },
          { step: settled + 3, fires: true },
        ],
      },
      {
        what: 'a surge of traffic that takes the share below the threshold resolves at once',
        steps: settled + 4,
        level: () => errors,
        surge: surge(Math.ceil(allowed * 1.5)),
        expect: [
          { step: settled, fires: true },
          { step: settled + 1, fires: false },
          { step: settled + 3, fires: false },
        ],
      },
    )
  }
  const pause = s0 + w + Math.floor(n / 2)
  // A pause as long as the window empties it: `for` begins again.
  plans.push({
    what: 'a pause of a whole window restarts `for`',
    steps: pause + 2 * w + 2 * n + 6,
    level: (step) => (step >= s0 && (step < pause || step >= pause + w + 1) ? Math.max(perStep, Math.ceil(smallest / w) * 2) : 0),
    expect: n > w + 4 ? [{ step: firstTrue + n, fires: false }] : [],
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

function seriesFor(stimulus: Stimulus, plan: Plan, spec: Spec, catalogue: Catalogue, stepMs: number): InputSeries[] {
  const series: InputSeries[] = []
  const [one, two] = instances(stimulus.job, spec)
  const length = plan.steps + 1
  const levels = Array.from({ length }, (_, step) => plan.level(step))
  const put = (operand: Operand, labels: Labels, instance: string, values: number[], job = stimulus.job, marks = true): void => {
    series.push({
      metric: operand.selector.metric ?? '',
      labels: { job, instance, ...labels },
      values: values.map((value, step) =>
        (marks && instance === one ? plan.sample?.(step) : undefined) === undefined ? value : (plan.sample?.(step) ?? null),
      ),
    })
  }
  const goodGauge = (operand: Operand): number =>
    operand === stimulus.denominator ? LIMIT : stimulus.denominator !== null ? 1 : quiet(stimulus)
  const w = Math.round(stimulus.windowMs / stepMs)
  for (const operand of [stimulus.numerator, ...(stimulus.denominator === null ? [] : [stimulus.denominator])]) {
    if (stimulus.numerator.fn !== 'gauge' && operand === stimulus.denominator) continue
    const taken = selectedSeries(operand.selector, stimulus.job, catalogue)
    // Rows are made of one instance unless the aggregation drops the label: then the sum of both counts.
    const summed = operand.by !== null && !operand.by.includes('instance')
    if (operand.fn === 'gauge') {
      const used = operand.by === null ? taken.slice(0, 1) : taken
      const values = operand === stimulus.denominator ? levels.map(() => (plan.unset === true ? 0 : LIMIT)) : levels
      used.forEach((labels, index) => {
        put(
          operand,
          labels,
          one,
          values.map((value) => split(value, used.length)[index] ?? 0),
        )
        put(
          operand,
          labels,
          two,
          values.map(() => split(goodGauge(operand), used.length)[index] ?? 0),
        )
      })
      for (const { labels, job } of decoySeries(operand.selector, used, stimulus.job, catalogue))
        put(
          operand,
          labels,
          instances(job, spec)[0],
          values.map(() => (operand === stimulus.denominator ? LIMIT * 3 : LIMIT * 5)),
          job,
          false,
        )
      if (operand === stimulus.denominator && operand.guarded && operand.by !== null) {
        // A pool without a limit reports -1 (Micrometer); it must not count.
        const [first = {}] = used
        const unlimited = Object.keys(first).filter((label) => label !== 'area')[0]
        if (unlimited !== undefined)
          put(
            operand,
            { ...first, [unlimited]: 'unlimited' },
            one,
            values.map(() => -1),
          )
      }
    } else if (operand.fn === 'quantile') {
      series.push(...histogram(stimulus, operand, taken, levels, spec, catalogue, plan))
    } else if (stimulus.denominator === null) {
      const used = operand.by === null ? taken.slice(0, 1) : taken
      const places = used.flatMap((labels) => (summed ? [one, two] : [one]).map((instance) => ({ labels, instance })))
      const carry = shareOut(levels, places.length)
      places.forEach(({ labels, instance }, index) => put(operand, labels, instance, counter(carry[index] ?? [])))
      if (!summed) for (const labels of used) put(operand, labels, two, counter(levels.map(() => 0)))
      for (const { labels, job } of few(decoySeries(operand.selector, used, stimulus.job, catalogue), DECOYS))
        put(operand, labels, instances(job, spec)[0], counter(levels.map(() => Math.ceil(eventsInWindow(stimulus, w)))), job, false)
    } else {
      series.push(...requests(stimulus, operand, taken, levels, spec, catalogue, plan, summed))
    }
  }
  return distinct(series, ({ metric, labels }) => metric + labelKey(labels))
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
  stimulus: Stimulus,
  numerator: Operand,
  taken: Labels[],
  errors: number[],
  spec: Spec,
  catalogue: Catalogue,
  plan: Plan,
  summed: boolean,
): InputSeries[] {
  const { denominator } = stimulus
  if (denominator === null) return []
  const [one, two] = instances(stimulus.job, spec)
  const places = summed ? [one, two] : [one]
  const series: InputSeries[] = []
  const same = numerator.selector.metric === denominator.selector.metric
  const all = selectedSeries(denominator.selector, stimulus.job, catalogue)
  const bad = new Set(taken.map(labelKey))
  const fine = few(
    all.filter((labels) => !same || !bad.has(labelKey(labels))),
    FINE_ROWS,
  )
  const put = (operand: Operand, labels: Labels, instance: string, increments: number[], job = stimulus.job, marks = true): void => {
    series.push({
      metric: operand.selector.metric ?? '',
      labels: { job, instance, ...labels },
      values: counter(increments).map((value, step) =>
        marks ? (plan.sample?.(step) === undefined ? value : (plan.sample(step) ?? null)) : value,
      ),
    })
  }
  const badPlaces = few(taken, BAD_ROWS).flatMap((labels) => places.map((instance) => ({ labels, instance })))
  shareOut(errors, badPlaces.length).forEach((increments, index) => {
    const place = badPlaces[index]
    if (place !== undefined) put(numerator, place.labels, place.instance, increments)
  })
  const finePlaces = fine.flatMap((labels) => places.map((instance) => ({ labels, instance })))
  shareOut(
    errors.map((events, step) => (same ? REQUESTS - events : REQUESTS) + (plan.surge?.(step) ?? 0)),
    finePlaces.length,
  ).forEach((increments, index) => {
    const place = finePlaces[index]
    if (place !== undefined) put(denominator, place.labels, place.instance, increments)
  })
  // What the denominator leaves out (the scrapes themselves): plenty of it, so that it would show.
  for (const { labels, job } of few(decoySeries(denominator.selector, few(all, FINE_ROWS), stimulus.job, catalogue), DECOYS)) {
    if (job === stimulus.job)
      put(
        denominator,
        labels,
        one,
        errors.map(() => REQUESTS),
        job,
        false,
      )
  }
  return series
}

/** Buckets: quick requests below the threshold, slow ones just above it; `slow` of REQUESTS in each step. */
function histogram(
  stimulus: Stimulus,
  operand: Operand,
  taken: Labels[],
  slow: number[],
  spec: Spec,
  catalogue: Catalogue,
  plan: Plan,
): InputSeries[] {
  const [one, two] = instances(stimulus.job, spec)
  const summed = operand.by !== null && !operand.by.includes('instance')
  const series: InputSeries[] = []
  const rows = (all: Labels[]): Labels[] =>
    distinct(
      all.map(({ le: _, ...rest }) => rest),
      labelKey,
    )
  const bounds = [...new Set(taken.map((labels) => labels['le'] ?? ''))].filter((le) => le !== '').sort((a, b) => bound(a) - bound(b))
  const put = (labels: Labels, instance: string, slowly: number[], quickly: number[], job: string, marks: boolean): void => {
    // Quick requests sit in the bucket that ends at the threshold, slow ones in the next: at exactly 5 % slow, p95 is the threshold itself.
    for (const le of bounds) {
      const increments = slowly.map(
        (events, step) => (bound(le) >= stimulus.threshold ? (quickly[step] ?? 0) : 0) + (bound(le) > stimulus.threshold ? events : 0),
      )
      series.push({
        metric: operand.selector.metric ?? '',
        labels: { job, instance, ...labels, le },
        values: counter(increments).map((value, step) =>
          marks && plan.sample?.(step) !== undefined ? (plan.sample(step) ?? null) : value,
        ),
      })
    }
  }
  const places = few(rows(taken), FINE_ROWS).flatMap((labels) => (summed ? [one, two] : [one]).map((instance) => ({ labels, instance })))
  const slowShares = shareOut(slow, places.length)
  const quickShares = shareOut(
    slow.map((events) => REQUESTS - events),
    places.length,
  )
  places.forEach(({ labels, instance }, index) => {
    put(labels, instance, slowShares[index] ?? [], quickShares[index] ?? [], stimulus.job, true)
  })
  for (const { labels, job } of few(
    decoySeries(operand.selector, few(rows(taken), 1), stimulus.job, catalogue).filter(
      (decoy) => decoy.labels['le'] === undefined || decoy.labels['le'] === '+Inf',
    ),
    2,
  )) {
    if (job !== stimulus.job) continue
    const { le: _, ...rest } = labels
    // The scrapes' own requests: slow while all is well, quick while it is not.
    put(
      rest,
      one,
      slow.map((events) => (events > 0 ? 0 : REQUESTS)),
      slow.map((events) => (events > 0 ? REQUESTS : 0)),
      job,
      false,
    )
  }
  return series
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
