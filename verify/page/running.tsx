import { useEffect, useState } from 'preact/hooks'
import type { Live } from '../model/page.ts'
import { took } from '../report/time.ts'
import { Cockpit } from './cockpit.tsx'
import { clock } from './verdict-signs.ts'

/** What the drill waits for, and until when at the latest; the stop button does what Ctrl-C does. */
export function Running({ live, connected }: { live: Live; connected: boolean }) {
  const [asked, setAsked] = useState<'no' | 'sure?' | 'yes' | 'failed'>('no')
  const nowMs = useNow(live.nowMs)
  const stop = (): void => {
    if (asked !== 'sure?') return setAsked('sure?')
    fetch('stop', { method: 'POST' }).then(
      (answer) => setAsked(answer.ok ? 'yes' : 'failed'),
      () => setAsked('failed'),
    )
  }
  return (
    <section class="running" aria-label="What is awaited">
      <p class="choose">
        {live.cockpit?.mayAct === false ? null : (
          <button type="button" class="stop" onClick={stop} disabled={asked === 'yes'}>
            {asked === 'sure?' ? 'stop now and undo everything' : 'stop'}
          </button>
        )}
        <output>
          {asked === 'yes'
            ? 'Stopping: every fault is undone.'
            : asked === 'failed'
              ? 'The drill did not answer: press Ctrl-C where it runs.'
              : ''}
          {connected ? '' : ' The connection is lost; trying again. '}
          {live.cockpit === undefined
            ? `Over at ${clock(live.untilMs)} UTC at the latest, in ${Math.max(0, Math.round((live.untilMs - nowMs) / 1_000))} s.`
            : 'Stop undoes everything and ends at once; finish also waits for the verdicts.'}
        </output>
      </p>
      {live.cockpit === undefined ? null : <Cockpit cockpit={live.cockpit} nowMs={nowMs} />}
      {live.awaited.length === 0 ? null : (
        <table>
          <thead>
            <tr>
              <th scope="col">experiment</th>
              <th scope="col">leg</th>
              <th scope="col">waits for</th>
              <th scope="col">at the latest (UTC)</th>
              <th scope="col">in</th>
            </tr>
          </thead>
          <tbody>
            {live.awaited.map(({ experiment, leg, what, untilMs }) => (
              <tr key={`${experiment} ${leg}`}>
                <td>
                  <a href={`#/experiment/${encodeURIComponent(experiment)}`}>{experiment}</a>
                </td>
                <td>{leg}</td>
                <td>{what}</td>
                <td>{clock(untilMs)}</td>
                <td>{untilMs >= nowMs ? `${Math.round((untilMs - nowMs) / 1_000)} s` : `overdue for ${took(nowMs - untilMs)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** The verifier's clock, carried on between two events. */
function useNow(nowMs: number): number {
  const [passedMs, setPassedMs] = useState(0)
  useEffect(() => {
    const begun = performance.now()
    setPassedMs(0)
    const timer = setInterval(() => setPassedMs(performance.now() - begun), 1_000)
    return () => clearInterval(timer)
  }, [nowMs])
  return nowMs + passedMs
}
