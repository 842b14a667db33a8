import { createLogUpdate } from 'log-update'
import { formatMinutes } from './plan-setup.ts'

/** Where setup reports while it works. */
export interface Progress {
  /** A line that stays. */
  line(text: string): void
  /** What is going on now; replaces the last such text. */
  live(state: LiveState): void
  end(): void
}

export interface LiveState {
  elapsedSeconds: number
  remainingSeconds: number
  /** True while something takes longer than planned. */
  atLeast?: boolean
  partsDone: number
  parts: number
  /** "Jaeger (compiling)" */
  running: readonly string[]
}

/** A sign of life in a CI log, where nothing can be overwritten. */
const HEARTBEAT_SECONDS = 30

export function liveText(state: LiveState): string {
  const share = Math.min(99, Math.floor((100 * state.elapsedSeconds) / Math.max(1, state.elapsedSeconds + state.remainingSeconds)))
  return `${String(share).padStart(3)} %  ${clock(state.elapsedSeconds)}  ${state.partsDone}/${state.parts} ready, ${state.atLeast === true ? 'at least' : 'about'} ${formatMinutes(state.remainingSeconds)} left: ${state.running.join(', ') || 'waiting'}`
}

/** 4:05 */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

export function createProgress(stream: NodeJS.WriteStream | { write(text: string): unknown; isTTY?: boolean; columns?: number }): Progress {
  return stream.isTTY === true ? liveProgress(stream as NodeJS.WriteStream) : lineProgress(stream)
}

function lineProgress(stream: { write(text: string): unknown }): Progress {
  let lastSeconds = 0
  return {
    line: (text) => {
      stream.write(`${text}\n`)
    },
    live: (state) => {
      if (state.elapsedSeconds - lastSeconds < HEARTBEAT_SECONDS) return
      lastSeconds = state.elapsedSeconds
      stream.write(`${liveText(state)}\n`)
    },
    end: () => undefined,
  }
}

function liveProgress(stream: NodeJS.WriteStream): Progress {
  const update = createLogUpdate(stream)
  let last = ''
  return {
    line: (text) => {
      update.clear()
      stream.write(`${text}\n`)
      if (last !== '') update(last)
    },
    live: (state) => {
      const text = liveText(state)
      // A terminal that does not know its size says 0.
      const columns = stream.columns > 10 ? stream.columns : 80
      last = text.length < columns ? text : `${text.slice(0, columns - 2)}…`
      update(last)
    },
    end: () => {
      update.clear()
    },
  }
}
