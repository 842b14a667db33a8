import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { namedText } from '../testing/journals/named-journal.ts'
import { pageHtml } from '../verify/drill/draw-page.ts'
import { judgeFolder } from '../verify/drill/judge-folder.ts'
import type { Report } from '../verify/model/report.ts'

/** Recorded drills with one thing broken (verify/judge/fixtures/journals/), and what was done to the platform. */
export const SAMPLE_BREAKS: Readonly<Record<string, string>> = {
  'alertmanager-not-notified': 'Prometheus sends its alerts to a server that answers 200 and is no Alertmanager',
  'critical-routed-to-default': 'the critical route leads to the default receiver',
  'for-doubled': 'RedisConnectionFailed is deployed with `for: 1m` instead of 30s',
  'limiter-needs-redis':
    'a real service that fails by itself takes the place of rate-limiter (qa/failing-service): it has no answer without Redis',
  'metric-misspelt': 'RedisConnectionFailed asks for `redis_upp`, which no exporter has',
  'receiver-refused': 'the URL of the critical receiver is that of another program',
  'threshold-doubled': 'HighErrorRate is deployed with 2 % instead of 1 %',
}

/** The page of one of them. */
export async function sampleBreak(name: string): Promise<{ html: string; report: Report }> {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-sample-'))
  try {
    writeFileSync(join(folder, 'journal.ndjson'), namedText(name))
    const judged = await judgeFolder(folder)
    return { html: await pageHtml(judged), report: judged.report }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** `folder`/NAME.html, and a table of what the first lines of each say. */
export async function writeSampleBreaks(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const rows: string[] = []
  for (const [name, done] of Object.entries(SAMPLE_BREAKS)) {
    const { html, report } = await sampleBreak(name)
    writeFileSync(join(folder, `${name}.html`), html)
    rows.push(`| [${name}](${name}.html) | ${done} | ${report.causes[0]?.root.title ?? ''} | ${report.causes[0]?.root.diagnosis ?? ''} |`)
  }
  writeFileSync(
    join(folder, 'README.md'),
    `# Drills in which one thing was broken

Recorded live, one change each. Open the page: its first lines say what failed and what to change; the experiment's page draws the chain with its first
broken link. Written by \`npm run sample\`.

| page | what was done | what failed | what to change |
|---|---|---|---|
${rows.join('\n')}
`,
  )
}
