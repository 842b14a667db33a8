import type { Page } from '../model/page.ts'
import { Status } from './status.tsx'

/** "#12": leads to that journal entry. */
export function Pointer({ seq }: { seq: number }) {
  return <a href={`#/journal/${seq}`}>#{seq}</a>
}

export function EntryText({ text }: { text: string }) {
  return (
    <pre class="entry" tabIndex={0}>
      {text}
    </pre>
  )
}

/** One entry of the journal, and the verdicts that rest on it. */
export function JournalEntry({ page: { evidence, report }, id }: { page: Page; id: string }) {
  const seq = Number(id)
  const all = [...report.rules.flatMap((rule) => rule.experiments.flatMap(({ verdicts }) => verdicts)), ...report.others]
  const resting = all.filter(({ pointers }) => pointers.includes(seq))
  return (
    <>
      <h2>Journal entry #{id}</h2>
      <p class="hint">
        The whole of it: <code>{`jq 'select(.seq==${id})' journal.ndjson`}</code>
      </p>
      {evidence[seq] === undefined ? <p>This page does not have it.</p> : <EntryText text={evidence[seq]} />}
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
