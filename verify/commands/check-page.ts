import type { CheckMeta } from '../model/check-meta.ts'
import { SOURCE_OF } from '../judge/drill-check.ts'
import type { JudgeMeta, EvidenceKey, Scope } from '../judge/drill-check.ts'
import type { Area, LintMeta } from '../lint/lint-check.ts'

/** A check of any rung, as `list` groups it and `explain` and docs/checks/ show it. */
export interface CheckPage {
  meta: CheckMeta
  /** Where it runs. */
  rung: 'lint' | 'simulate' | 'run'
  group: string
  /** When it runs, and on what. */
  basis: string
}

const AREAS: Record<Area, string> = {
  rules: 'Alert rules',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  logs: 'Log pipeline',
  traces: 'Traces',
  grafana: 'Grafana',
  platform: 'Deployment',
}
const SCOPES: Record<Scope, string> = {
  experiment: 'Experiments',
  rule: 'Rules',
  trace: 'Traces',
  log: 'Logs',
  outage: 'Outages',
  drill: 'The drill as a whole',
}
const INJECTION: Record<JudgeMeta<EvidenceKey>['needsInjection'], string> = {
  no: '',
  pass: ' It passes only when the injection took hold after a healthy start.',
  both: ' It passes or fails only when the injection took hold after a healthy start.',
}
const SLOW_MACHINE: Record<JudgeMeta<EvidenceKey>['slowMachine'], string> = {
  'excuses': 'A failure becomes unknown (`machine-starved`) when the machine kept a part waiting for a CPU long enough to explain it.',
  'no-excuse': 'A slow machine is no excuse for a failure.',
}

export async function checkPages(): Promise<CheckPage[]> {
  const [{ CHECKS }, { COMMENT_CHECKS }, { SIMULATIONS }, { checks }] = await Promise.all([
    import('../lint/lint-checks.ts'),
    import('../lint/disable-comments.ts'),
    import('../simulate/simulate.ts'),
    import('../judge/drill-checks.ts'),
  ])
  return [
    ...[...CHECKS.map(({ meta }) => meta), ...COMMENT_CHECKS].map((meta): CheckPage => ({
      meta,
      rung: 'lint',
      group: `Lint: ${AREAS[meta.area]}`,
      basis: lintBasis(meta),
    })),
    ...SIMULATIONS.map((meta): CheckPage => ({
      meta,
      rung: 'simulate',
      group: 'Simulate',
      basis: 'Needs promtool, amtool and alertmanager (`firedrill setup`).',
    })),
    ...checks.map(({ meta }): CheckPage => ({ meta, rung: 'run', group: `Drill: ${SCOPES[meta.scope]}`, basis: evidence(meta) })),
  ]
}

function lintBasis({ needs = [], severity = 'error' }: LintMeta): string {
  return `Severity ${severity}. Runs ${needs.length === 0 ? 'on every file' : `when the given paths hold: ${needs.join(', ')}`}. Suppressed by \`--disable\` or by a comment ([how](README.md#suppressing-a-lint-check)).`
}

function evidence({ needs, needsInjection, slowMachine }: JudgeMeta<EvidenceKey>): string {
  const by = Map.groupBy(needs, (key) => SOURCE_OF[key] ?? 'the drill itself')
  const lines = [...by].map(([source, keys]) => `${source} (${keys.join(', ')})`)
  return `Evidence from the journal: ${lines.join('; ')}.${INJECTION[needsInjection]} Without its evidence the verdict is unknown. ${SLOW_MACHINE[slowMachine]}`
}

/** What docs/checks/ID.md holds and `firedrill explain ID` prints. */
export function pageText({ meta, group, basis }: CheckPage): string {
  const { id, title, failureTitle, why, mend, example } = meta
  const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
  return [
    `# ${id}`,
    group,
    `- passes: ${sentence(title)}\n- fails: ${sentence(failureTitle)}`,
    `## Why\n\n${why}`,
    `## An example that fails\n\n\`\`\`\n${example}\n\`\`\``,
    `## What to change\n\n${mend}`,
    `## When it runs\n\n${basis}\n`,
  ].join('\n\n')
}

/** docs/checks/README.md: every check, by rung and area. */
export function pageIndex(pages: readonly CheckPage[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
  const sections = [...Map.groupBy(pages, ({ group }) => group)].map(([group, own]) =>
    [
      `## ${group}`,
      '',
      '| check | passes when |',
      '|---|---|',
      ...own.map(({ meta: { id, title } }) => `| [${id}](${id}.md) | ${cell(title)} |`),
    ].join('\n'),
  )
  return [INTRODUCTION, ...sections].join('\n\n') + '\n'
}

const INTRODUCTION = `# Checks

<!-- Written by \`npm run docs\` from the meta of each check. -->

Each check has a page: what it means, why, an example that fails, what to change. \`firedrill explain ID\` prints the same page.

## Suppressing a lint check

- \`firedrill lint --disable ID...\` leaves checks out of one call, \`--only ID...\` runs these alone.
- In a YAML file, \`# firedrill disable ID until 2027-01-31: reason\` on a line of its own suppresses ID in the next line. At the end of a line it suppresses it there.
  Date and reason are required. When the date is past, or when the comment suppresses nothing, the comment itself is a finding
  (\`disable-comment-expired\`, \`disable-comment-unused\`, \`disable-comment-malformed\`).
- \`--format json\` lists what was suppressed in \`summary.suppressed\`.`
