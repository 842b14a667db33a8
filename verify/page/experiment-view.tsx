import { Fragment } from 'preact'
import { useState } from 'preact/hooks'
import type { ChainLink, Page, Signal } from '../model/page.ts'
import type { Verdict } from '../model/verdict.ts'
import { took } from '../report/time.ts'
import { figure } from '../text/figure.ts'
import { Folded } from './folded.tsx'
import { DrillLanes } from './lanes-view.tsx'
import { Moments } from './moments.tsx'
import { Pointer } from './journal-view.tsx'
import { Trends } from './past.tsx'
import { RawChart, rawTitle } from './raw-chart.tsx'
import { rawFigure } from './raw-figure.ts'
import { SignalChart } from './signal-chart.tsx'
import { Status } from './status.tsx'
import { VerdictTable } from './verdicts.tsx'
import { clock } from './verdict-signs.ts'
import { Trace, tracesThrough } from './waterfall.tsx'
import { WhatToChange } from './what-to-change.tsx'

/** One rule's drill: the signal, the chain from target to resolved notification, messages, verdicts. `at`: the check that is asked for. */
export function Experiment({ page, id, at }: { page: Page; id: string; at: string }) {
  const signal = page.signals[id]
  const rule = page.report.rules.find((each) => each.experiments.some((experiment) => experiment.id === id))
  const experiment = rule?.experiments.find((each) => each.id === id)
  if (signal === undefined || rule === undefined || experiment === undefined) return <p>This run has no experiment {id}.</p>
  const past = page.report.history?.experiments.find((each) => each.id === id && each.trends.length > 0)
  // What holds for the alert stands in the chain as well.
  const about = [...experiment.verdicts, ...page.report.others.filter(({ alert, subject }) => [alert, subject].includes(rule.alert))]
  const broken = signal.chain.find(({ status }) => status === 'fail')
  const services = new Set(experiment.moments.flatMap((moment) => moment.services))
  const paths = tracesThrough(page, services)
  return (
    <>
      <h2>
        <Status status={experiment.outcome} /> {id} <small>{rule.alert}</small>{' '}
        {rule.severity === '' ? null : <small class={`severity ${rule.severity}`}>{rule.severity}</small>}
      </h2>
      <p>{experiment.title}.</p>
      <p class="hint">{rule.because}</p>
      <WhatToChange page={page} id={id} verdicts={experiment.verdicts} />
      {signal.expr === '' ? <p>The specification does not describe this injection: no alert is demanded of it.</p> : null}
      {signal.expr === '' ? null : (
        <>
          {/* While the drill runs there are no verdicts yet. */}
          {signal.chain.length === 0 ? null : (
            <section aria-labelledby="chain">
              <h3 id="chain">
                {broken === undefined ? 'From the target to the resolved notification' : `Broken first at: ${broken.name}`}
              </h3>
              <Chain key={id} chain={signal.chain} verdicts={about} />
            </section>
          )}
          <section aria-labelledby="signal">
            <h3 id="signal">The signal</h3>
            <pre>
              {signal.expr}
              {signal.forMs > 0 ? `\nfor ${took(signal.forMs)}` : ''}
            </pre>
            {signal.value.length === 0 ? <p>No value of the condition was recorded.</p> : <SignalChart signal={signal} />}
          </section>
        </>
      )}
      {signal.raw.length === 0 ? null : (
        <section aria-labelledby="raw">
          <h3 id="raw">What it is made of: the raw samples</h3>
          {signal.raw.map((raw) => (
            <RawChart key={raw.selector} raw={raw} signal={signal} />
          ))}
        </section>
      )}
      {past === undefined || page.report.history === undefined ? null : (
        <section aria-labelledby="past">
          <h3 id="past">Its delays in the last {page.report.history.runs.length} runs</h3>
          <Trends experiment={past} runs={page.report.history.runs} />
        </section>
      )}
      <section aria-labelledby="beside">
        <h3 id="beside">At the same time</h3>
        <DrillLanes page={page} only={id} />
      </section>
      {signal.messages.length > 0 ? (
        <section aria-labelledby="messages">
          <h3 id="messages">Notifications</h3>
          {signal.messages.map((message) => (
            <details key={message.pointer}>
              <summary>
                {clock(message.atMs)} {message.status} at {message.receiver}
              </summary>
              <p class="hint">
                Journal entry <Pointer seq={message.pointer} />
              </p>
              <pre>{message.body}</pre>
            </details>
          ))}
        </section>
      ) : null}
      <Moments moments={experiment.moments} />
      {paths.length === 0 ? null : (
        <section aria-labelledby="paths">
          <h3 id="paths">Trace paths of this drill through {[...services].join(', ')}</h3>
          {paths.map((trace) => (
            <Folded key={trace.spec} summary={`${trace.spec}: ${trace.spans.length} spans, ${figure(trace.durationMs, 'ms')}`}>
              {() => <Trace trace={trace} />}
            </Folded>
          ))}
        </section>
      )}
      <section aria-labelledby="verdicts">
        <h3 id="verdicts">Verdicts</h3>
        <VerdictTable verdicts={experiment.verdicts} at={at} />
      </section>
      <section aria-labelledby="timeline">
        <h3 id="timeline">What happened</h3>
        <table>
          <thead>
            <tr>
              <th scope="col">time (UTC)</th>
              <th scope="col">what</th>
              <th scope="col">journal</th>
            </tr>
          </thead>
          <tbody>
            {experiment.timeline.map((event) => (
              <tr key={`${event.pointer} ${event.what}`}>
                <td>{clock(event.atMs)}</td>
                <td>{event.what}</td>
                <td>
                  <Pointer seq={event.pointer} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {signal.value.length + signal.raw.length + signal.measured.length === 0 ? null : (
        <section aria-labelledby="numbers">
          <h3 id="numbers">The signal in numbers</h3>
          <Numbers signal={signal} />
        </section>
      )}
    </>
  )
}

/** Each link opens the verdicts that it is made of; the first broken one is open. */
function Chain({ chain, verdicts }: { chain: readonly ChainLink[]; verdicts: readonly Verdict[] }) {
  const [open, setOpen] = useState(chain.find(({ status }) => status === 'fail')?.name)
  const shown = chain.find(({ name }) => name === open)
  return (
    <>
      <ol class="chain">
        {chain.map((link) => (
          <li key={link.name} class={link.status.replace(' ', '-')}>
            <button type="button" aria-expanded={link.name === open} onClick={() => setOpen(link.name === open ? undefined : link.name)}>
              <Status status={link.status} />
              <span>{link.name}</span>
            </button>
          </li>
        ))}
      </ol>
      {shown === undefined ? null : (
        <ul class="behind">
          {verdicts
            .filter(({ check }) => shown.checks.includes(check))
            .map((verdict) => (
              <li key={`${verdict.subject} ${verdict.check}`}>
                <Status status={verdict.status} /> {verdict.title}: {verdict.observed}{' '}
                {verdict.pointers.slice(0, 8).map((seq) => (
                  <Fragment key={seq}>
                    <Pointer seq={seq} />{' '}
                  </Fragment>
                ))}
              </li>
            ))}
        </ul>
      )}
    </>
  )
}

type Figure = number | null | undefined

/** The curves as tables, for who sees no chart. */
function Numbers({ signal }: { signal: Signal }) {
  return (
    <>
      {[
        ...[...signal.value, ...signal.measured].map((curve) => ({
          curve,
          title: curve.label,
          format: (of: Figure) => figure(of, signal.unit),
        })),
        ...signal.raw.flatMap((raw) => raw.curves.map((curve) => ({ curve, title: rawTitle(raw, curve), format: rawFigure }))),
      ].map(({ curve, title, format }) => (
        <Folded
          key={title}
          summary={
            <>
              {title}: {curve.points.length} points
            </>
          }
        >
          {() => (
            <div class="scroll" tabIndex={0} role="region" aria-label={title}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">time (UTC)</th>
                    <th scope="col">value</th>
                  </tr>
                </thead>
                <tbody>
                  {curve.points.map(([atMs, value]) => (
                    <tr key={atMs}>
                      <td>{clock(atMs)}</td>
                      <td>{format(value)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Folded>
      ))}
    </>
  )
}
