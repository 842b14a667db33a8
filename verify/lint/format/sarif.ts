import type { LocatedFinding } from '../lint.ts'
import type { FiredrillError } from '../../model/error.ts'
import type { LintMeta } from '../check.ts'

/** SARIF 2.1.0 for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function formatSarif(
  findings: LocatedFinding[],
  problems: FiredrillError[],
  metas: Pick<LintMeta, 'id' | 'failureTitle' | 'why' | 'severity'>[],
  version: string,
): string {
  const uri = (file: string): string => file.split('/').map(encodeURIComponent).join('/')
  return `${JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'firedrill',
              version,
              rules: metas.map((meta) => ({
                id: meta.id,
                shortDescription: { text: meta.failureTitle },
                fullDescription: { text: meta.why },
                defaultConfiguration: { level: meta.severity },
              })),
            },
          },
          columnKind: 'utf16CodeUnits',
          invocations: [
            {
              executionSuccessful: problems.length === 0,
              toolExecutionNotifications: problems.map((problem) => ({
                level: 'error',
                message: { text: problem.message },
                descriptor: { id: problem.code },
              })),
            },
          ],
          results: findings.map((finding) => ({
            ruleId: finding.id,
            ruleIndex: metas.findIndex((meta) => meta.id === finding.id),
            level: finding.severity,
            message: { text: `${finding.subject}: ${finding.message}. Expected ${finding.expected}; observed ${finding.observed}.` },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uri(finding.file) },
                  region: { startLine: finding.line, startColumn: finding.column, endColumn: finding.column + Math.max(1, finding.length) },
                },
              },
            ],
            partialFingerprints: { 'firedrill/v1': `${finding.id}:${finding.subject}:${finding.expected}` },
          })),
        },
      ],
    },
    null,
    2,
  )}\n`
}
