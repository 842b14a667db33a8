import { createLogUpdate } from 'log-update'
import type { Clock, Progress } from '../run/ports.ts'
import type { CommandIo } from '../model/command-io.ts'

interface Shown {
  leg: string
  waitsFor: string
  untilMs: number
}

/** What runs, what it waits for, time left: one live block on a terminal, a plain line per change elsewhere. All on stderr. */
export function openProgress(io: CommandIo, clock: Clock): Progress & { close(): void } {
  const started = clock.now()
  const stamp = (): string => `[${String(Math.round((clock.now() - started) / 1000)).padStart(4)} s]`
  if (!io.isTTY) {
    const last = new Map<string, string>()
    return {
      update(state) {
        const text =
          'done' in state
            ? `done, ${state.outcome}`
            : state.leg === 'steady state'
              ? `${state.leg}: ${state.waitsFor}`
              : `${state.leg}, at most ${Math.ceil((state.untilMs - clock.now()) / 1000)} s, waits for ${state.waitsFor}`
        const key = 'done' in state ? 'done' : `${state.leg} ${state.waitsFor}`
        if (last.get(state.experiment) === key) return
        last.set(state.experiment, key)
        io.stderr(`${stamp()} ${state.experiment}: ${text}\n`)
      },
      line(text) {
        io.stderr(`${stamp()} ${text}\n`)
      },
      close() {
        /* nothing is held */
      },
    }
  }
  const live = createLogUpdate(process.stderr)
  const running = new Map<string, Shown>()
  const draw = (): void => {
    live(
      [...running]
        .map(
          ([experiment, { leg, waitsFor, untilMs }]) =>
            `  ${experiment.padEnd(22)} ${leg.padEnd(12)} ${String(Math.max(0, Math.ceil((untilMs - clock.now()) / 1000))).padStart(4)} s left  waits for ${waitsFor}`,
        )
        .join('\n'),
    )
  }
  const timer = setInterval(draw, 500)
  timer.unref()
  const persist = (text: string): void => {
    live.clear()
    io.stderr(`${stamp()} ${text}\n`)
    draw()
  }
  return {
    update(state) {
      if ('done' in state) {
        running.delete(state.experiment)
        persist(`${state.experiment}: done, ${state.outcome}`)
      } else {
        running.set(state.experiment, state)
        draw()
      }
      if (!('done' in state) && state.leg !== 'steady state') running.delete('drill')
    },
    line: persist,
    close() {
      clearInterval(timer)
      live.clear()
      live.done()
    },
  }
}
