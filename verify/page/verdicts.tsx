import { useEffect, useRef, useState } from 'preact/hooks'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { Pointer } from './journal-view.tsx'
import { Status } from './status.tsx'

const WORST_FIRST: readonly VerdictStatus[] = ['fail', 'unknown', 'pass', 'skipped']

/** The worst first; which of them are shown is chosen above. `at`: the check whose row is marked and brought into sight. */
export function VerdictTable({
  verdicts,
  withSubject = false,
  at = '',
}: {
  verdicts: readonly Verdict[]
  withSubject?: boolean
  at?: string
}) {
  const [shown, setShown] = useState<VerdictStatus | 'all'>('all')
  const marked = useRef<HTMLTableRowElement>(null)
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), [at])
  const counts = WORST_FIRST.map((status) => [status, verdicts.filter((verdict) => verdict.status === status).length] as const)
  const rows = WORST_FIRST.flatMap((status) =>
    verdicts.filter((verdict) => verdict.status === status && (shown === 'all' || shown === status)),
  )
  return (
    <>
      <p class="choose" role="group" aria-label="Show verdicts">
        <button type="button" aria-pressed={shown === 'all'} onClick={() => setShown('all')}>
          all {verdicts.length}
        </button>
        {counts
          .filter(([, count]) => count > 0)
          .map(([status, count]) => (
            <button type="button" key={status} aria-pressed={shown === status} onClick={() => setShown(status)}>
              <Status status={status} text /> {count}
            </button>
          ))}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of verdicts">
        <table>
          <thead>
            <tr>
              <th scope="col">outcome</th>
              {withSubject ? <th scope="col">of</th> : null}
              <th scope="col">verdict</th>
              <th scope="col">expected</th>
              <th scope="col">observed</th>
              <th scope="col">journal</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((verdict) => (
              <tr
                key={`${verdict.subject} ${verdict.check} ${verdict.alert ?? ''}`}
                {...(verdict.check === at ? { class: 'marked', ref: marked } : {})}
              >
                <td>
                  <Status status={verdict.status} text />
                </td>
                {withSubject ? <td>{verdict.subject}</td> : null}
                <td>
                  {verdict.title} <small>{verdict.check}</small>
                </td>
                <td>{verdict.expected}</td>
                <td>
                  {verdict.observed}
                  {verdict.cause === undefined ? '' : ` (${verdict.cause})`}
                  {verdict.diagnosis === undefined ? null : <p class="change">{verdict.diagnosis}</p>}
                </td>
                <td class="pointers">
                  {verdict.pointers.slice(0, 8).map((seq) => (
                    <>
                      <Pointer key={seq} seq={seq} />{' '}
                    </>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
