import { findingsText } from './findings-text.ts'
import type { Findings } from './result.ts'

export type FindingFormat = 'text' | 'json' | 'junit' | 'sarif'

/** What lint or simulate found, in a format of the command line. Loads that format alone: what junit needs is as much as all checks. */
export async function formatFindings(format: FindingFormat, found: Findings, options: { color: boolean }): Promise<string> {
  switch (format) {
    case 'text':
      return findingsText(found, options)
    case 'json':
      return (await import('./json.ts')).findingsJson(found)
    case 'junit': {
      const [{ junit }, { resultsOfFindings }] = await Promise.all([import('./junit.ts'), import('./result.ts')])
      return junit(resultsOfFindings(found))
    }
    case 'sarif': {
      const [{ sarif }, { resultsOfFindings }] = await Promise.all([import('./sarif.ts'), import('./result.ts')])
      return sarif(resultsOfFindings(found))
    }
  }
}
