import type { Page, PageCode } from '../model/page.ts'
import type { Cause, Report, RuleReport } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { OUTCOME, WORDS } from './console.ts'
import { reachOf } from './causes.ts'
import { pointers } from './result.ts'
import { html as h } from './escape.ts'
import { terminal } from '../text/printable.ts'
import { momentsHtml } from './moment.ts'
import { lastText, subjectText } from './subjects.ts'
import { clockTime } from '../text/instant.ts'
import { dateTime, took } from './time.ts'
import { turnText } from '../text/turn.ts'

/**
 * One file that requests nothing: the answer, the causes and the tables as they are, and the page that takes their place where scripts run.
 * Nothing but that script and that style may run or load: the policy names their hashes.
 */
export function html(report: Report, { page, code }: { page: Page; code: PageCode }): string {
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
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${code.scriptHash}'; style-src '${code.styleHash}'; base-uri 'none'; form-action 'none'">
<title>Fire drill ${h(report.runId)}: ${OUTCOME[report.outcome]}</title>
<style>${code.style}</style>
</head>
<body>
<div id="app"></div>
<div id="static">
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
</div>
<script type="application/json" id="page">${inertJson(page)}</script>
<script>${code.script}</script>
</body>
</html>
`
}

/**
 * JSON that no parser of HTML takes for markup, and whose texts are fit to be shown: what ends a script or begins a comment in it is
 * written as an escape
 * (https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements), control characters are visible, text that runs
 * backwards does not.
 */
export function inertJson(page: Page): string {
  return JSON.stringify(page, (_, value: unknown) => (typeof value === 'string' ? terminal(value) : value)).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The page of a running drill: nothing in it yet, it asks its server for what there is. */
export function liveHtml(code: PageCode): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fire drill</title>
<style>${code.style}</style>
</head>
<body>
<div id="app" data-events="events"><p>Waiting for the drill.</p></div>
<script>${code.script}</script>
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
${verdictTable(experiment.verdicts, false)}
<table><thead><tr><th>time (UTC)</th><th>what happened</th><th>journal</th></tr></thead><tbody>
${experiment.timeline.map((event) => `<tr><td>${clockTime(event.atMs)}</td><td>${h(event.what)}</td><td>#${event.pointer}</td></tr>`).join('\n')}
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
