import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utcDate } from './calendar.ts'

test('the date at an instant is what Date says of it', () => {
  for (let seconds = -100_000_000; seconds < 5_000_000_000; seconds += 7_654_321) {
    const date = new Date(seconds * 1000)
    const { dayOfYear, daysInMonth, ...shown } = utcDate(seconds)
    assert.deepEqual(shown, {
      minute: date.getUTCMinutes(),
      hour: date.getUTCHours(),
      weekday: date.getUTCDay(),
      day: date.getUTCDate(),
      month: date.getUTCMonth() + 1,
      year: date.getUTCFullYear(),
    })
    assert.equal(dayOfYear, Math.floor((Date.UTC(shown.year, shown.month - 1, shown.day) - Date.UTC(shown.year, 0, 1)) / 86_400_000) + 1)
    assert.equal(daysInMonth, new Date(Date.UTC(shown.year, shown.month, 0)).getUTCDate())
  }
})
