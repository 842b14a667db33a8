import { test } from 'node:test'
import assert from 'node:assert/strict'
import { parseInstant } from '../text/instant.ts'
import { asksForLabelsAlone, expandTemplate, fitsTemplate, hasLabels, labelDifference, labelKey } from './labels.ts'
import { finds, withStamp } from '../text/re2.ts'

test('label sets are equal in any order, and an empty label is a missing one', () => {
  assert.equal(labelKey({ a: '1', b: '2' }), labelKey({ b: '2', a: '1' }))
  assert.notEqual(labelKey({ a: '1,b' }), labelKey({ a: '1', b: '' }))
  assert.ok(hasLabels({ a: '1' }, { b: '' }))
  assert.ok(!hasLabels({ a: '1' }, { a: '2' }))
})

test('each difference is named', () => {
  assert.equal(labelDifference({ a: '1', b: '2' }, { a: '1', b: '2' }), '')
  assert.equal(
    labelDifference({ a: '1', b: '2' }, { a: '3', c: '4' }),
    'a is "3", not "1"; b is missing (expected "2"); c="4" is not expected',
  )
})

test('templates expand labels, a missing one to nothing, and nothing else', () => {
  assert.equal(
    expandTemplate('{{ $labels.job }} on {{.Labels.instance}}{{- $labels.none -}}! {{ $value }}', { job: 'j', instance: 'i' }),
    'j on i! {{ $value }}',
  )
})

test('instants are read to the millisecond, in any zone, and the zero time is none', () => {
  assert.equal(parseInstant('2026-11-22T14:35:47.123456789Z'), Date.UTC(2026, 10, 22, 14, 35, 47, 123))
  assert.equal(parseInstant('2024-02-29T23:59:59.5+09:00'), Date.UTC(2024, 1, 29, 14, 59, 59, 500))
  assert.equal(parseInstant('0001-01-01T00:00:00Z'), undefined)
  assert.equal(parseInstant('yesterday'), undefined)
  for (let day = -800; day < 40_000; day += 37) assert.equal(parseInstant(new Date(day * 86_400_000).toISOString()), day * 86_400_000)
})

test('patterns are RE2 and a stamp in them is literal', () => {
  assert.ok(finds('^a+$', 'aaa'))
  assert.ok(!finds(withStamp('x{stamp}y', 'a.c'), 'xabcy'))
  assert.ok(finds(withStamp('x{stamp}y', 'a.c'), '-xa.cy-'))
})

test('what $value and functions expand to is not known: the text around them is compared', () => {
  const labels = { job: 'j', instance: 'i' }
  const fits = (template: string, text: string): boolean => fitsTemplate(template, labels, text)
  const template = '{{ $labels.job }} uses {{ $value | humanizePercentage }} of its memory on {{ $labels.instance }}.'
  assert.ok(fits(template, 'j uses 91.2% of its memory on i.'))
  assert.ok(!fits(template, 'k uses 91.2% of its memory on i.'))
  assert.ok(!fits(template, 'j uses 91.2% of its memory on i'))
  assert.ok(!fits(template, 'j uses 91.2% of its disk on i.'))
  assert.ok(fits('{{ $value }}', '7'))
  assert.ok(fits('a {{- " b" -}} c {{ $value }}', 'a bc 7'))
  assert.ok(!fits('ab{{ $value }}ba', 'aba'), 'start and end must not overlap')
  assert.ok(fits('{{ if gt $value 1.0 }}many{{ else }}one{{ end }}', 'one'))
  assert.ok(asksForLabelsAlone('{{ $labels.job }} and {{.Labels.instance}}'))
  assert.ok(!asksForLabelsAlone('{{ $labels.job | toUpper }}'))
})
