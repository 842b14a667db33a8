import { test } from 'node:test'
import assert from 'node:assert/strict'
import { chatProblems, chatTexts } from './chat-message.ts'

const attachment = (more: Record<string, unknown>): unknown => ({ attachments: [{ title: '[FIRING] X', text: 'y', ...more }] })

test('what Alertmanager posts is valid for both', () => {
  for (const kind of ['slack', 'discord'] as const) assert.deepEqual(chatProblems(kind, attachment({})), [])
})

test('each service has its own limits, met exactly they hold', () => {
  assert.deepEqual(chatProblems('discord', attachment({ title: 'x'.repeat(256), text: 'y'.repeat(4_096) })), [])
  assert.match(chatProblems('discord', attachment({ title: 'x'.repeat(257) })).join(), /title of 257 characters, at most 256/)
  assert.match(chatProblems('discord', attachment({ text: 'x'.repeat(4_097) })).join(), /text of 4097 characters, at most 4096/)
  assert.match(chatProblems('discord', { attachments: Array.from({ length: 2 }, () => ({ text: 'x'.repeat(3_001) })) }).join(), /6002 characters in all/)
  assert.match(chatProblems('discord', { attachments: Array.from({ length: 11 }, () => ({ text: 'x' })) }).join(), /11 attachments, at most 10/)
  assert.deepEqual(chatProblems('slack', attachment({ title: 'x'.repeat(257) })), [])
  assert.match(chatProblems('slack', { attachments: Array.from({ length: 101 }, () => ({ text: 'x' })) }).join(), /101 attachments, at most 100/)
})

test('Slack shows blocks, Discord\'s endpoint does not', () => {
  const blocks = { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'ServiceDown' } }] }
  assert.deepEqual(chatProblems('slack', blocks), [])
  assert.match(chatProblems('discord', blocks).join(), /text and attachments only/)
  assert.deepEqual(chatTexts(blocks), ['ServiceDown'])
})

test('a template that printed an error of its own is found', () => {
  assert.match(chatProblems('slack', { text: '%!s(MISSING)' }).join(), /unresolved template/)
  assert.deepEqual(chatProblems('slack', { text: '100 % of {"a": {"b": 1}}' }), [])
})

test('nothing is no message', () => {
  for (const body of [null, undefined, 'text', [], 1]) assert.deepEqual(chatProblems('slack', body), ['the body is no JSON object'])
  assert.match(chatProblems('slack', {}).join(), /nothing to show/)
  assert.match(chatProblems('slack', { attachments: [null, 'x'] }).join(), /nothing to show/)
  assert.match(chatProblems('slack', { text: 5 }).join(), /text is no text/)
})
