import type { Page, PageCode } from '../model/page.ts'
import type { Report } from '../model/report.ts'
import { terminal } from '../text/printable.ts'
import { OUTCOME, WORDS } from './console.ts'
import { numbers } from './blocks.ts'
import type { Block, Cell } from './blocks.ts'
import { documentOf } from './document.ts'
import { html as h } from './escape.ts'
import { pageTables } from './page-tables.ts'

/**
 * One file that requests nothing: the answer, the causes, the matrices and the tables as they are, and the page that takes their place
 * where scripts run. Nothing but that script and that style may run or load: the policy names their hashes.
 */
export function html(report: Report, { page, code }: { page: Page; code: PageCode }): string {
  const { title, blocks } = documentOf(report, pageTables(page))
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
<h1 class="${report.outcome}">${h(title)}</h1>
</header>
<main>
${blocks.map(htmlOf).join('\n')}
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

export function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${h(block.text)}</h2>`
    case 'line':
      return `<p>${block.strong === undefined ? '' : `<strong>${h(block.strong)}</strong>`}${h(block.text)}</p>`
    case 'list':
      return `${block.of === undefined ? '' : `<h3>${h(block.of.strong + block.of.text)}</h3>\n`}<ul>${block.items.map((item) => `<li>${h(item)}</li>`).join('')}</ul>`
    case 'table':
      return `<div class="scroll"><table><thead><tr>${block.head.map((title) => `<th scope="col">${h(title)}</th>`).join('')}</tr></thead><tbody>
${block.rows.map((cells) => `<tr>${cells.map((content) => `<td>${cellOf(content)}</td>`).join('')}</tr>`).join('\n')}
</tbody></table></div>`
    case 'folded':
      return `<details${block.open ? ' open' : ''}><summary>${h(block.summary)}</summary>\n${block.blocks.map(htmlOf).join('\n')}\n</details>`
  }
}

function cellOf(content: Cell): string {
  if (typeof content === 'string') return h(content)
  if ('journal' in content) return numbers(content.journal)
  const badge = `<span class="badge ${content.status}">${WORDS[content.status]}</span>`
  return content.text === undefined ? badge : `${badge} ${h(content.text)}`
}
