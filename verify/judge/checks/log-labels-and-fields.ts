import { defineCheck } from '../check.ts'
import { finds, withStamp } from '../pattern.ts'
import { labelDifference } from '../labels.ts'

export default defineCheck({
  id: 'log-labels-and-fields',
  scope: 'log',
  title: 'the log line carries its labels and parsed fields',
  failureTitle: 'the log line lacks labels or parsed fields',
  why: 'A line that is stored but not labelled or parsed is not found by the query that somebody types at night.',
  needs: ['logSpec', 'logs'],
  needsInjection: 'no',
}, ({ logSpec, logs }) => {
  const promised = Object.entries(logSpec.labels).map(([name, value]) => `${name}="${value}"`)
  const expected = [...promised, ...Object.entries(logSpec.fields).map(([name, pattern]) => `${name} like /${pattern}/`)].join(', ')
  const found = logs.flatMap(({ probe, answer }) => (answer?.lines ?? []).filter((line) => finds(withStamp(logSpec.contains, probe.stamp), line.line)).map((line) => ({ line, probe, pointers: [probe.seq, ...(answer === undefined ? [] : [answer.seq])] })))
  if (found.length === 0) return { status: 'unknown', cause: 'evidence-missing', follows: ['log-line-found'], expected, observed: 'no stamped line to look at', pointers: logs.map(({ probe }) => probe.seq) }
  for (const { line, pointers } of found) {
    const wanted = Object.fromEntries(Object.keys(logSpec.labels).map((name) => [name, line.labels[name]]).filter((pair): pair is [string, string] => pair[1] !== undefined))
    const difference = labelDifference(logSpec.labels, wanted)
    if (difference !== '') return { status: 'fail', expected, observed: difference, pointers, diagnosis: 'Look at relabel_configs and the labels stage of the log collector.' }
    const holes = Object.entries(logSpec.fields).filter(([name]) => line.labels[name] === undefined).map(([name]) => name)
    if (holes.length > 0) return { status: 'fail', expected, observed: `not parsed: ${holes.join(', ')}`, pointers, diagnosis: `The ${logSpec.format === 'json' ? 'json' : 'regex'} stage of the log collector is missing or does not match this line: ${line.line.slice(0, 200)}` }
  }
  // A service may say more about a request than the line that is promised, at another level: one of its lines has to be that one.
  for (const { probe } of logs) {
    const own = found.filter((item) => item.probe === probe)
    const wrong = own.map(({ line }) => Object.entries(logSpec.fields).find(([name, pattern]) => !finds(withStamp(pattern, probe.stamp), line.labels[name] ?? '')))
    const first = wrong[0]
    if (first !== undefined && wrong.every((each) => each !== undefined)) return { status: 'fail', expected, observed: `${first[0]} is ${JSON.stringify(own[0]?.line.labels[first[0]])}${own.length > 1 ? `, and none of ${own.length - 1} other line(s) is as promised` : ''}`, pointers: own[0]?.pointers ?? [] }
  }
  return { status: 'pass', expected, observed: `so in ${found.length} line(s)`, pointers: [...new Set(found.flatMap((item) => item.pointers))] }
})
