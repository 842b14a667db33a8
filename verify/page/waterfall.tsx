import type { Page, Waterfall } from '../model/page.ts'
import { figure } from '../text/figure.ts'
import { Pointer } from './journal-view.tsx'

export function Waterfalls({ page }: { page: Page }) {
  return (
    <>
      <h2>Traces</h2>
      {page.traces.map((trace) => (
        <Trace key={trace.spec} trace={trace} />
      ))}
    </>
  )
}

/** When a span or a request was, within the whole. */
export function Course({ atMs, durationMs, lengthMs, error }: { atMs: number; durationMs: number; lengthMs: number; error: boolean }) {
  const part = (ms: number): string => `${lengthMs === 0 ? 0 : (ms / lengthMs) * 100}%`
  return <span class={error ? 'span error' : 'span'} style={{ marginLeft: part(atMs), width: part(durationMs) }} />
}

/** The trace paths of the drill that go through any of these services. */
export function tracesThrough({ traces }: Pick<Page, 'traces'>, services: ReadonlySet<string>): Waterfall[] {
  return traces.filter(({ spans }) => spans.some(({ service }) => services.has(service)))
}

export function Trace({ trace }: { trace: Waterfall }) {
  return (
    <section aria-label={trace.spec}>
      <h3>
        {trace.spec} <small>{figure(trace.durationMs, 'ms')}</small> <small class="line">{trace.traceId}</small>{' '}
        <small>
          <Pointer seq={trace.pointer} />
        </small>
      </h3>
      <table class="waterfall">
        <thead>
          <tr>
            <th scope="col">service</th>
            <th scope="col">operation</th>
            <th scope="col">took</th>
            <th scope="col">0 to {figure(trace.durationMs, 'ms')}</th>
          </tr>
        </thead>
        <tbody>
          {trace.spans.map((span, index) => (
            <tr key={index}>
              <td style={{ paddingLeft: `${0.5 + span.depth}rem` }}>{span.service}</td>
              <td>
                {span.operation} {span.error ? <span class="status fail">✗ error</span> : null}
              </td>
              <td>{figure(span.durationMs, 'ms')}</td>
              <td class="course">
                <Course atMs={span.atMs - trace.startMs} durationMs={span.durationMs} lengthMs={trace.durationMs} error={span.error} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {trace.more > 0 ? <p class="hint">{trace.more} more spans are in the trace store.</p> : null}
    </section>
  )
}
