import assert from 'node:assert/strict'
import { mkdtempSync, copyFileSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { withoutCode } from '../../testing/report/page-text.ts'
import { judgeRun } from '../drill/judge-folder.ts'

const SAMPLE = fileURLToPath(new URL('../../reports/sample', import.meta.url))

test('the recorded sample run gives the committed verdicts and reports, byte for byte (else: npm run sample, and look at the difference)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-sample-'))
  try {
    copyFileSync(join(SAMPLE, 'journal.ndjson'), join(folder, 'journal.ndjson'))
    const { report } = await judgeRun(folder)
    assert.ok(report.counts.pass > 100, 'the sample is a whole drill')
    assert.equal(report.outcome, 'pass')
    for (const name of ['verdicts.json', 'report.json', 'report.md', 'report.html', 'junit.xml']) {
      const [made = '', committed = ''] = [folder, SAMPLE].map((at) => withoutCode(readFileSync(join(at, name), 'utf8')))
      assert.equal(made, committed, `${name} differs: npm run sample`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
