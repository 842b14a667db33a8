import type { Report } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { dateTime } from './time.ts'

/**
 * SARIF 2.1.0 for code scanning: what failed as an error, what is unknown as a warning; the place is the first line of the journal that a
 * verdict rests on. https://docs.oasis-open.org/sarif/sarif/v2.1.0/
 */
export function sarif(report: Report): string {
  const verdicts = [
    ...report.rules.flatMap(({ experiments }) => experiments.flatMap((experiment) => experiment.verdicts)),
    ...report.others,
  ]
  const told = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown')
  const rules = [...new Set(verdicts.map(({ check }) => check))].sort()
  return `${JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'firedrill',
              semanticVersion: /\d+(\.\d+)+\S*/.exec(report.tool)?.[0] ?? '0.0.0',
              rules: rules.map((id) => ({
                id,
                shortDescription: { text: verdicts.find(({ check, status }) => check === id && status === 'fail')?.title ?? id },
              })),
            },
          },
          // One that did not end has shown nothing of what it did not reach.
          invocations: [
            {
              executionSuccessful: report.ended === 'completed',
              exitCode: report.exitCode,
              startTimeUtc: utc(report.startedMs),
              endTimeUtc: utc(report.endedMs),
              toolExecutionNotifications: report.problems.map((text) => ({ level: 'warning', message: { text } })),
            },
          ],
          results: told.map((verdict) => ({
            ruleId: verdict.check,
            ruleIndex: rules.indexOf(verdict.check),
            level: verdict.status === 'fail' ? 'error' : 'warning',
            message: { text: messageOf(verdict) },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: 'journal.ndjson' }, region: { startLine: (verdict.pointers[0] ?? 0) + 1 } },
                logicalLocations: [
                  {
                    name: verdict.subject,
                    ...(verdict.alert === undefined ? {} : { fullyQualifiedName: `${verdict.alert}/${verdict.subject}` }),
                  },
                ],
              },
            ],
            // The same trouble of the next night is the same one.
            partialFingerprints: { 'firedrill/v1': `${verdict.check}:${verdict.subject}` },
          })),
        },
      ],
    },
    null,
    2,
  )}\n`
}

function messageOf({ subject, title, cause, expected, observed, diagnosis }: Verdict): string {
  return `${subject}: ${title}${cause === undefined ? '' : ` (${cause})`}. Expected ${expected}; observed ${observed}.${diagnosis === undefined ? '' : ` ${diagnosis}`}`
}

/** Left out where a damaged journal holds no time. */
function utc(ms: number): string | undefined {
  return Number.isFinite(ms) ? `${dateTime(ms).replace(' ', 'T')}Z` : undefined
}
