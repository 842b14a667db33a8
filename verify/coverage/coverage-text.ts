import { formatDuration } from '../promql/duration.ts'
import { markdownOf } from '../report/markdown.ts'
import { table } from '../report/blocks.ts'
import { xml } from '../report/escape.ts'
import { dateTime } from '../report/time.ts'
import { columns } from '../text/columns.ts'
import { RUNGS } from './coverage.ts'
import type { CoveredRule, Coverage, Proof } from './coverage.ts'

/** A terminal has no room for a column each. */
const SHORT_HEAD = ['rule', 'severity', 'fired in service', 'proven, how long ago']
const HEAD = ['rule', 'severity', ...RUNGS, 'fired in service', 'last proof']

/** For a terminal. */
export function coverageText(found: Coverage, width: number): string {
  const rows = found.rules.map((rule) => shortCells(rule, found))
  return `${[...columns([SHORT_HEAD, ...rows], width), '', ...sentences(found)].join('\n')}\n`
}

/** For a pull request or a job summary. */
export function coverageMarkdown(found: Coverage): string {
  return `# Alert coverage\n\n${markdownOf([
    ...sentences(found).map((text) => ({ kind: 'line' as const, text })),
    ...table(
      HEAD,
      found.rules.map((rule) => cells(rule, found)),
    ),
  ])}`
}

/** Share of rules that a drill fired, delivered and resolved: an SVG that asks no other site. */
export function coverageBadge({ rules }: Coverage): string {
  const whole = rules.filter(isWhole).length
  const [label, value] = ['alerts drilled', `${whole} of ${rules.length}`]
  const share = rules.length === 0 ? 0 : whole / rules.length
  const colour = share === 1 ? '#2e7d32' : share >= 0.5 ? '#b26a00' : '#c62828'
  const [left, right] = [label.length * 6.6 + 12, value.length * 6.6 + 12]
  const text = (x: number, content: string): string =>
    `<text x="${x.toFixed(1)}" y="14" fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">${xml(content)}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${(left + right).toFixed(0)}" height="20" role="img" aria-label="${xml(`${label}: ${value}`)}"><rect width="${left.toFixed(1)}" height="20" fill="#444"/><rect x="${left.toFixed(1)}" width="${right.toFixed(1)}" height="20" fill="${colour}"/>${text(left / 2, label)}${text(left + right / 2, value)}</svg>\n`
}

function isWhole({ proofs }: CoveredRule): boolean {
  return proofs.fired !== undefined && proofs.delivered !== undefined && proofs.resolved !== undefined
}

function shortCells(rule: CoveredRule, found: Coverage): string[] {
  const { alert, severity, proofs } = rule
  const [service = '', by = ''] = cells(rule, found).slice(-2)
  const rungs = RUNGS.flatMap((rung) => (proofs[rung] === undefined ? [] : `${rung} ${ago(found.nowMs - proofs[rung].atMs)}`))
  return [alert, severity, service, rungs.length === 0 ? 'nothing' : `${rungs.join(', ')} (${by})`]
}

function cells(rule: CoveredRule, { nowMs }: Coverage): string[] {
  const last = Object.values(rule.proofs).reduce<Proof | undefined>((a, b) => (a === undefined || b.atMs > a.atMs ? b : a), undefined)
  const service = rule.inServiceMs === undefined ? '?' : rule.inServiceMs === null ? 'never' : ago(nowMs - rule.inServiceMs)
  const drill = rule.proofs.fired ?? last
  return [
    rule.alert,
    rule.severity,
    ...RUNGS.map((rung) => (rule.proofs[rung] === undefined ? 'no' : ago(nowMs - rule.proofs[rung].atMs))),
    service,
    drill === undefined ? 'none' : drill.by,
  ]
}

function ago(ms: number): string {
  return ms < 3_600_000
    ? `${Math.max(0, Math.round(ms / 60_000))}m`
    : ms < 172_800_000
      ? `${Math.round(ms / 3_600_000)}h`
      : `${Math.round(ms / 86_400_000)}d`
}

function sentences({ rules, withinMs, tooOld, maxAgeMs, problems }: Coverage): string[] {
  const unproven = rules.filter(({ proofs }) => proofs.fired === undefined)
  const silent = unproven.filter(({ inServiceMs }) => inServiceMs === null)
  return [
    `${rules.length} rules: ${rules.filter(isWhole).length} fired, delivered and resolved in a drill, ${unproven.length} never fired in one`,
    ...(rules.some(({ inServiceMs }) => inServiceMs !== undefined)
      ? [`${silent.length} of those did not fire in service within ${formatDuration(withinMs)} either: nothing has shown that they can`]
      : ['whether they fired in service is not known: --prometheus URL']),
    ...(maxAgeMs === null
      ? []
      : [
          tooOld.length === 0
            ? `no proof is older than ${formatDuration(maxAgeMs)}`
            : `older than ${formatDuration(maxAgeMs)}: ${tooOld.map(({ alert, severity, provenMs }) => `${alert}${severity === '' ? '' : ` (${severity})`}, ${provenMs === null ? 'never fired in a drill' : `last fired ${dateTime(provenMs)}`}`).join('; ')}`,
        ]),
    ...problems.map((problem) => `note: ${problem}`),
  ]
}
