import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queriesIn } from './template-queries.ts'

test('the queries of a template, as Prometheus is asked them', () => {
  for (const [text, ...queries] of [
    ['{{ $labels.job }} is down'],
    ['{{ with query "up == 0" }}{{ . | first | value }}{{ end }}', 'up == 0'],
    ['{{ range query `up{job="a"}` }}{{ .Labels.job }}{{ end }}', 'up{job="a"}'],
    [`{{ query "up{job=\\"a\\"}" | first | value }}`, 'up{job="a"}'],
    [`{{ printf "up{job='%s'} > %d" $labels.job 3 | query | first | value }}`, `up{job='x'} > 1`],
    ['{{ printf "up{job=%q}" .Labels.job | query | first | value }} {{ query "time()" }}', 'time()', 'up{job="x"}'],
    ['{{ $value | printf "%.2f" }}'],
  ])
    assert.deepEqual(queriesIn(text ?? ''), queries)
})
