import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allWell } from '../../../testing/journals/named-journal.ts'
import type { JournalEntry } from '../../model/journal.ts'
import { panelsOf } from './page-panels.ts'

const { entries } = allWell()
const header = entries.find((entry) => entry.kind === 'header')!
const panels = panelsOf(entries)

test('every promised panel with numbers is drawn, one line a service where it is by service', () => {
  const promised = header.spec.slo.panels.filter(({ measures }) => measures !== 'active-alerts')
  assert.deepEqual(
    panels.map(({ title }) => title),
    promised.map(({ title }) => title),
  )
  const services = header.spec.slo.services?.map(({ service }) => service).sort()
  for (const { by, title } of promised) {
    const names = panels.find((panel) => panel.title === title)!.lines.map(({ name }) => name)
    assert.deepEqual(names.sort(), by === undefined ? [''] : services, title)
  }
})

test('the number is that of the journal, and the load generator or the samples of up agree with it where all is well', () => {
  for (const { title, lines, unit } of panels) {
    const asked = entries.filter((entry) => entry.kind === 'panel').filter((entry) => entry.title === title && entry.form === 'drill')
    const known = asked.flatMap(({ series }) => series.flatMap(({ values }) => values.map(([, value]) => Number(value))))
    for (const { name, number, shown, truth } of lines) {
      assert.ok(number.shown !== null && known.includes(number.shown), `${title} ${name}`)
      assert.ok(number.truth !== null, `${title} ${name}`)
      assert.ok(shown.points.length > 0 && truth.points.length > 20, `${title} ${name}`)
      // Nothing in this drill was slower than a second.
      const most = { share: 0.1, seconds: 0.3, percent: 15_000 }[unit]
      assert.ok(Math.abs(number.shown - number.truth) <= most, `${title} ${name}: ${number.shown}, ${number.truth}`)
    }
  }
})

test('availability is the mean of what each target had in the window, of one job by service', () => {
  const line = (title: string, name = ''): (typeof panels)[number]['lines'][number] =>
    panels.find((panel) => panel.title === title)!.lines.find((each) => each.name === name)!
  const { number } = line('Availability')
  assert.ok(number.shown !== null && number.truth !== null && Math.abs(number.shown - number.truth) < 1e-6)
})

test('a panel in percent is drawn in shares, as its objective is', () => {
  const inPercent = entries.map((entry): JournalEntry => {
    if (entry.kind === 'dashboard')
      return { ...entry, panels: entry.panels.map((panel) => (panel.promise === 'Error rate' ? { ...panel, unit: 'percent' } : panel)) }
    if (entry.kind !== 'panel' || entry.title !== 'Error rate') return entry
    return {
      ...entry,
      series: entry.series.map((series) => ({
        ...series,
        values: series.values.map(([atS, value]) => [atS, String(Number(value) * 100)]),
      })),
    }
  })
  const of = (all: typeof panels): number[] =>
    all.find(({ title }) => title === 'Error rate')!.lines[0]!.shown.points.map(([, value]) => value ?? -1)
  of(panelsOf(inPercent)).forEach((value, index) => assert.ok(Math.abs(value - of(panels)[index]!) < 1e-9))
})

test('without a dashboard, or with one that was not asked, there is none', () => {
  assert.deepEqual(panelsOf([]), [])
  assert.deepEqual(panelsOf(entries.filter(({ kind }) => kind !== 'dashboard')), [])
  assert.deepEqual(panelsOf(entries.filter(({ kind }) => kind !== 'panel')), [])
})
