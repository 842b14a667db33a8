import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openJournalFile } from './journal-file.ts'
import { virtualClock } from '../../testing/virtual/fake-ports.ts'

test('one line an entry, numbered without gaps, secrets never on disk, an existing journal never overwritten', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-journal-'))
  try {
    const file = join(folder, 'journal.ndjson')
    const journal = openJournalFile(file, virtualClock(42), ['pa"ss\nword', 'x'])
    journal.append({ kind: 'note', message: 'the password is pa"ss\nword' })
    journal.append({ kind: 'note', message: 'x stays: too short to be a secret' })
    journal.close()
    const text = readFileSync(file, 'utf8')
    assert.deepEqual(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [
        { seq: 0, atMs: 42, kind: 'note', message: 'the password is ***' },
        { seq: 1, atMs: 42, kind: 'note', message: 'x stays: too short to be a secret' },
      ],
    )
    assert.throws(() => openJournalFile(file, virtualClock()), /EEXIST/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
