import { deliveryOf } from '../../../routing/delivery.ts'
import { chatProblems, chatTexts } from '../../delivery/chat-message.ts'
import { defineCheck } from '../../drill-check.ts'
import { DELIVERY_LAG_MS } from '../../delivery/arrival.ts'
import { clockTime } from '../../../text/instant.ts'
import type { Notified } from '../../record/recorder.ts'
import { lastAtOrBefore } from '../../alert/episodes.ts'
import { fail, pass, skip } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'chat-message-valid',
    scope: 'drill',
    title: 'chat notifications are valid and complete',
    failureTitle: 'a chat notification is missing or invalid',
    why: 'Slack and Discord reject a body that is malformed or too long, and show an unresolved template as text; without a drill that is found in an outage.',
    mend: "In alertmanager.yml, correct title and text of slack_configs or discord_configs. They need valid JSON within the channel's length limits, alertname and status, and no unresolved template.",
    example: 'slack at 12:01:02: text holds the unresolved template {{ .CommonLabels.alertname }}',
    needs: ['spec', 'timing', 'promised', 'notified', 'probed', 'exercises', 'chat', 'spans'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ spec, timing, promised, notified, probed, exercises, chat, spans }) => {
    const beganMs = Math.min(...spans.map((span) => span.beginMs))
    const channels = spec.routing.receivers.filter((receiver) => receiver.kind !== 'webhook' && chat.receivers.includes(receiver.name))
    const expected = `at ${channels.map(({ name }) => name).join(' and ') || 'chat receivers'} a valid notification with alertname and status for every alert that another receiver got`
    if (channels.length === 0) return skip(expected, "no chat receiver posts to the drill's receiver")
    const delivered = [...notified, ...probed].filter(({ receiver }) => !channels.some(({ name }) => name === receiver))
    const posted = exercises.flatMap(({ alerts }) => alerts)
    const names = new Set([
      ...spec.rules.map(({ alert }) => alert),
      ...[...delivered, ...posted].flatMap(({ labels }) => labels['alertname'] ?? []),
    ])
    const courses = coursesOf(delivered)
    const ofRules = new Set(notified)
    const problems: { text: string; pointers: number[] }[] = []
    for (const channel of channels) {
      const posts = chat.posts.filter(({ receiver }) => receiver === channel.name).sort((a, b) => a.arrivedMs - b.arrivedMs)
      const said = new Map<string, number[]>()
      const read = readerOf(channel.kind === 'discord' ? 'discord' : 'slack', [...names])
      for (const post of posts) {
        const { refusals, named, status } = read(post.body)
        for (const problem of refusals)
          problems.push({ text: `${channel.name} at ${clockTime(post.arrivedMs)}: ${problem}`, pointers: [post.seq] })
        if (named.length === 0)
          problems.push({ text: `${channel.name} at ${clockTime(post.arrivedMs)}: has no alertname of the run`, pointers: [post.seq] })
        if (status.length === 0)
          problems.push({ text: `${channel.name} at ${clockTime(post.arrivedMs)}: has neither firing nor resolved`, pointers: [post.seq] })
        for (const name of named)
          for (const each of status) {
            const times = said.get(`${name} ${each}`)
            if (times === undefined) said.set(`${name} ${each}`, [post.arrivedMs])
            else times.push(post.arrivedMs)
          }
      }
      const missing = new Set<string>()
      for (const alert of delivered) {
        // One from before the drill is repeated to each channel in its own time.
        if (ofRules.has(alert) && (alert.startsAtMs ?? beganMs) < beganMs) continue
        const what = `${alert.labels['alertname'] ?? ''} ${alert.status}`
        // The channel's own group may be notified one tick later. What the drill did not stay for is not missing, nor what was over by that
        // tick:
        // an alert that comes and goes between two ticks is notified nowhere (https://github.com/prometheus/alertmanager/issues/2398).
        const { groupWaitMs, groupIntervalMs } = deliveryOf(promised?.timing ?? timing, alert.labels, channel.name)
        const latestMs = alert.arrivedMs + Math.max(groupWaitMs, groupIntervalMs) + DELIVERY_LAG_MS
        const sinceMs = (alert.status === 'firing' ? alert.startsAtMs : alert.endsAtMs) ?? alert.arrivedMs
        const inTime = (text: string, fromMs: number): boolean => lastOf(said.get(text) ?? [], latestMs) >= fromMs
        const due =
          latestMs <= chat.untilMs &&
          (alert.status === 'firing'
            ? endOf(alert, courses) >= latestMs
            : channel.sendResolved &&
              inTime(`${alert.labels['alertname'] ?? ''} firing`, alert.startsAtMs ?? 0) &&
              !cameBack(alert, courses, latestMs))
        if (!due || inTime(what, sinceMs) || missing.has(what)) continue
        missing.add(what)
        problems.push({
          text: `${channel.name} got no notification "${what}"${said.has(what) ? ' in time' : ''}, ${alert.receiver} got it at ${clockTime(alert.arrivedMs)}`,
          pointers: [alert.seq],
        })
      }
    }
    const own = chat.posts.filter(({ receiver }) => channels.some(({ name }) => name === receiver))
    if (problems.length > 0)
      return fail(
        expected,
        `${problems
          .slice(0, 5)
          .map(({ text }) => text)
          .join('; ')}${problems.length > 5 ? ` and ${problems.length - 5} more` : ''}`,
        problems.flatMap(({ pointers }) => pointers),
      )
    if (own.length === 0) return skip(expected, 'no notification was sent')
    return pass(
      expected,
      channels.map(({ name }) => `${own.filter((post) => post.receiver === name).length} valid notifications at ${name}`).join(', '),
      own.map(({ seq }) => seq),
    )
  },
)

interface Said {
  /** Why the channel would refuse it. */
  refusals: string[]
  named: string[]
  status: string[]
}

/** Reads the body of a message; one that comes again and again is read once. */
function readerOf(kind: 'slack' | 'discord', names: readonly string[]): (body: unknown) => Said {
  const known = new WeakMap<object, Said>()
  return (body) => {
    const before = typeof body === 'object' && body !== null ? known.get(body) : undefined
    if (before !== undefined) return before
    const words = new Set(
      chatTexts(body)
        .join('\n')
        .split(/[^\p{L}\p{N}_:-]+/u),
    )
    const said = {
      refusals: chatProblems(kind, body),
      named: names.filter((name) => words.has(name)),
      status: ['firing', 'resolved'].filter((each) => [...words].some((word) => word.toLowerCase().split(':')[0] === each)),
    }
    if (typeof body === 'object' && body !== null) known.set(body, said)
    return said
  }
}

/**
 * Of one alert, by its labels: its resolved messages by arrival, each with the earliest end that this or a later one gives; and when it
 * fired, in order.
 */
interface Course {
  resolvedMs: number[]
  endsMs: number[]
  startsMs: number[]
}

function coursesOf(delivered: readonly Notified[]): Map<string, Course> {
  const courses = new Map<string, Course>()
  for (const alert of [...delivered].sort((a, b) => b.arrivedMs - a.arrivedMs)) {
    const key = JSON.stringify(alert.labels)
    const course = courses.get(key) ?? { resolvedMs: [], endsMs: [], startsMs: [] }
    courses.set(key, course)
    if (alert.status === 'firing') course.startsMs.push(alert.startsAtMs ?? 0)
    else {
      course.resolvedMs.push(alert.arrivedMs)
      course.endsMs.push(Math.min(alert.endsAtMs ?? alert.arrivedMs, course.endsMs.at(-1) ?? Infinity))
    }
  }
  for (const course of courses.values()) {
    course.resolvedMs.reverse()
    course.endsMs.reverse()
    course.startsMs.sort((a, b) => a - b)
  }
  return courses
}

/** The last of ascending times that is not after `untilMs`; -Infinity when there is none. */
function lastOf(timesMs: readonly number[], untilMs: number): number {
  return timesMs[lastAtOrBefore(timesMs, untilMs)] ?? -Infinity
}

/** When the alert of a firing message ended, as its resolved messages say; never when there is none. */
function endOf(alert: Notified, courses: ReadonlyMap<string, Course>): number {
  const course = courses.get(JSON.stringify(alert.labels))
  return course?.endsMs[lastAtOrBefore(course.resolvedMs, alert.arrivedMs - 1) + 1] ?? Infinity
}

/** Whether what had ended fired again by then: the channel's next message may say so at once. */
function cameBack(alert: Notified, courses: ReadonlyMap<string, Course>, untilMs: number): boolean {
  return lastOf(courses.get(JSON.stringify(alert.labels))?.startsMs ?? [], untilMs) > (alert.startsAtMs ?? 0)
}
