import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries, withExperiment, withSpec } from '../../../../testing/journals/honest-run.ts'
import type { Sample } from '../../../model/journal.ts'

const ALWAYS = Array.from({ length: 200 }, (_, index): Sample => [1_795_357_000.7 + index, '1'])
const INHIBITING = {
  because: '',
  groupBy: ['alertname', 'job'],
  groupWaitMs: 1_000,
  groupIntervalMs: 4_000,
  repeatIntervalMs: 1,
  receivers: [],
  routes: [],
  inhibitions: [{ source: { alertname: 'Big' }, target: { severity: ['critical'] }, equal: ['job'], because: '' }],
}

test('a message in time passes', () => {
  const verdict = verdictOf(run(), 'notification-delivered')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('at another receiver fails', () => {
  const verdict = verdictOf(run({ mutant: 'wrong-receiver' }), 'notification-delivered')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no notification at critical, but at default/)
  assert.match(verdict.diagnosis ?? '', /routes/)
})

test('no message at all fails', () => {
  const verdict = verdictOf(run({ mutant: 'missing-notification' }), 'notification-delivered')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no notification at any receiver/)
})

test('too late fails', () => {
  const verdict = verdictOf(run({ mutant: 'late-notification' }), 'notification-delivered')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /too late/)
})

test('before it started fails', () => {
  const verdict = verdictOf(run({ mutant: 'early-notification' }), 'notification-delivered')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /too early/)
})

test('another startsAt fails', () => {
  const verdict = verdictOf(run({ mutant: 'wrong-starts-at' }), 'notification-delivered')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /but its startsAt is/)
})

test('an alert that Alertmanager inhibits is said to be', () => {
  const verdict = verdictOf(
    withEntries(run({ mutant: 'missing-notification' }), {
      kind: 'alertmanager',
      what: 'alerts',
      body: [
        {
          labels: { alertname: 'Probed', job: 'probed', instance: '127.0.0.1:1', severity: 'critical' },
          status: { state: 'suppressed', inhibitedBy: ['f'], silencedBy: [] },
          receivers: [{ name: 'critical' }],
        },
      ],
    }),
    'notification-delivered',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /inhibited/)
})

test('its pointers hold the entries that the diagnosis rests on', () => {
  const suppressed = run({ mutant: 'missing-notification' })
  const inhibited = withEntries(suppressed, {
    kind: 'alertmanager',
    what: 'alerts',
    body: [
      {
        labels: { alertname: 'Probed', job: 'probed', instance: '127.0.0.1:1', severity: 'critical' },
        status: { state: 'suppressed', inhibitedBy: ['f'], silencedBy: [] },
        receivers: [{ name: 'critical' }],
      },
    ],
  })
  const counters = suppressed.entries.find((entry) => entry.kind === 'health') ?? assert.fail()
  const unsent = withEntries(suppressed, { ...counters, metric: 'prometheus_notifications_sent_total' })
  const kinds = (journal: typeof suppressed): string[] => {
    const { pointers } = verdictOf(journal, 'notification-delivered')
    return journal.entries.filter(({ seq }) => pointers.includes(seq)).map((entry) => ('metric' in entry ? entry.metric : entry.kind))
  }
  assert.ok(kinds(inhibited).includes('alertmanager'), kinds(inhibited).join())
  assert.ok(kinds(unsent).includes('prometheus_notifications_sent_total'), kinds(unsent).join())
  assert.ok(!kinds(suppressed).includes('alertmanager'), 'Alertmanager was not asked')
})

test('inhibited as specified, silence is right', () => {
  const verdict = verdictOf(
    withSpec(
      withEntries(run({ mutant: 'missing-notification' }), {
        kind: 'alerts-series',
        metric: 'ALERTS',
        series: [{ metric: { alertname: 'Big', alertstate: 'firing', job: 'probed' }, values: ALWAYS }],
      }),
      { routing: INHIBITING },
    ),
    'notification-delivered',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.expected ?? '', /Big inhibits the alert/)
})

test('lost with the receiver it is unknown', () => {
  const verdict = verdictOf(
    withEntries(run(), { kind: 'source-error', source: 'receiver', experiment: null, message: 'port taken' }),
    'notification-delivered',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'source-unreachable')
})

test('a lost POST is tolerated by one resend gap, and only when Prometheus counted it', () => {
  const lost = run({ world: { losesFirstPost: true } })
  const verdict = verdictOf(lost, 'notification-delivered')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  const punctual = verdictOf(run(), 'notification-delivered')
  const width = ({ window }: typeof verdict): number => (window?.latestMs ?? 0) - (window?.earliestMs ?? 0)
  // resend_delay 5 s and an evaluation each second: strictly later than 5 s is 6 s (rules/alerting.go needsSending).
  assert.equal(width(verdict) - width(punctual), 6_000)
  const unseen = verdictOf(
    alter(lost, 'health', (entry) => (/notifications_(errors|dropped)/.test(entry.metric) ? undefined : entry)),
    'notification-delivered',
  )
  assert.equal(unseen.status, 'fail', JSON.stringify(unseen))
  assert.match(unseen.observed, /too late/)
})

test('later than one resend gap fails, lost POST or not', () => {
  const lost = run({ world: { losesFirstPost: true } })
  const verdict = verdictOf(
    alter(lost, 'notification', (entry) => ({ ...entry, arrivedMs: entry.arrivedMs + 10_000 })),
    'notification-delivered',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('where a route continues, each receiver must be notified, in time', () => {
  const both = withExperiment(run(), { alsoReceivers: ['team'] })
  const lost = verdictOf(both, 'notification-delivered')
  assert.equal(lost.status, 'fail', JSON.stringify(lost))
  assert.equal(lost.observed, 'no notification at team, but at critical')
  assert.match(lost.diagnosis ?? '', /arrived at critical and not at team\. Look at `continue` of the route to critical/)
  const copied = (lateMs: number) => {
    const copies = both.entries.flatMap((entry) =>
      entry.kind === 'notification' ? [{ ...entry, receiver: 'team', arrivedMs: entry.arrivedMs + lateMs, atMs: entry.atMs + lateMs }] : [],
    )
    return verdictOf(withEntries(both, ...copies), 'notification-delivered')
  }
  const { status, observed } = copied(0)
  assert.equal(status, 'pass', observed)
  assert.match(observed, /^notification at critical at .* after startsAt; notification at team at .* after startsAt$/)
  assert.equal(copied(60_000).status, 'fail')
})

test('a route that a time interval mutes is named while the interval covers the notification, else the URL is', () => {
  const held = withEntries(run({ mutant: 'missing-notification' }), {
    kind: 'alertmanager',
    what: 'alerts',
    body: [
      {
        labels: { alertname: 'Probed', job: 'probed', instance: '127.0.0.1:1', severity: 'critical' },
        status: { state: 'active', inhibitedBy: [], silencedBy: [] },
        receivers: [{ name: 'critical' }],
      },
    ],
  })
  const diagnosisWith = (own: object, years: [number, number]): string => {
    const journal = alter(held, 'header', (entry) => {
      const { timing } = entry.plan
      const route = { receiver: 'critical', matchers: [], continues: false, groupBy: [], routes: [], ...own }
      const { groupWaitMs, groupIntervalMs, repeatIntervalMs } = timing
      const loaded = { ...route, groupWaitMs, groupIntervalMs, repeatIntervalMs }
      return { ...entry, plan: { ...entry.plan, timing: { ...timing, route: loaded, timeIntervals: { nights: [{ years: [years] }] } } } }
    })
    const verdict = verdictOf(journal, 'notification-delivered')
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    return verdict.diagnosis ?? ''
  }
  assert.match(diagnosisWith({ muteTimes: ['nights'] }, [2000, 2100]), /muted by the time interval nights, which covers \d\d:/)
  assert.match(diagnosisWith({ muteTimes: ['nights'] }, [2000, 2001]), /correct that receiver's webhook URL/)
  assert.match(diagnosisWith({ activeTimes: ['nights'] }, [2000, 2001]), /active in the time intervals nights alone, and none covers/)
  assert.match(diagnosisWith({ activeTimes: ['nights'] }, [2000, 2100]), /correct that receiver's webhook URL/)
})
