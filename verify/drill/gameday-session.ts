import { equivalentFor } from '../../chaos/equivalents.ts'
import type { FaultMeta } from '../../chaos/fault.ts'
import { suggestion } from '../text/did-you-mean.ts'
import type { Cockpit, FaultChoice } from '../model/page.ts'
import type { FaultUse, Spec } from '../model/spec.ts'
import type { TargetPart } from '../model/target.ts'
import { alertsOf } from '../run/experiment/awaited-alerts.ts'
import type { EvidencePorts } from '../run/experiment/evidence.ts'
import type { Chaos, InjectedFault, NotificationSource } from '../run/ports.ts'

export interface SessionWorld extends Pick<EvidencePorts, 'clock' | 'journal' | 'prometheus'> {
  chaos: Chaos
  receiver: NotificationSource
}

export interface SessionOptions {
  faults: readonly FaultMeta[]
  parts: Readonly<Record<string, TargetPart>>
  /** What should fire after a fault is taken from here. */
  spec?: Spec
  /** Without asking before each fault. */
  yes: boolean
  /** So long after its injection a fault is undone by itself. */
  undoAfterMs?: number
  write(text: string): void
  /** Called whenever a line is awaited. */
  prompt(): void
  /** Called with what is in effect, whenever that has changed. */
  changed?(active: Cockpit['active']): void
  /** Aborting it undoes everything and ends the session. */
  signal: AbortSignal
}

const HELP = `faults                          what can be done to which part
inject FAULT PART [name=value]  do it, after you said yes
undo N | all                    take it back
again                           the last injection once more
note TEXT                       write it into the journal
status                          what is in effect, and which alerts are active
quit                            take everything back and end (as do Ctrl-C and the end of the input)
`

interface Active {
  number: number
  use: FaultUse
  fault: InjectedFault
  sinceMs: number
  undoing?: true
}

/** Faults by hand, one line at a time, with what the receiver hears in between. Everything is undone when it resolves, however it ends. */
export async function gameday(
  lines: AsyncIterable<string>,
  world: SessionWorld,
  options: SessionOptions,
): Promise<'completed' | 'interrupted'> {
  const { clock, journal, chaos } = world
  const { write, signal } = options
  const active: Active[] = []
  let count = 0
  let last: string[] | undefined
  const over = new AbortController()
  const changed = (): void =>
    options.changed?.(active.map(({ number, use, sinceMs }) => ({ number, fault: use.id, target: use.target, sinceMs })))
  const stopListening = world.receiver.subscribe((notification) => {
    journal.append(notification)
    for (const { status, labels } of alertsOf(notification.body))
      write(`${time(notification.arrivedMs)}  ${notification.receiver} notified: ${status} ${labelled(labels)}\n`)
  })
  const input = lines[Symbol.asyncIterator]()
  const next = async (): Promise<string | undefined> => {
    options.prompt()
    const { value, done } = await input.next()
    return done === true ? undefined : value
  }

  const inject = async ([id = '', target = '', ...given]: string[]): Promise<void> => {
    const meta = options.faults.find((fault) => fault.id === id)
    if (meta === undefined)
      return write(
        `no fault is called "${id}". ${suggestion(
          id,
          options.faults.map((fault) => fault.id),
        )}\n`,
      )
    if (!Object.hasOwn(options.parts, target))
      return write(`the target lists no part "${target}". ${suggestion(target, Object.keys(options.parts))}\n`)
    const wrong = given.find((each) => !/^[A-Za-z]\w*=.+$/.test(each))
    if (wrong !== undefined) return write(`"${wrong}" is no name=value\n`)
    write(`${meta.title} (${target}). ${meta.blastRadius}\n`)
    if (!options.yes) {
      write('Type yes to do it: ')
      if ((await next())?.trim() !== 'yes') return write('nothing was done\n')
    }
    const use: FaultUse = { id, target, params: Object.fromEntries(given.map((each) => parameter(each))) }
    const entry = { kind: 'fault', experiment: 'gameday', leg: 'by-hand', phase: 'inject', fault: id, target } as const
    const startedMs = clock.now()
    try {
      const fault = await chaos.inject(use, 'gameday')
      count += 1
      const own: Active = { number: count, use, fault, sinceMs: fault.effectiveMs }
      active.push(own)
      last = [id, target, ...given]
      journal.append({ ...entry, startedMs: fault.startedMs, effectiveMs: fault.effectiveMs, ok: true, detail: fault.detail })
      write(`${time(fault.effectiveMs)}  ${count}: ${fault.detail}\n`)
      changed()
      void limit(own)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      const step = error instanceof Error && 'next' in error && typeof error.next === 'string' ? `\n  ${error.next}` : ''
      journal.append({ ...entry, startedMs, effectiveMs: clock.now(), ok: false, detail })
      write(`${detail}${step}\n`)
    }
  }

  const undo = async (wanted: readonly Active[]): Promise<void> => {
    for (const each of [...wanted].reverse()) {
      if (each.undoing === true) continue
      each.undoing = true
      const result = await each.fault.undo()
      journal.append({
        kind: 'fault',
        experiment: 'gameday',
        leg: 'by-hand',
        phase: 'undo',
        fault: each.use.id,
        target: each.use.target,
        ...result,
      })
      write(`${time(result.effectiveMs)}  ${each.number}: ${result.detail}\n`)
      if (result.ok) active.splice(active.indexOf(each), 1)
      else delete each.undoing
      changed()
    }
  }

  const limit = async (each: Active): Promise<void> => {
    if (options.undoAfterMs === undefined) return
    try {
      await clock.sleep(options.undoAfterMs, over.signal)
    } catch {
      return
    }
    if (!active.includes(each) || each.undoing === true) return
    write(`${each.number}: in effect for ${Math.round(options.undoAfterMs / 1_000)} s, the limit; it is undone\n`)
    await undo([each])
  }

  const undoAsked = async ([which = '']: string[]): Promise<void> => {
    const wanted = which === 'all' ? active : active.filter(({ number }) => String(number) === which)
    if (wanted.length === 0)
      return write(
        active.length === 0
          ? 'nothing is in effect\n'
          : `no fault in effect has the number "${which}"; there are: ${active.map(({ number }) => number).join(', ')}, all\n`,
      )
    await undo(wanted)
  }

  const status = async (): Promise<void> => {
    if (active.length === 0) write('no fault is in effect\n')
    for (const { number, use, sinceMs } of active)
      write(`${number}: ${use.id} ${use.target}, for ${Math.round((clock.now() - sinceMs) / 1000)} s\n`)
    try {
      const alerts = await world.prometheus.alerts()
      if (alerts.length === 0) write('no alert is active\n')
      for (const { labels, state, activeAtMs } of alerts) write(`${state} ${labelled(labels)} since ${time(activeAtMs)}\n`)
    } catch (error) {
      write(`${error instanceof Error ? error.message : String(error)}\n`)
    }
  }

  const commands: Record<string, (words: string[]) => Promise<void> | void> = {
    help: () => {
      write(HELP)
    },
    faults: () => {
      write(choicesText(options))
    },
    inject,
    again: () => (last === undefined ? write('nothing was injected yet\n') : inject(last)),
    note: (words) => {
      if (words.length === 0) return write('note what?\n')
      journal.append({ kind: 'note', message: words.join(' ') })
      write('noted\n')
    },
    undo: undoAsked,
    status,
  }
  const talk = async (): Promise<void> => {
    for (;;) {
      const line = await next()
      const [word, ...rest] = line?.trim().split(/\s+/) ?? ['quit']
      if (word === 'quit' || word === 'exit') return
      if (word === undefined || word === '') continue
      const command = Object.hasOwn(commands, word) ? commands[word] : undefined
      if (command === undefined) write(`there is no command "${word}". ${suggestion(word, [...Object.keys(commands), 'quit'])}\n`)
      else await command(rest)
    }
  }

  const stopped = Promise.withResolvers<'interrupted'>()
  const stop = (): void => {
    stopped.resolve('interrupted')
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    write(`${choicesText(options)}\n${HELP}`)
    return await Promise.race([talk().then(() => 'completed' as const), stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
    over.abort(new Error('the game day is over'))
    if (active.length > 0) write('taking everything back\n')
    await undo(active)
    // An injection that Ctrl-C cut off is in the ledger alone.
    const { undone, notUndone } = await chaos.undoAll()
    for (const fault of undone) write(`undone: ${fault}\n`)
    for (const fault of notUndone) write(`NOT undone: ${fault}\n`)
    stopListening()
  }
}

/** Each fault with the parts that offer what it needs, itself or by its equivalent, and what the specification says should fire. */
export function choicesOf({ faults, parts, spec }: Pick<SessionOptions, 'faults' | 'parts' | 'spec'>): FaultChoice[] {
  return faults.flatMap((fault) => {
    const able = Object.values(parts).filter(
      (part) => fault.needs.every((need) => part[need] !== undefined) || equivalentFor(fault.id, part) !== undefined,
    )
    // A fault that all parts take by its equivalent alone: the equivalent is what one chooses.
    if (!able.some((part) => fault.needs.every((need) => part[need] !== undefined))) return []
    const params = Object.entries(fault.params).map(([name, param]) => ({ name, title: param.title, default: String(param.default) }))
    return [
      {
        fault: fault.id,
        title: fault.title,
        blastRadius: fault.blastRadius,
        parts: able.map((part) => ({ name: part.name, fires: spec === undefined ? [] : firesBy(spec, fault.id, part) })),
        params,
      },
    ]
  })
}

/** "RedisConnectionFailed (critical) after 30 s", and what may fire beside it. */
function firesBy(spec: Spec, fault: string, part: TargetPart): string[] {
  return spec.rules.flatMap((rule) =>
    rule.experiments
      .filter(({ fire }) => fire.fault?.target === part.name && (fire.fault.id === fault || equivalentFor(fire.fault.id, part) === fault))
      .flatMap(({ alsoMust, may }) => [
        `${rule.alert} (${rule.labels['severity'] ?? 'no severity'}) after ${Math.round(rule.forMs / 1_000)} s of it, and when it is undone its resolved notification`,
        ...alsoMust.map((ref) => labelled({ alertname: ref.alert, ...ref.labels })),
        ...may.map((ref) => `${labelled({ alertname: ref.alert, ...ref.labels })} perhaps: ${ref.because}`),
      ]),
  )
}

function choicesText(options: SessionOptions): string {
  const rows = choicesOf(options).map(({ fault, parts, params }) => {
    const given = params.map((param) => `${param.name}=${param.default}`).join(' ')
    return `${fault.padEnd(20)} ${parts.map(({ name }) => name).join(', ')}${given === '' ? '' : `\n${' '.repeat(21)}${given}`}\n`
  })
  return rows.length === 0 ? 'this target allows no fault\n' : rows.join('')
}

function parameter(text: string): [string, string | number] {
  const at = text.indexOf('=')
  const value = text.slice(at + 1)
  return [text.slice(0, at), /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value]
}

function labelled({ alertname, ...labels }: Record<string, string>): string {
  return `${alertname ?? '?'}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}
