import { utc } from './result.ts'
import type { Result, Results } from './result.ts'
import { json } from './json.ts'

/** SARIF 2.1.0 for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarif({ version, checks, results, invocation }: Results): string {
  const indexOf = new Map(checks.map(({ id }, index) => [id, index]))
  return json({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'firedrill',
            semanticVersion: version,
            rules: checks.map(({ id, title, why, level }) => ({
              id,
              shortDescription: { text: title },
              ...(why === undefined ? {} : { fullDescription: { text: why } }),
              ...(level === undefined ? {} : { defaultConfiguration: { level } }),
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        // One that did not end has shown nothing of what it did not reach.
        invocations: [
          {
            executionSuccessful: invocation.completed,
            exitCode: invocation.exitCode,
            startTimeUtc: utc(invocation.startedMs),
            endTimeUtc: utc(invocation.endedMs),
            toolExecutionNotifications: invocation.notes.map((text) => ({ level: 'warning', message: { text } })),
          },
        ],
        results: results
          // What is of no file is among the notifications.
          .filter(({ level, place }) => level !== 'none' && place.file !== '')
          .map((result) => ({
            ruleId: result.id,
            ruleIndex: indexOf.get(result.id) ?? -1,
            level: result.level,
            message: { text: messageOf(result) },
            locations: [locationOf(result)],
            partialFingerprints: { 'firedrill/v1': result.fingerprint },
          })),
      },
    ],
  })
}

function locationOf({ place: { file, line, column, endColumn }, subject, logicalName }: Result): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
      region: { startLine: line, startColumn: column, endColumn },
    },
    ...(subject === '' || subject === file ? {} : { logicalLocations: [{ name: subject, fullyQualifiedName: logicalName }] }),
  }
}

function messageOf({ subject, title, cause, details }: Result): string {
  return `${subject}: ${title}${cause === undefined ? '' : ` (${cause})`}. ${details.filter((each) => !each.startsWith('journal: ')).join('. ')}`.trim()
}
