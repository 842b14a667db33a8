import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { openTerminal } from './gameday-terminal.ts'

/** Moves to the begin of the line and clears from there: https://en.wikipedia.org/wiki/ANSI_escape_code#CSI_(Control_Sequence_Introducer)_sequences */
const CLEARED = '\u001b[1G\u001b[0J'

test('a notification stands above the prompt, and what is being typed stays below it', async (t) => {
  let seen = ''
  const isShown = (text: string | Uint8Array): boolean => {
    seen += String(text)
    return true
  }
  t.mock.method(process.stderr, 'write', isShown)
  const stdin = new PassThrough()
  const io = { isTTY: true, stdout: (text: string) => void (seen += text) }
  const terminal = openTerminal(stdin, io, (line) => [['inject ', 'note '].filter((each) => each.startsWith(line)), line])
  terminal.prompt()
  stdin.write('inj')
  await turn()
  seen = ''
  terminal.print('12:00:01  critical notified: firing RedisConnectionFailed\n')
  assert.ok(seen.startsWith(`${CLEARED}12:00:01  critical notified: firing RedisConnectionFailed\n`), JSON.stringify(seen))
  assert.match(seen.slice(seen.indexOf('\n')), /gameday> inj/)
  // The Tab key completes what was begun, and the line is whole.
  stdin.write('\t')
  stdin.write('kill-process redis\n')
  const { value } = await terminal.lines[Symbol.asyncIterator]().next()
  assert.deepEqual(value, { text: 'inject kill-process redis', by: 'terminal' })
  // Ctrl-C is for the session to end by.
  stdin.write('\u0003')
  await turn()
  assert.equal(terminal.left.aborted, true)
  terminal.close()
})

test('where nothing is a terminal there is neither prompt nor colour: lines in, lines out', async (t) => {
  let said = ''
  t.mock.method(process.stderr, 'write', () => assert.fail('nothing on standard error'))
  const stdin = new PassThrough()
  const terminal = openTerminal(stdin, { isTTY: false, stdout: (text) => void (said += text) }, () => [[], ''])
  terminal.prompt()
  terminal.print('Nothing is in effect.\n')
  stdin.end('status\n')
  const { value } = await terminal.lines[Symbol.asyncIterator]().next()
  assert.deepEqual(value, { text: 'status', by: 'terminal' })
  assert.equal(said, 'Nothing is in effect.\n')
  terminal.close()
})
