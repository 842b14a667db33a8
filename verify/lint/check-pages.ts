import type { LintMeta } from './check.ts'
import { CHECKS } from './registry.ts'

const AREAS: Record<LintMeta['area'], string> = {
  rules: 'Alert rules',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  logs: 'Log pipeline',
  traces: 'Traces',
  grafana: 'Grafana',
  platform: 'The platform as a whole',
}

/** The table of all checks, for verify/lint/README.md. */
export function checksMarkdown(): string {
  const sections = Object.entries(AREAS).flatMap(([area, title]) => {
    const metas = CHECKS.map((check) => check.meta).filter((meta) => meta.area === area)
    return metas.length === 0
      ? []
      : [
          `## ${title}`,
          '',
          '| check | says | severity | why |',
          '|---|---|---|---|',
          ...metas.map((meta) => `| \`${meta.id}\` | ${cell(meta.title)} | ${meta.severity} | ${cell(meta.why)} |`),
          '',
        ]
  })
  return [
    '# Checks of `firedrill lint`',
    '',
    '<!-- Written by `npm run docs` from the meta of verify/lint/checks/*.ts. -->',
    '',
    ...sections,
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
}

/** What `firedrill explain ID` prints. */
export function explainCheck(id: string): string | undefined {
  const meta = CHECKS.find((check) => check.meta.id === id)?.meta
  if (meta === undefined) return undefined
  return [
    `${meta.id} (lint, ${meta.severity})`,
    '',
    `  passes:  ${meta.title}.`,
    `  fails:   ${meta.failureTitle}.`,
    '',
    `  ${meta.why}`,
    '',
    meta.needs.length === 0 ? '  Runs on every file.' : `  Runs when found: ${meta.needs.join(', ')}.`,
    '',
  ].join('\n')
}
