import type { Moment } from '../model/report.ts'
import { sentence } from '../report/moment.ts'
import { figure } from '../text/figure.ts'
import { Pointer } from './journal-view.tsx'
import { clock } from './verdict-signs.ts'
import { Course } from './waterfall.tsx'

/** What log and traces said when the alert fired. */
export function Moments({ moments }: { moments: readonly Moment[] }) {
  if (moments.length === 0) return null
  return (
    <section aria-labelledby="moments">
      <h3 id="moments">What log and traces said at that moment</h3>
      {moments.map((moment) => (
        <div key={moment.pointer} class="moment">
          <p>
            {sentence(moment)} <Pointer seq={moment.pointer} />
          </p>
          {moment.lines.length === 0 ? null : (
            <div class="scroll" tabIndex={0} role="region" aria-label="Log lines">
              <table>
                <thead>
                  <tr>
                    <th scope="col">time (UTC)</th>
                    <th scope="col">service</th>
                    <th scope="col">level</th>
                    <th scope="col">line</th>
                    <th scope="col">request of</th>
                    <th scope="col">trace</th>
                  </tr>
                </thead>
                <tbody>
                  {moment.lines.map((line, index) => (
                    <tr key={index}>
                      <td>{clock(line.atMs)}</td>
                      <td>{line.service}</td>
                      <td>{line.level}</td>
                      <td class="line">{line.text}</td>
                      <td>{line.of}</td>
                      <td class="line">{line.traceId ?? ''}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {moment.traces.length === 0 ? null : <Requests traces={moment.traces} />}
        </div>
      ))}
    </section>
  )
}

/** Its requests as a waterfall, each over the time from the first one's begin to the last one's end. */
function Requests({ traces }: Pick<Moment, 'traces'>) {
  const fromMs = Math.min(...traces.map(({ atMs }) => atMs))
  const lengthMs = Math.max(...traces.map(({ atMs, durationMs }) => atMs + durationMs)) - fromMs
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Requests">
      <table class="waterfall requests">
        <thead>
          <tr>
            <th scope="col">request (UTC)</th>
            <th scope="col">service</th>
            <th scope="col">operation</th>
            <th scope="col">status</th>
            <th scope="col">took</th>
            <th scope="col">0 to {figure(lengthMs, 'ms')}</th>
            <th scope="col">trace</th>
          </tr>
        </thead>
        <tbody>
          {traces.map((trace) => (
            <tr key={trace.traceId}>
              <td>{clock(trace.atMs)}</td>
              <td>{trace.service}</td>
              <td>{trace.operation}</td>
              <td>
                {trace.status}
                {trace.error ? ' error' : ''}
              </td>
              <td>{trace.durationMs.toFixed(1)} ms</td>
              <td class="course">
                <Course atMs={trace.atMs - fromMs} durationMs={trace.durationMs} lengthMs={lengthMs} error={trace.error} />
              </td>
              <td class="line">{trace.traceId}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
