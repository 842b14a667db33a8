import { useEffect, useState } from 'preact/hooks'
import { NOT_RECORDED } from '../model/journal.ts'
import type { Page } from '../model/page.ts'
import { Status } from './status.tsx'

/** "#12": leads to that journal entry. */
export function Pointer({ seq }: { seq: number }) {
  if (seq === NOT_RECORDED) return <>written at the end</>
  return <a href={`#/journal/${seq}`}>#{seq}</a>
}

/**
 * A journal entry for reading: the page's own, or while the drill runs its server's. undefined: it is asked for; null: it is not there.
 */
function useEvidence({ evidence, live }: Pick<Page, 'evidence' | 'live'>, seq: number): string | null | undefined {
  const [asked, setAsked] = useState<{ seq: number; text: string | null } | undefined>()
  const own = evidence[seq]
  const isRunning = live !== undefined
  useEffect(() => {
    if (own !== undefined || !isRunning || !(Number.isSafeInteger(seq) && seq >= 0)) return undefined
    const over = new AbortController()
    fetch(`entry/${seq}`, { signal: over.signal })
      .then((answer) => (answer.ok ? answer.text() : null))
      .then(
        (text) => setAsked({ seq, text }),
        () => over.signal.aborted || setAsked({ seq, text: null }),
      )
    return () => over.abort()
  }, [seq, own, isRunning])
  if (own !== undefined) return own
  if (!isRunning) return null
  return asked?.seq === seq ? asked.text : undefined
}

/** The text of an entry, however the page comes by it. */
export function Evidence({ page, seq }: { page: Pick<Page, 'evidence' | 'live'>; seq: number }) {
  const text = useEvidence(page, seq)
  if (seq === NOT_RECORDED) return <p>Read from Prometheus just now, for this page; the journal has it when the drill is over.</p>
  if (text === undefined) return <p role="status">Asked for entry #{seq}.</p>
  if (text === null)
    return (
      <p>
        {page.live === undefined
          ? 'This page does not have it.'
          : 'It is in the journal; the page of a running drill has what its lanes show.'}
      </p>
    )
  return (
    <pre class="entry" tabIndex={0}>
      {text}
    </pre>
  )
}

/** One entry of the journal, and the verdicts that rest on it. */
export function JournalEntry({ page, id }: { page: Page; id: string }) {
  const { report } = page
  const seq = Number(id)
  const all = [...report.rules.flatMap((rule) => rule.experiments.flatMap(({ verdicts }) => verdicts)), ...report.others]
  const resting = all.filter(({ pointers }) => pointers.includes(seq))
  return (
    <>
      <h2>Journal entry #{id}</h2>
      <p class="hint">
        The whole of it: <code>{`jq 'select(.seq==${id})' journal.ndjson`}</code>
      </p>
      <Evidence page={page} seq={seq} />
      {resting.length === 0 ? null : (
        <>
          <h3>Verdicts that rest on it</h3>
          <ul>
            {resting.map(({ subject, check, status, title, alert }) => (
              <li key={`${subject} ${check} ${alert ?? ''}`}>
                <Status status={status} />{' '}
                {alert === undefined ? subject : <a href={`#/experiment/${encodeURIComponent(subject)}`}>{subject}</a>}: {title}{' '}
                <small>{check}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
