import type { Cause, ExperimentReport, Report, RuleReport } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { OUTCOME, WORDS } from './console.ts'
import { reachOf } from './causes.ts'
import { pointers } from './result.ts'
import { html as h } from './escape.ts'
import { momentsHtml } from './moment.ts'
import { lastText, subjectText } from './subjects.ts'
import { dateTime, timeOfDay, took } from './time.ts'
import { turnText } from '../text/turn.ts'

/** One page that needs nothing else: no script, no font, no request. Pictures are inline SVG. */
export function html(report: Report): string {
  const { counts } = report
  const all = [...report.rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts)), ...report.others]
  const failed = counts.fail > 0
  const undecided = all
    .filter((verdict) => failed && verdict.status === 'unknown')
    .map((root): Cause => ({ root, also: [], consequences: [] }))
  const turn = turnText(report.turn)
  const { makespanMs, lowerBoundMs, criticalPath } = report.plan
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Fire drill ${h(report.runId)}: ${OUTCOME[report.outcome]}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1 class="${report.outcome}">${OUTCOME[report.outcome]}</h1>
<p>Run ${h(report.runId)} on ${h(report.target)}, ${report.speed === 1 ? 'in real time' : `compressed ${report.speed} times`}, ${dateTime(report.startedMs)} UTC, took ${took(report.endedMs - report.startedMs)}, ${h(report.ended)}, exit code ${report.exitCode}.</p>
<p class="counts">${(['pass', 'fail', 'unknown', 'skipped'] as const).map((status) => `<span class="${status}">${counts[status]} ${status === 'pass' ? 'passed' : status === 'fail' ? 'failed' : status}</span>`).join(' ')}</p>
</header>
<main>
${section(failed ? 'Causes' : 'Not decided', report.causes)}${section('Not decided', undecided)}<h2>Rules</h2>
${report.rules.map((rule) => ruleHtml(rule, report.runId)).join('\n')}
${report.others.length > 0 ? `<h2>Traces, logs, outages and the drill as a whole</h2>\n${verdictTable(report.others, true)}` : ''}
${report.problems.length > 0 ? `<h2>Notes</h2>\n<ul>${report.problems.map((problem) => `<li>${h(problem)}</li>`).join('')}</ul>` : ''}
<h2>Circumstances</h2>
<ul>
<li>made by ${h(report.tool)}</li>
${turn === undefined ? '' : `<li>in turn: ${h(turn)}</li>\n`}${lowerBoundMs > 0 ? `<li>planned ${took(makespanMs)}, lower bound ${took(lowerBoundMs)} (ratio ${(makespanMs / lowerBoundMs).toFixed(2)}); critical path: ${h(criticalPath.join(' → '))}</li>` : ''}
${Object.entries(report.components)
  .map(([name, version]) => `<li>${h(name)} ${h(version)}</li>`)
  .join('\n')}
${report.selfTraceId === undefined ? '' : `<li>the drill's own trace: <code>${h(report.selfTraceId)}</code></li>`}
</ul>
</main>
</body>
</html>
`
}

function section(title: string, causes: readonly Cause[]): string {
  if (causes.length === 0) return ''
  return `<h2>${title}</h2>\n${causes
    .map((cause) => {
      const verdict = cause.root
      const { also, follows } = reachOf(cause)
      return `<article class="${verdict.status}">
<h3>${h(verdict.alert === undefined ? verdict.subject : `${verdict.alert} / ${verdict.subject}`)}: ${h(verdict.title)}</h3>
<dl><dt>expected</dt><dd>${h(verdict.expected)}</dd><dt>observed</dt><dd>${h(verdict.observed)}${verdict.cause === undefined ? '' : ` (${h(verdict.cause)})`}</dd>${verdict.diagnosis === undefined ? '' : `<dt>why</dt><dd>${h(verdict.diagnosis)}</dd>`}<dt>evidence</dt><dd>${h(verdict.check)}, journal ${h(pointers(verdict.pointers))}</dd>${also === '' ? '' : `<dt>also</dt><dd>${h(also)}</dd>`}</dl>
${follows === '' ? '' : `<details><summary>${cause.consequences.length} more follow from it</summary><p>${h(follows)}</p></details>\n`}</article>`
    })
    .join('\n')}\n`
}

function ruleHtml(rule: RuleReport, runId: string): string {
  return `<section>
<h3><span class="badge ${rule.outcome}">${WORDS[rule.outcome]}</span> ${h(rule.alert)} <small>${h(rule.severity)}</small></h3>
<p>${h(rule.because)}</p>
${rule.experiments
  .map(
    (experiment) => `<details${experiment.outcome === 'fail' ? ' open' : ''}>
<summary><span class="badge ${experiment.outcome}">${WORDS[experiment.outcome]}</span> ${h(experiment.id)}: ${h(experiment.title)}</summary>
${timelineSvg(experiment)}
${verdictTable(experiment.verdicts, false)}
<table><thead><tr><th>time (UTC)</th><th>what happened</th><th>journal</th></tr></thead><tbody>
${experiment.timeline.map((event) => `<tr><td>${timeOfDay(event.atMs)}</td><td>${h(event.what)}</td><td>#${event.pointer}</td></tr>`).join('\n')}
</tbody></table>
${momentsHtml(experiment.moments)}
</details>`,
  )
  .join('\n')}
${subjectsHtml(rule, runId)}</section>`
}

function subjectsHtml({ subjects = [] }: RuleReport, runId: string): string {
  if (subjects.length === 0) return ''
  const rows = subjects.map((subject) => `<tr><td>${h(subjectText(subject.labels))}</td><td>${h(lastText(subject, runId))}</td></tr>`)
  return `<table><thead><tr><th>subject</th><th>last fired</th></tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>\n`
}

function verdictTable(verdicts: readonly Verdict[], subjects: boolean): string {
  return `<div class="scroll"><table><thead><tr>${subjects ? '<th>subject</th>' : ''}<th>outcome</th><th>check</th><th>expected</th><th>observed</th><th>journal</th></tr></thead><tbody>
${verdicts.map((verdict) => `<tr>${subjects ? `<td>${h(verdict.subject)}</td>` : ''}<td><span class="badge ${verdict.status}">${WORDS[verdict.status]}</span></td><td class="check">${h(verdict.title)} <small>${h(verdict.check)}</small></td><td>${h(verdict.expected)}</td><td>${h(verdict.observed)}</td><td>${h(pointers(verdict.pointers))}</td></tr>`).join('\n')}
</tbody></table></div>`
}

const WIDTH = 800
const LABELS = 130
const ROW = 22

/** The legs as bands, below them one row a window: the bar is what is legal, the tick is what was observed. */
export function timelineSvg(experiment: ExperimentReport): string {
  const times = [
    ...experiment.timeline.map((event) => event.atMs),
    ...experiment.windows.flatMap((window) => [
      window.earliestMs,
      window.latestMs,
      ...(window.observedMs === null ? [] : [window.observedMs]),
    ]),
  ].filter(Number.isFinite)
  if (times.length === 0) return ''
  const fromMs = times.reduce((a, b) => Math.min(a, b))
  const spanMs = Math.max(1, times.reduce((a, b) => Math.max(a, b)) - fromMs)
  const x = (ms: number): string => (LABELS + ((ms - fromMs) / spanMs) * (WIDTH - LABELS - 10)).toFixed(1)
  const parts: string[] = []
  const height = 34 + experiment.windows.length * ROW + 18
  for (const band of legBands(experiment)) {
    const width = Math.max(0, Number(x(band.toMs)) - Number(x(band.fromMs))).toFixed(1)
    parts.push(
      `<rect class="leg leg-${band.disturbs ? 'fire' : 'calm'}" x="${x(band.fromMs)}" y="4" width="${width}" height="${height - 24}"><title>${h(band.name)}</title></rect>`,
      `<text x="${(Number(x(band.fromMs)) + 3).toFixed(1)}" y="17">${h(band.name)}</text>`,
    )
  }
  experiment.windows.forEach((window, index) => {
    const y = 28 + index * ROW
    const legal = window.observedMs !== null && window.observedMs >= window.earliestMs && window.observedMs <= window.latestMs
    parts.push(
      `<text x="4" y="${y + 12}">${h(window.what)}</text>`,
      `<rect class="window" x="${x(window.earliestMs)}" y="${y}" width="${Math.max(2, Number(x(window.latestMs)) - Number(x(window.earliestMs))).toFixed(1)}" height="14"><title>legal ${timeOfDay(window.earliestMs)} to ${timeOfDay(window.latestMs)}</title></rect>`,
    )
    if (window.observedMs === null)
      parts.push(`<text class="bad" x="${(Number(x(window.earliestMs)) + 4).toFixed(1)}" y="${y + 12}">never</text>`)
    else
      parts.push(
        `<rect class="${legal ? 'good' : 'bad'}" x="${(Number(x(window.observedMs)) - 1.5).toFixed(1)}" y="${y - 3}" width="3" height="20"><title>observed ${timeOfDay(window.observedMs)}</title></rect>`,
      )
  })
  parts.push(
    `<text x="${LABELS}" y="${height - 4}">${timeOfDay(fromMs)}</text>`,
    `<text text-anchor="end" x="${WIDTH - 10}" y="${height - 4}">+${took(spanMs)}</text>`,
  )
  return `<div class="scroll"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${h(`Timeline of ${experiment.id}: legal windows and observed instants`)}">${parts.join('')}</svg></div>`
}

function legBands(experiment: ExperimentReport): { name: string; fromMs: number; toMs: number; disturbs: boolean }[] {
  const bands: { name: string; fromMs: number; toMs: number; disturbs: boolean }[] = []
  const open = new Map<string, number>()
  for (const event of experiment.timeline) {
    const begun = /^leg (\S+) begins$/.exec(event.what)?.[1]
    const over = /^leg (\S+) ends /.exec(event.what)?.[1]
    if (begun !== undefined) open.set(begun, event.atMs)
    const fromMs = over === undefined ? undefined : open.get(over)
    if (over !== undefined && fromMs !== undefined) bands.push({ name: over, fromMs, toMs: event.atMs, disturbs: over === 'fire' })
  }
  return bands
}

const STYLE = `
:root { color-scheme: light dark; --fg: #1c2024; --bg: #fff; --soft: #eef1f4; --line: #c9d1d9; --pass: #1a7f37; --fail: #c4232c; --unknown: #9a6700; --skipped: #59636e; --window: #b6d4fe; --fire: #ffe3d3 }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #161b22; --line: #30363d; --pass: #3fb950; --fail: #ff7b72; --unknown: #d29922; --skipped: #8b949e; --window: #1f4b85; --fire: #4d2414 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg); overflow-wrap: anywhere }
h1 { font-size: 1.6rem } h2 { margin-top: 2rem; border-bottom: 1px solid var(--line) } h3 { font-size: 1.05rem } small { color: var(--skipped); font-weight: normal }
h1.pass, .counts .pass { color: var(--pass) } h1.fail, .counts .fail { color: var(--fail) } h1.unknown, .counts .unknown { color: var(--unknown) } .counts .skipped, h1.skipped { color: var(--skipped) }
.counts span { margin-right: 1rem; font-weight: 600 }
.badge { display: inline-block; min-width: 4.2em; padding: 0 .4em; border: 1px solid; border-radius: .3em; text-align: center; font-size: .8rem }
.badge.pass { color: var(--pass) } .badge.fail { color: var(--fail); font-weight: 700 } .badge.unknown { color: var(--unknown) } .badge.skipped { color: var(--skipped) }
article { border-left: 4px solid var(--line); padding: .1rem 1rem; margin: 1rem 0; background: var(--soft) } article.fail { border-color: var(--fail) } article.unknown { border-color: var(--unknown) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem } dt { color: var(--skipped) } dd { margin: 0 }
details { margin: .5rem 0; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: .4rem } summary { cursor: pointer }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .9rem } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line) } th { white-space: nowrap } td.check { min-width: 11rem }
svg { width: 100%; min-width: 34rem; height: auto; font: 11px system-ui, sans-serif } svg text { fill: var(--fg) } svg .leg { fill: var(--soft); stroke: var(--line) } svg .leg-fire { fill: var(--fire) } svg .window { fill: var(--window) } svg .good { fill: var(--pass) } svg .bad { fill: var(--fail) }
@media (max-width: 40rem) { body { padding: .6rem; font-size: 15px } dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } }
`
