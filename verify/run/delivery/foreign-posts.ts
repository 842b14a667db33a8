import type { JournalBody } from '../../model/journal.ts'
import { countOf } from '../../text/count-of.ts'

type Notification = Extract<JournalBody, { kind: 'notification' }>
const SHOWN = 3

/** Counts the posts to the drill's receiver that no Alertmanager sent: a port that others reach may be flooded or fooled. */
export class ForeignPosts {
  private count = 0
  private readonly examples = new Set<string>()

  see({ method, path, receiver, headers, body }: Notification): void {
    const agent = headers['user-agent']
    // A chat message has no alerts in it; Alertmanager names itself: https://github.com/prometheus/common/blob/main/version/info.go
    const shaped = receiver === 'slack' || receiver === 'discord' || (typeof body === 'object' && body !== null && 'alerts' in body)
    if (shaped && (agent === undefined || agent.startsWith('Alertmanager/'))) return
    this.count += 1
    if (this.examples.size < SHOWN) this.examples.add(`${method} ${path.slice(0, 80)} by ${agent?.slice(0, 80) ?? 'an unnamed client'}`)
  }

  /** Undefined when there was none. */
  get text(): string | undefined {
    if (this.count === 0) return undefined
    return `${countOf(this.count, 'post')} to the drill's receiver came from other clients than Alertmanager: ${[...this.examples].join('; ')}`
  }
}
