import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalBody } from '../../model/journal.ts'
import { ForeignPosts } from './foreign-posts.ts'

const post = (more: object): Extract<JournalBody, { kind: 'notification' }> => ({
  kind: 'notification',
  path: '/critical',
  receiver: 'critical',
  arrivedMs: 1,
  method: 'POST',
  headers: { 'user-agent': 'Alertmanager/0.28.1' },
  body: { alerts: [] },
  ...more,
})

test('what Alertmanager sends is not foreign, chat messages included', () => {
  const posts = new ForeignPosts()
  for (const own of [{}, { headers: {} }, { receiver: 'slack', body: { text: 'x' } }, { receiver: 'discord', body: 'x' }])
    posts.see(post(own))
  assert.equal(posts.text, undefined)
})

test('any other client and any other body is counted, with three examples at most', () => {
  const posts = new ForeignPosts()
  posts.see(post({ headers: { 'user-agent': 'curl/8.5.0' } }))
  posts.see(post({ headers: {}, body: 'hello', path: '/x' }))
  assert.equal(
    posts.text,
    "2 posts to the drill's receiver came from other clients than Alertmanager: POST /critical by curl/8.5.0; POST /x by an unnamed client",
  )
  for (let index = 0; index < 10; index += 1) posts.see(post({ body: 'hello', path: `/${index}` }))
  assert.match(posts.text ?? '', /^12 post.*; POST \/0 by Alertmanager\/0\.28\.1$/)
})
