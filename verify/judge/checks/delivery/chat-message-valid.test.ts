import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../../model/journal.ts'
import { exercisedJournal } from '../../../../testing/virtual/virtual-alertmanager.ts'
import { alter, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

/** What Alertmanager 0.27 posts for a slack_config. */
function slackBody(status: string, name: string): Record<string, unknown> {
  return {
    channel: '',
    username: 'Alertmanager',
    attachments: [
      {
        title: `[${status.toUpperCase()}] ${name} job`,
        title_link: 'http://127.0.0.1/#/alerts',
        text: 'Something happened\n',
        fallback: `[${status}] ${name}`,
        callback_id: '',
        footer: '',
        color: 'danger',
        mrkdwn_in: ['fallback', 'pretext', 'text'],
      },
    ],
  }
}

/** Each webhook message once more as Slack gets it. */
async function withChat(change: (body: Record<string, unknown>, index: number) => unknown = (body) => body): Promise<Journal> {
  const journal = await exercisedJournal({}, { chatReceivers: ['slack'] })
  let index = 0
  const posts = journal.entries.flatMap((entry) => {
    if (entry.kind !== 'notification') return []
    const { status, alerts } = entry.body as { status: string; alerts: { labels: Record<string, string> }[] }
    return [{ ...entry, receiver: 'slack', path: '/slack', body: change(slackBody(status, alerts[0]?.labels['alertname'] ?? ''), index++) }]
  })
  return withEntries(journal, ...posts.filter(({ body }) => body !== undefined).map(({ seq: _, ...body }) => body))
}

test('every alert that was told elsewhere in a valid message passes', async () => {
  const verdict = verdictOf(await withChat(), 'chat-message-valid')
  assert.equal(verdict.status, 'pass', verdict.observed)
  assert.match(verdict.observed, /\d+ valid notifications at slack/)
})

test('a channel that is on and hears nothing fails', async () => {
  const verdict = verdictOf(await withChat(() => undefined), 'chat-message-valid')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /^slack got no notification "FiredrillRepeated firing", default got it at/)
})

test('one message too few is named', async () => {
  const verdict = verdictOf(
    await withChat((body) => (JSON.stringify(body).includes('[RESOLVED] FiredrillAudible') ? undefined : body)),
    'chat-message-valid',
  )
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /^slack got no notification "FiredrillAudible resolved"[^;]*$/)
})

test('an alert that came and went between two ticks of the channel is not missing there', async () => {
  const verdict = verdictOf(
    await withChat((body) => (JSON.stringify(body).includes('] ServiceDown') ? undefined : body)),
    'chat-message-valid',
  )
  assert.equal(verdict.status, 'pass', verdict.observed)
})

test('a body that Slack refuses, an unresolved template, no name and no status fail', async () => {
  const broken: [unknown, RegExp][] = [
    ['payload=1', /the body is no JSON object/],
    [{ text: ' ' }, /there is nothing to show/],
    [{ text: '[FIRING] {{ .CommonLabels.alertname }}' }, /an unresolved template \(\{\{\)/],
    [{ text: '[FIRING] <no value>' }, /unresolved template \(<no value>\)/],
    [{ text: '[FIRING] Other' }, /has no alertname of the run/],
    [{ text: 'ServiceDown' }, /has neither firing nor resolved/],
    [{ attachments: {} }, /attachments is no list/],
    [{ text: `[FIRING] ServiceDown ${'x'.repeat(40_000)}` }, /at most 40000/],
  ]
  for (const [body, reason] of broken) {
    const verdict = verdictOf(await withChat((good, index) => (index === 0 ? body : good)), 'chat-message-valid')
    assert.equal(verdict.status, 'fail', String(reason))
    assert.match(verdict.observed, reason)
  }
})

test('a channel that is off, or that sends to the real service, does not apply', async () => {
  const verdict = verdictOf(
    alter(await withChat(), 'header', (entry) => ({ ...entry, chatReceivers: [] })),
    'chat-message-valid',
  )
  assert.equal(verdict.status, 'skipped')
})

test('a message that comes too late is none, though one of that name came before', async () => {
  const journal = await withChat()
  const lateMs = 120_000
  const late = alter(journal, 'notification', (entry) =>
    entry.receiver === 'slack' && JSON.stringify(entry.body).includes('[RESOLVED] FiredrillAudible')
      ? { ...entry, arrivedMs: entry.arrivedMs + lateMs }
      : entry,
  )
  const verdict = verdictOf(late, 'chat-message-valid')
  assert.equal(verdict.status, 'fail', verdict.observed)
  assert.match(verdict.observed, /^slack got no notification "FiredrillAudible resolved" in time/)
})
