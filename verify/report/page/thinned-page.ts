import type { Bar, Lane, Mark, Page, Signal } from '../../model/page.ts'
import type { Cause, Report } from '../../model/report.ts'
import type { Verdict } from '../../model/verdict.ts'
import { clockTime } from '../../text/instant.ts'

/** Bars of one lane, and marks: more than a screen has pixels. */
export const MOST_IN_LANE = 2_000
/** Of one signal, its subject's first. */
export const MOST_CURVES = 100
/** Of a verdict: five times as many as any of a drill of minutes has; report.json has all. */
export const MOST_POINTERS = 500

/** The page of a drill of any length: what it leaves out or draws as one is in its notes. A page of usual size stays as it is. */
export function thinnedPage(page: Page): Page {
  const lanes = page.lanes.map(thinnedLane)
  const drawnAsOne = lanes.filter((lane, index) => lane !== page.lanes[index]).map(({ label }) => label)
  const long = verdictsOf(page.report).filter(({ pointers }) => pointers.length > MOST_POINTERS).length
  const crowded = Object.values(page.signals).filter(({ value }) => value.length > MOST_CURVES)
  const notes = [
    ...(crowded.length === 0
      ? []
      : [
          `this page draws ${MOST_CURVES} series of each signal, the subject's first: ${crowded.map(({ experiment, value }) => `${experiment} has ${value.length}`).join(', ')}`,
        ]),
    ...(drawnAsOne.length === 0
      ? []
      : [`this page draws neighbours of one kind as one, "and N more", in lanes of more than ${MOST_IN_LANE}: ${drawnAsOne.join(', ')}`]),
    ...(long === 0
      ? []
      : [
          `this page has the first ${MOST_POINTERS} journal entries of each verdict: ${long} verdicts rest on more, all are in report.json`,
        ]),
  ]
  if (notes.length === 0) return page
  const signals = Object.fromEntries(Object.entries(page.signals).map(([id, signal]) => [id, withFewCurves(signal)]))
  return { ...page, lanes, signals, report: { ...withFewPointers(page.report), problems: [...page.report.problems, ...notes] } }
}

function withFewCurves(signal: Signal): Signal {
  if (signal.value.length <= MOST_CURVES) return signal
  const subjectFirst = signal.value.toSorted((a, b) => Number(b.subject) - Number(a.subject))
  return { ...signal, value: subjectFirst.slice(0, MOST_CURVES) }
}

function thinnedLane(lane: Lane): Lane {
  if (lane.bars.length <= MOST_IN_LANE && lane.marks.length <= MOST_IN_LANE) return lane
  return {
    ...lane,
    bars: together(lane.bars, ({ fromMs }) => fromMs, asOneBar),
    marks: together(lane.marks, ({ atMs }) => atMs, asOneMark),
  }
}

/** Neighbours of one kind by time, so many together that at most MOST_IN_LANE and one of each kind are left. */
function together<T extends Bar | Mark>(items: readonly T[], atMs: (item: T) => number, asOne: (some: readonly T[]) => T): T[] {
  const size = Math.ceil(items.length / MOST_IN_LANE)
  if (size <= 1) return [...items]
  const kept: T[] = []
  for (const own of Map.groupBy(items, ({ kind }) => kind).values()) {
    const inOrder = own.toSorted((a, b) => atMs(a) - atMs(b))
    for (let from = 0; from < inOrder.length; from += size) kept.push(asOne(inOrder.slice(from, from + size)))
  }
  return kept.sort((a, b) => atMs(a) - atMs(b))
}

function asOneBar(bars: readonly Bar[]): Bar {
  const first = bars[0]!
  const untilMs = bars.reduce((last, bar) => Math.max(last, bar.untilMs), first.untilMs)
  return { ...first, untilMs, text: withMore(first.text, bars.length - 1, untilMs) }
}

function asOneMark(marks: readonly Mark[]): Mark {
  const first = marks[0]!
  return { ...first, text: withMore(first.text, marks.length - 1, marks.at(-1)!.atMs) }
}

function withMore(text: string, more: number, untilMs: number): string {
  return more === 0 ? text : `${text} and ${more} more until ${clockTime(untilMs)}`
}

function verdictsOf({ rules, others }: Report): Verdict[] {
  return [...rules.flatMap(({ experiments }) => experiments.flatMap(({ verdicts }) => verdicts)), ...others]
}

function withFewPointers(report: Report): Report {
  return {
    ...report,
    causes: report.causes.map(({ root, also, consequences }): Cause => ({
      root: few(root),
      also: also.map(few),
      consequences: consequences.map(few),
    })),
    rules: report.rules.map((rule) => ({
      ...rule,
      experiments: rule.experiments.map((experiment) => ({ ...experiment, verdicts: experiment.verdicts.map(few) })),
    })),
    others: report.others.map(few),
  }
}

function few(verdict: Verdict): Verdict {
  return verdict.pointers.length <= MOST_POINTERS ? verdict : { ...verdict, pointers: verdict.pointers.slice(0, MOST_POINTERS) }
}
