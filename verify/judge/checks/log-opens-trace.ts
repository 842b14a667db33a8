import { defineCheck } from '../check.ts'

export default defineCheck({
  id: 'log-opens-trace',
  scope: 'log',
  title: 'the log line opens its trace',
  failureTitle: 'the log line does not open its trace',
  why: 'The step from a line to its trace is a click on what the deployed derivedFields regex cuts out; a wrong group or a missing id makes it a dead link.',
  needs: ['logSpec', 'logs', 'logLinks'],
  needsInjection: 'no',
}, ({ logSpec, logs, logLinks }) => {
  if (!logSpec.linksToTrace) return { status: 'skipped', expected: 'a link to a trace', observed: 'the specification promises none for this service', pointers: [] }
  const expected = 'the trace id cut out of the line by the deployed regex is the request\'s own and is in the trace store'
  const pointers = logLinks.map((link) => link.seq)
  if (logLinks.length === 0) return { status: 'unknown', cause: 'evidence-missing', follows: ['log-line-found'], expected, observed: 'no line was followed to its trace', pointers: logs.map(({ probe }) => probe.seq) }
  const sent = new Set(logs.map(({ probe }) => probe.traceId))
  for (const link of logLinks) {
    const file = link.file ?? 'the Grafana data sources'
    if (link.regex === '' && (link.file === undefined || link.error !== undefined)) return { status: 'unknown', cause: 'evidence-missing', expected, observed: link.error === undefined ? 'no derivedFields regex is deployed, or the target does not say where' : `${file} could not be read: ${link.error}`, pointers: [link.seq] }
    if (link.regex === '') return { status: 'fail', expected, observed: `the Loki data source of ${file} has no derivedFields regex that looks into the line`, pointers: [link.seq] }
    if (link.traceId === null && link.error !== undefined) return { status: 'fail', expected, observed: `the regex is invalid: ${link.error}`, pointers: [link.seq], diagnosis: `derivedFields.matcherRegex in ${file} is JavaScript's, not RE2's: (?P<name>...) and (?i) are no syntax there. One invalid regex takes the links of all fields away.` }
    if (link.traceId === null) return { status: 'fail', expected, observed: `the regex ${JSON.stringify(link.regex)} finds no trace id in the line`, pointers: [link.seq], diagnosis: `Compare derivedFields.matcherRegex in ${file} with a real line; the line may lack the id because the agent does not write it into the log context.` }
    if (!sent.has(link.traceId)) return { status: 'fail', expected, observed: `the regex cuts out ${link.traceId}, which is not the id of the request`, pointers: [link.seq], diagnosis: 'Either the regex takes another group, or the service started a trace of its own instead of joining the caller\'s.' }
    if (link.error !== undefined) return { status: 'unknown', cause: 'source-unreachable', expected, observed: link.error, pointers: [link.seq] }
    if (!link.found) return { status: 'fail', expected, observed: `trace ${link.traceId} is not in the trace store`, pointers: [link.seq] }
  }
  return { status: 'pass', expected, observed: `${logLinks.length} line(s) open their trace`, pointers }
})
