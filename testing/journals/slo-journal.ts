import { readFileSync } from 'node:fs'
import type { Journal, JournalEntry } from '../../verify/model/journal.ts'
import { parseJournal } from '../../verify/judge/record/parse-journal.ts'
import { alter } from './honest-run.ts'

type Panel = Extract<JournalEntry, { kind: 'panel' }>

/**
 * What a drill with mysql-killed and service-down left about the SLO dashboard (speed 15, lab, 66 s): MySQL was down under 20 requests/s
 * for half of the
 * time, then moalog-server was killed twice.
 */
export function recorded(): Journal {
  return SLO
}

const SLO = parseJournal(readFileSync(new URL('./slo.ndjson', import.meta.url), 'utf8'))

/** The recorded drill with another answer of one panel: `change` gets each number. */
export function withValue(title: string, change: (value: number, timeS: number) => number, form: 'deployed' | 'drill' = 'drill'): Journal {
  return withPanel(
    title,
    (entry) => ({
      ...entry,
      series: entry.series.map(({ metric, values }) => ({
        metric,
        values: values.map(([timeS, value]) => [timeS, String(change(Number(value), timeS))]),
      })),
    }),
    form,
  )
}

export function withPanel(title: string, change: (entry: Panel) => Panel | undefined, form: 'deployed' | 'drill' = 'drill'): Journal {
  return alter(recorded(), 'panel', (entry) => (entry.title === title && entry.form === form ? change(entry) : entry))
}

/** No dashboard was read; and: none is promised. */
export function withoutDashboard(): Journal {
  return alter(recorded(), 'dashboard', () => undefined)
}

export function promisingNothing(): Journal {
  return alter(withoutDashboard(), 'header', (entry) => ({ ...entry, spec: { ...entry.spec, slo: { ...entry.spec.slo, panels: [] } } }))
}

export function unreadable(): Journal {
  return alter(recorded(), 'dashboard', (entry) => ({ ...entry, panels: [], error: 'slo-dashboard.json:3:7: not JSON' }))
}
