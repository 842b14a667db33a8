import { suggestion } from '../text/did-you-mean.ts'
import { line as oneLine } from '../text/printable.ts'
import type { Choice, Cockpit, InEffect } from '../model/page.ts'
import { formatLabels } from '../promql/labels.ts'
import { byHand, paramsText, type ByHand, type Cause } from '../plan/by-hand.ts'
import { alertsOf } from '../run/experiment/awaited-alerts.ts'
import { causeOf, choicesOf, choicesText, firingLines, type Means } from './gameday-choices.ts'
import { injectByHand, shownAs, type Injection, type InjectionWorld } from './gameday-injection.ts'
import { Input, type Line, type Origin } from './gameday-input.ts'
import { messageOf } from '../text/error-text.ts'

export interface SessionOptions extends Means {
  runId: string
  /** Without asking before each injection. */
  yes: boolean
  /** Nothing can be injected: what happens anyway is judged. */
  observes?: boolean
  /** So long after its injection it is undone by itself. */
  undoAfterMs?: number
  write(text: string): void
  /** Called whenever a line is awaited. */
  prompt(): void
  /** Called with what is in effect and since when the game day is paused, whenever either has changed. */
  changed?(state: Pick<Cockpit, 'active' | 'pausedMs'>): void
  /** Gives the right to act to a colleague, who gets a new address; writes it down and says it. Absent: there is no page. */
  handOver?(from: string, to: string): void
  /** Aborting it undoes everything and ends the session. */
  signal: AbortSignal
}

const HELP = `faults                          what can be injected into which part, and which scenarios can be sent
inject FAULT PART [name=value]  do it, after you said yes
inject SCENARIO [name=value]    the same with traffic of k6
undo N | all                    take it back
again                           the last injection once more
pause                           take everything back and inject nothing until you type resume
resume                          go on; nothing is injected by itself
note TEXT                       write it into the journal
hand-over [FROM to] NAME        a colleague leads from here on: a new address for the page, the old one only watches
status                          what is in effect and how long it may be, and which alerts are active
quit                            take everything back, wait until its alerts have resolved, and judge (Ctrl-C and the end of the input take back too)
`
export const COMMANDS = ['faults', 'inject', 'undo', 'again', 'pause', 'resume', 'note', 'hand-over', 'status', 'help', 'quit']
/** Longer ones are cut: a journal entry is for reading. */
const LONGEST_NAME = 80

interface Active extends Injection {
  number: number
  by: Origin
  undoing?: true
}

/**
 * Injections by hand, one line at a time, with what the receiver is notified of in between. Everything is undone when it resolves, however
 * it ends.
 */
export async function gameday(
  lines: AsyncIterable<string | Line>,
  world: InjectionWorld,
  options: SessionOptions,
): Promise<'completed' | 'interrupted'> {
  const stopped = Promise.withResolvers<'interrupted'>()
  const stop = (): void => {
    stopped.resolve('interrupted')
  }
  if (options.signal.aborted) stop()
  options.signal.addEventListener('abort', stop, { once: true })
  const stopListening = world.receiver.subscribe((notification) => {
    world.journal.append(notification)
    for (const { status, labels } of alertsOf(notification.body))
      options.write(
        `${time(notification.arrivedMs)}  ${oneLine(notification.receiver)} notified: ${oneLine(`${status} ${labelled(labels)}`)}\n`,
      )
  })
  const session = new Session(new Input(lines), world, options)
  try {
    return await Promise.race([session.talk().then(() => 'completed' as const), stopped.promise])
  } finally {
    options.signal.removeEventListener('abort', stop)
    await session.close()
    stopListening()
  }
}

class Session {
  private readonly active: Active[] = []
  /** In effect, or undone and their alerts may not have resolved. */
  private readonly clearing = new Set<Injection>()
  private readonly over = new AbortController()
  private readonly input: Input
  private readonly world: InjectionWorld
  private readonly options: SessionOptions
  private readonly choices: Choice[]
  private readonly commands: Record<string, (words: string[], by: Origin) => Promise<void> | void>
  private count = 0
  private last: string[] | undefined
  private pausedMs: number | null = null
  private lead = 'the one who began it'

  constructor(input: Input, world: InjectionWorld, options: SessionOptions) {
    this.input = input
    this.world = world
    this.options = options
    this.choices = choicesOf(options)
    this.commands = {
      'help': () => this.write(HELP),
      'faults': () => this.write(options.observes === true ? 'this game day observes: nothing is injected\n' : choicesText(this.choices)),
      'inject': (words, by) => this.inject(words, by),
      'again': (_, by) => (this.last === undefined ? this.write('nothing was injected yet\n') : this.inject(this.last, by)),
      'undo': (words) => this.undoAsked(words),
      'pause': () => this.pause(),
      'resume': () => this.resume(),
      'note': (words) => this.note(words),
      'hand-over': (words) => this.handOver(words),
      'status': () => this.status(),
    }
  }

  /** Until quit; then everything is undone, and its alerts are given the time to resolve. */
  async talk(): Promise<void> {
    const { observes } = this.options
    this.write(`help: what to type; ${observes === true ? 'quit: judge what happened' : 'faults: what can be injected here'}\n`)
    for (;;) {
      const line = await this.next()
      if (line === undefined || ENDS.has(line.text.trim())) break
      await this.obey(line)
    }
    if (this.active.length > 0) this.write('taking everything back\n')
    await this.undo(this.active)
    if (this.active.length === 0) await this.cleared()
  }

  /** Takes back what is left, and what an interrupted injection has left in the ledger alone. */
  async close(): Promise<void> {
    this.over.abort(new Error('the game day is over'))
    if (this.active.length > 0) this.write('taking everything back\n')
    await this.undo(this.active)
    const { undone, notUndone } = await this.world.chaos.undoAll()
    for (const fault of undone) this.write(`undone: ${fault}\n`)
    for (const fault of notUndone) this.write(`NOT undone: ${fault}\n`)
    await Promise.all([...this.clearing].map(({ over }) => over))
  }

  private write(text: string): void {
    this.options.write(text)
  }

  private next(): Promise<Line | undefined> {
    this.options.prompt()
    return this.input.next()
  }

  private async obey({ text, by }: Line): Promise<void> {
    const [word = '', ...rest] = text.trim().split(/\s+/)
    if (word === '') return
    const command = Object.hasOwn(this.commands, word) ? this.commands[word] : undefined
    if (command === undefined) this.write(`there is no command "${oneLine(word)}". ${suggestion(word, COMMANDS)}\n`)
    else await command(rest, by)
  }

  private changed(): void {
    const { undoAfterMs } = this.options
    const active = this.active.map(({ number, cause, sinceMs }): InEffect => ({
      number,
      ...shownAs(cause),
      sinceMs,
      ...(undoAfterMs === undefined ? {} : { untilMs: sinceMs + undoAfterMs }),
    }))
    this.options.changed?.({ active, pausedMs: this.pausedMs })
  }

  private async inject(words: string[], by: Origin): Promise<void> {
    if (this.options.observes === true) return this.write('this game day observes: nothing is injected\n')
    if (this.pausedMs !== null) return this.write('the game day is paused: resume first\n')
    const asked = causeOf(words, this.options, this.choices)
    if ('wrong' in asked) return this.write(`${oneLine(asked.wrong)}\n`)
    const { cause, choice } = asked
    const { id, target } = shownAs(cause)
    const made = this.judgedAs(cause)
    this.write(
      `${choice.title} (${target === '' ? paramsText('load' in cause ? cause.load.params : {}) : target}). ${choice.blastRadius}\n`,
    )
    if (made.unjudged === undefined) this.write(`It is judged as ${made.experiment.confirms ?? id}:\n`)
    else this.write(`It is not judged: ${made.unjudged}.\n`)
    for (const line of made.unjudged === undefined ? firingLines(made.experiment) : []) this.write(`  ${line}\n`)
    if (!this.options.yes) {
      this.write('Type yes to do it: ')
      if (!(await this.input.confirmed(by))) return this.write('nothing was done\n')
    }
    const { runId, undoAfterMs } = this.options
    const maxMs = (undoAfterMs ?? 24 * 3_600_000) + 60_000
    this.count += 1
    const injection = await injectByHand(made, cause, this.world, { runId, maxMs, signal: this.over.signal })
    this.last = words
    if ('failed' in injection) return this.write(`${injection.failed}\n`)
    const own: Active = Object.assign(injection, { number: this.count, by })
    this.active.push(own)
    this.clearing.add(injection)
    void injection.over.then(() => this.clearing.delete(injection))
    this.write(`${time(own.sinceMs)}  ${own.number}: ${own.detail}\n`)
    this.changed()
    void this.limit(own)
    void own.ended?.then(() => this.endedByItself(own))
  }

  /** With the number that it gets when it is done. */
  private judgedAs(cause: Cause): ByHand {
    const running = this.active.flatMap((each) => ('load' in each.cause ? [each.cause.load] : []))
    const made = byHand(this.options.plan, cause, running, this.count + 1)
    const before = [...this.clearing].find(
      ({ experiment: { alert, subject } }) =>
        alert === made.experiment.alert && formatLabels(subject) === formatLabels(made.experiment.subject),
    )
    if (before === undefined || made.unjudged !== undefined) return made
    return { ...made, unjudged: `${made.experiment.alert} of ${before.experiment.id} has not resolved yet` }
  }

  private async undo(wanted: readonly Active[]): Promise<void> {
    for (const each of [...wanted].reverse()) {
      if (each.undoing === true) continue
      each.undoing = true
      const result = await each.undo()
      this.write(`${time(result.effectiveMs)}  ${each.number}: ${result.detail}\n`)
      if (result.ok) this.active.splice(this.active.indexOf(each), 1)
      else delete each.undoing
      this.changed()
    }
  }

  private async limit(each: Active): Promise<void> {
    const { undoAfterMs } = this.options
    if (undoAfterMs === undefined) return
    try {
      await this.world.clock.sleep(undoAfterMs, this.over.signal)
    } catch {
      return
    }
    if (!this.active.includes(each) || each.undoing === true) return
    this.write(`${each.number}: in effect for ${seconds(undoAfterMs)} s, the limit; it is undone\n`)
    await this.undo([each])
  }

  private async endedByItself(each: Active): Promise<void> {
    if (!this.active.includes(each) || each.undoing === true) return
    this.write(`${each.number}: k6 ended by itself\n`)
    await this.undo([each])
  }

  private async undoAsked([which = '']: string[]): Promise<void> {
    const wanted =
      which === 'all'
        ? this.active
        : which === 'page'
          ? this.active.filter(({ by }) => by === 'page')
          : this.active.filter(({ number }) => String(number) === which)
    if (wanted.length > 0) return this.undo(wanted)
    const numbers = this.active.map(({ number }) => number).join(', ')
    this.write(
      numbers === '' ? 'nothing is in effect\n' : `nothing in effect has the number "${oneLine(which)}"; there are: ${numbers}, all\n`,
    )
  }

  private async pause(): Promise<void> {
    if (this.pausedMs !== null) return this.write('the game day is paused already\n')
    this.pausedMs = this.world.clock.now()
    this.world.journal.append({ kind: 'note', message: `paused, ${this.active.length} in effect` })
    this.changed()
    await this.undo(this.active)
    this.write(this.active.length === 0 ? 'paused: nothing is in effect\n' : 'paused, but not everything could be undone: see status\n')
  }

  private resume(): void {
    if (this.pausedMs === null) return this.write('the game day is not paused\n')
    const pausedMs = this.world.clock.now() - this.pausedMs
    this.pausedMs = null
    this.world.journal.append({ kind: 'note', message: `resumed after ${seconds(pausedMs)} s` })
    this.changed()
    this.write('resumed: nothing is in effect; again injects the last one once more\n')
  }

  private note(words: string[]): void {
    if (words.length === 0) return this.write('note what?\n')
    this.world.journal.append({ kind: 'note', message: words.join(' ') })
    this.write('noted\n')
  }

  private handOver(words: string[]): void {
    const { handOver } = this.options
    if (handOver === undefined) return this.write('there is no page whose address could be handed over\n')
    const text = oneLine(words.join(' '))
    const [, from = this.lead, to = ''] = /^(?:(.+?) to )?(.+)$/.exec(text) ?? []
    if (to === '') return this.write('hand over to whom? hand-over NAME, or hand-over FROM to NAME\n')
    this.lead = to.slice(0, LONGEST_NAME)
    handOver(from.slice(0, LONGEST_NAME), this.lead)
  }

  private async status(): Promise<void> {
    const { clock, prometheus } = this.world
    const { undoAfterMs } = this.options
    const now = clock.now()
    if (this.pausedMs !== null) this.write(`paused for ${seconds(now - this.pausedMs)} s\n`)
    if (this.active.length === 0) this.write('nothing is in effect\n')
    for (const { number, cause, sinceMs } of this.active) {
      const { id, target } = shownAs(cause)
      const left = undoAfterMs === undefined ? '' : `, undone by itself in ${seconds(sinceMs + undoAfterMs - now)} s`
      this.write(`${number}: ${[id, target].filter(Boolean).join(' ')}, for ${seconds(now - sinceMs)} s${left}\n`)
    }
    try {
      const alerts = await prometheus.alerts()
      if (alerts.length === 0) this.write('no alert is active\n')
      for (const { labels, state, activeAtMs } of alerts)
        this.write(`${oneLine(`${state} ${labelled(labels)}`)} since ${time(activeAtMs)}\n`)
    } catch (error) {
      this.write(`${messageOf(error)}\n`)
    }
  }

  /** Waits for the clear legs; who quits again does not wait, and gets no verdict on what had not resolved. */
  private async cleared(): Promise<void> {
    const left = [...this.clearing]
    if (left.length === 0) return
    this.write(
      `waiting until ${left.map(({ experiment }) => experiment.id).join(', ')} would have resolved; quit again ends without their verdicts\n`,
    )
    const impatient = (async () => {
      for (;;) {
        const line = await this.input.next()
        if (line === undefined) return new Promise<void>(() => undefined)
        if (ENDS.has(line.text.trim())) return
        if (/^\s*note\s/.test(line.text)) await this.obey(line)
      }
    })()
    await Promise.race([Promise.all(left.map(({ over }) => over)), impatient])
  }
}

const ENDS: ReadonlySet<string> = new Set(['quit', 'exit'])

function labelled({ alertname, ...labels }: Record<string, string>): string {
  return `${alertname ?? '?'}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1_000))
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}
