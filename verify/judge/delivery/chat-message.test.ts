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
  assert.match(
    chatProblems('discord', { attachments: Array.from({ length: 2 }, () => ({ text: 'x'.repeat(3_001) })) }).join(),
    /6002 characters in all/,
  )
  assert.deepEqual(
    chatProblems('discord', { content: 'x'.repeat(2_000), embeds: Array.from({ length: 2 }, () => ({ description: 'x'.repeat(3_000) })) }),
    [],
    'the text before the embeds is not counted with them',
  )
  assert.match(
    chatProblems('discord', { attachments: Array.from({ length: 11 }, () => ({ text: 'x' })) }).join(),
    /11 attachments, at most 10/,
  )
  assert.deepEqual(chatProblems('slack', attachment({ title: 'x'.repeat(257) })), [])
  assert.match(
    chatProblems('slack', { attachments: Array.from({ length: 101 }, () => ({ text: 'x' })) }).join(),
    /101 attachments, at most 100/,
  )
})

test("Slack shows blocks, Discord's endpoint does not", () => {
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

const embed = (more: Record<string, unknown>): unknown => ({
  content: '',
  embeds: [{ title: '[FIRING:1] ServiceDown', description: 'redis is down', color: 10038562, fields: null, ...more }],
  username: '',
  avatar_url: '',
})

test("Discord's own form, as discord_configs post it", () => {
  assert.deepEqual(chatProblems('discord', embed({})), [])
  assert.deepEqual(chatTexts(embed({ fields: [{ name: 'job', value: 'redis', inline: true }], footer: { text: 'abc' } })), [
    '',
    '[FIRING:1] ServiceDown',
    'redis is down',
    'job',
    'redis',
    'abc',
  ])
  assert.deepEqual(chatProblems('discord', { content: 'ServiceDown', embeds: null }), [])
  assert.match(chatProblems('discord', embed({ description: 'x'.repeat(4_097) })).join(), /description of 4097 characters/)
  assert.deepEqual(chatProblems('discord', embed({ description: '\u{1F525}'.repeat(4_096) })), [], 'an emoji is one character')
  assert.match(
    chatProblems('discord', embed({ fields: Array.from({ length: 26 }, () => ({ name: 'a', value: 'b' })) })).join(),
    /26 fields, at most 25/,
  )
  assert.match(
    chatProblems('discord', embed({ fields: [{ name: 'a', value: 'x'.repeat(1_025) }] })).join(),
    /value of a field of 1025 characters/,
  )
  assert.match(chatProblems('discord', embed({ fields: [{ name: 'a', value: '' }] })).join(), /is empty/)
  assert.match(chatProblems('discord', { content: 'x'.repeat(2_001), embeds: [] }).join(), /content of 2001 characters/)
  assert.match(chatProblems('discord', { content: '', embeds: [] }).join(), /nothing to show/)
  assert.match(chatProblems('discord', embed({ description: 'is at <no value>' })).join(), /unresolved template/)
  assert.match(chatProblems('slack', embed({})).join(), /nothing to show/, 'Slack reads none of it')
})

test('blocks of Slack have limits of their own, on top and inside an attachment', () => {
  const section = (text: string): unknown => ({ type: 'section', text: { type: 'mrkdwn', text } })
  assert.deepEqual(chatProblems('slack', { blocks: [section('x'.repeat(3_000))] }), [])
  assert.match(chatProblems('slack', { blocks: [section('x'.repeat(3_001))] }).join(), /a section of 3001 characters, at most 3000/)
  assert.match(
    chatProblems('slack', { attachments: [{ color: 'danger', blocks: [section('x'.repeat(3_001))] }] }).join(),
    /a section of 3001/,
  )
  assert.match(
    chatProblems('slack', { blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }).join(),
    /a header of 151/,
  )
  assert.match(
    chatProblems('slack', {
      blocks: [{ type: 'section', fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }],
    }).join(),
    /11 parts, at most 10/,
  )
  assert.match(
    chatProblems('slack', { blocks: [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'x'.repeat(2_001) }] }] }).join(),
    /part of a section of 2001/,
  )
  assert.match(chatProblems('slack', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }).join(), /51 blocks, at most 50/)
  assert.match(chatProblems('slack', { blocks: [{ text: 'x' }] }).join(), /without a type/)
  assert.deepEqual(
    chatProblems('slack', {
      text: 'x',
      blocks: [
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Runbook' }, url: 'https://x' }] },
        { type: 'divider' },
      ],
    }),
    [],
  )
})

test('what Prometheus could not expand in an annotation is found', () => {
  assert.match(
    chatProblems('slack', attachment({ text: '<error expanding template: error executing template __alert_X: ...>' })).join(),
    /unresolved template/,
  )
})
