import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileLines } from './file-lines.ts'

async function linesIn(text: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-lines-'))
  try {
    const file = join(folder, 'journal.ndjson')
    writeFileSync(file, text)
    return await Array.fromAsync(fileLines(file))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('lines come as they were written, the last with or without its newline', async () => {
  assert.deepEqual(await linesIn(''), [])
  assert.deepEqual(await linesIn('\n'), [''])
  assert.deepEqual(await linesIn('a\n\nb'), ['a', '', 'b'])
  assert.deepEqual(await linesIn('a\nb\n'), ['a', 'b'])
})

test('only a newline ends a line: what a log line of a service may hold is text', async () => {
  const line = JSON.stringify({ line: 'a\u2028b\u2029c\u0085d\re' })
  assert.deepEqual(await linesIn(`${line}\n${line}\n`), [line, line])
})

test('a line may be longer than what is read at once, and a character may lie on the border', async () => {
  const long = ['가'.repeat(100_000), 'b'.repeat(300_000), 'é', '나'.repeat(700_001)]
  assert.deepEqual(await linesIn(`${long.join('\n')}\n`), long)
})

test('a file that is not there is an error of its own name', async () => {
  await assert.rejects(Array.fromAsync(fileLines('/nonexistent/journal.ndjson')), { code: 'ENOENT' })
})
