import type { Labels } from '../model/spec.ts'
import { formatDuration } from '../promql/duration.ts'
import { formatLabels, withoutLabels } from '../promql/labels.ts'
import { markdownOf } from '../report/markdown.ts'
import { table } from '../report/blocks.ts'
import type { Block } from '../report/blocks.ts'
import { dateTime, took } from '../report/time.ts'
import { columns, wrapped } from '../text/columns.ts'
import type { BacktestResult } from './backtest.ts'
import type { Difference, Life } from './compare-stretch.ts'
import type { RuleOutcome, RuleResult } from './backtest-rule.ts'
import { firings } from './would.ts'

const WORDS: Record<RuleOutcome, string> = { agrees: 'as recorded', differs: 'DIFFERS', unknown: 'could not tell', would: 'would have' }
const HEAD = ['rule', 'outcome', 'fired', 'pending only', 'evaluations', 'findings']
/** Of one kind so many are listed; all are in the JSON. */
const SHOWN = 5

const DIFFERENCES: Record<Difference['kind'], string> = {
  'not-loaded': 'promised, and not loaded',
  'not-fired': 'should have fired and did not',
  'without-cause': 'fired without cause',
  'late': 'fired late',
  'early': 'fired early',
  'evaluation': 'another state',
}

/** For a terminal. */
export function backtestText(result: BacktestResult, width: number): string {
  const order = ordered(result.rules)
  const rows = order.map((rule) => [...cells(rule), summaryOf(rule)])
  return `${[
    ...(order.length === 0 ? ['no rule'] : columns([HEAD, ...rows], width)),
    '',
    ...order.flatMap((rule) => {
      const lines = details(rule)
      return lines.length === 0 ? [] : [rule.alert, ...lines.flatMap((text) => hanging(text, width)), '']
    }),
    ...general(result).flatMap((text) => wrapped(text, width)),
  ].join('\n')}\n`
}

/** For a pull request or a job summary. */
export function backtestMarkdown(result: BacktestResult): string {
  const order = ordered(result.rules)
  const blocks: Block[] = [
    ...general(result).map((text): Block => ({ kind: 'line', text })),
    ...table(
      HEAD,
      order.map((rule) => [...cells(rule), summaryOf(rule)]),
    ),
    ...order.flatMap((rule): Block[] => {
      const items = details(rule)
      return items.length === 0
        ? []
        : [
            { kind: 'heading', text: rule.alert },
            { kind: 'list', items },
          ]
    }),
  ]
  return `# Backtest: ${dateTime(result.fromMs)} to ${dateTime(result.untilMs)} UTC\n\n${markdownOf(blocks)}`
}

/** What needs work comes first. */
function ordered(rules: readonly RuleResult[]): RuleResult[] {
  const rank: Record<RuleOutcome, number> = { differs: 0, unknown: 1, would: 2, agrees: 3 }
  return rules.toSorted((a, b) => rank[a.outcome] - rank[b.outcome])
}

function cells(rule: RuleResult): string[] {
  const fired = firings(rule.lives).length
  return [rule.alert, WORDS[rule.outcome], String(fired), String(rule.lives.length - fired), String(rule.evaluations)]
}

function summaryOf(rule: RuleResult): string {
  const counted = [...Map.groupBy(rule.differences, ({ kind }) => kind)].map(([kind, all]) => `${all.length} x ${DIFFERENCES[kind]}`)
  return [...counted, ...rule.undecided.slice(0, 1).map(({ because }) => because)].join('; ')
}

function details(rule: RuleResult): string[] {
  const { differences, undecided, flapping, resets, nearest, tries } = rule
  return [
    ...listed(differences, (each) => differenceText(each)),
    ...listed(undecided, ({ labels, atMs, because }) => `could not tell: ${nameOf(labels)}${dateTime(atMs)}: ${because}`),
    ...(rule.outcome === 'would' && rule.differs.length > 0 ? [`not as loaded: ${rule.differs.join(', ')}`] : []),
    ...againstText(rule),
    ...listed(firings(rule.lives), (life) => lifeText(life, rule.outcome === 'would')),
    ...listed(
      flapping,
      ({ labels, firings: count, again }) => `flapping: ${nameOf(labels)}${count} firings, ${again} within 5 min of a resolve`,
    ),
    ...(resets.byMissingSamples > 0
      ? [
          `for was reset by missing samples ${resets.byMissingSamples} times (of ${resets.lookedAt} looked at, ${resets.pending} pending alerts ended before they fired)`,
        ]
      : []),
    ...(nearest === null
      ? []
      : [
          `nearest to the threshold: ${shortly(nearest.value)} (${nearest.comparator} ${shortly(nearest.threshold)}) at ${dateTime(nearest.atMs)}`,
        ]),
    ...tries.flatMap((each) =>
      each.not !== undefined
        ? [`--try ${each.try}: ${each.not}`]
        : [
            `--try ${each.try}: ${each.firings.length} firings, ${each.kept} of the ${each.kept + each.gone.length} of now, ${each.added.length} more`,
            ...listed(each.gone, (life) => `  gone: ${lifeText(life, true)}`),
            ...listed(each.added, (life) => `  more: ${lifeText(life, true)}`),
          ],
    ),
  ]
}

function againstText({ against }: RuleResult): string[] {
  if (against === null) return []
  const { kept, gone, added } = against
  return [
    `of the ${kept + gone.length} firings that were recorded ${kept} are there, ${gone.length} would be gone, ${added.length} would be new`,
    ...listed(gone, (life) => `  gone: ${lifeText(life, false)}`),
    ...listed(added, (life) => `  new: ${lifeText(life, true)}`),
  ]
}

function differenceText({ kind, labels, atMs, expected, observed, byMs }: Difference): string {
  const by = byMs === undefined ? '' : ` by ${formatDuration(byMs)}`
  return `${DIFFERENCES[kind]}${by}: ${nameOf(labels)}first at ${dateTime(atMs)}: expected ${expected}, ALERTS shows ${observed}`
}

function lifeText({ labels, activeAtMs, startsAtMs, endsAtMs }: Life, would: boolean): string {
  const end = endsAtMs === null ? 'still active at the end' : `resolved ${dateTime(endsAtMs)}`
  return `${would ? 'would have fired' : 'fired'}: ${nameOf(labels)}pending ${dateTime(activeAtMs)}, firing ${dateTime(startsAtMs ?? activeAtMs)}, ${end}`
}

/** The label set, without the rule's name. */
function nameOf(labels: Labels): string {
  const own = withoutLabels(labels, ['alertname'])
  return Object.keys(own).length === 0 ? '' : `${formatLabels(own)} `
}

function listed<T>(items: readonly T[], text: (item: T) => string): string[] {
  const lines = items.slice(0, SHOWN).map(text)
  return items.length > SHOWN ? [...lines, `... and ${items.length - SHOWN} more`] : lines
}

function general({ rules, holes, loadedMs, warnings, notifications, unanswered, ...window }: BacktestResult): string[] {
  const count = (outcome: RuleOutcome): number => rules.filter((rule) => rule.outcome === outcome).length
  const lost = (holes ?? []).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return [
    `${dateTime(window.fromMs)} to ${dateTime(window.untilMs)} UTC, Prometheus ${window.version ?? 'of a version that is not known'} at ${window.prometheus}`,
    `${rules.length} rules: ${count('agrees')} as recorded, ${count('differs')} differ, ${count('unknown')} could not tell${count('would') > 0 ? `, ${count('would')} that are not loaded as they are here` : ''}`,
    holes === null
      ? 'holes in evaluation: not known, for this Prometheus does not scrape itself (or several servers have its labels)'
      : holes.length === 0
        ? 'holes in evaluation: none'
        : `holes in evaluation: ${holes.length}, ${took(lost)} in all: ${listed(holes, (hole) => `${dateTime(hole.fromMs)} to ${dateTime(hole.toMs)}${hole.restart ? ' (restart)' : ''}`).join(', ')}`,
    ...(loadedMs !== null && loadedMs > window.fromMs
      ? [`the configuration was loaded at ${dateTime(loadedMs)}: of a difference before it no rule is accused`]
      : []),
    ...notifications.map(({ what, count: times }) => `${what}: about ${times}`),
    ...(warnings.length > 0 ? [`Prometheus warns: ${warnings.join('; ')}`] : []),
    ...listed(unanswered, ({ alert, because }) => `not looked at: ${alert}: ${because}`),
  ]
}

function hanging(text: string, width: number): string[] {
  return wrapped(text, width - 4).map((each, index) => `${index === 0 ? '  ' : '    '}${each}`)
}

function shortly(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value)
}
