import { useEffect, useState } from 'preact/hooks'
import type { Page } from '../model/page.ts'
import { dateTime, took } from '../report/time.ts'
import { line } from '../text/printable.ts'
import { Experiment } from './experiment-view.tsx'
import { JournalEntry } from './journal-view.tsx'
import { Outage } from './outage-view.tsx'
import { Overview } from './overview.tsx'
import { Panels } from './panels-view.tsx'
import { Past } from './past.tsx'
import { Running } from './running.tsx'
import { Rungs } from './rungs-view.tsx'
import { Status } from './status.tsx'
import { Subject } from './subject-view.tsx'
import { VerdictTable } from './verdicts.tsx'
import { Waterfalls } from './waterfall.tsx'

/** What stands after the #: "/experiment/error-burst". */
function useAddress(): string[] {
  const read = (): string[] =>
    location.hash
      .replace(/^#\//, '')
      .split('/')
      .filter(Boolean)
      .map((part) => line(decodeURIComponent(part)))
  const [address, setAddress] = useState(read)
  useEffect(() => {
    const changed = (): void => {
      setAddress(read())
      window.scrollTo(0, 0)
    }
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return address
}

export function App({ page, connected = true }: { page: Page; connected?: boolean }) {
  const { report } = page
  const [room = '', id = '', at = ''] = useAddress()
  useEffect(() => {
    document.title = `Fire drill ${report.runId}: ${page.sentence}${id === '' ? '' : ` ${id}`}`
  }, [id])
  return (
    <>
      <Head page={page} room={room} />
      {page.live === undefined ? null : <Running live={page.live} connected={connected} />}
      <main id="content">
        {room === 'experiment' ? (
          <Experiment key={id} page={page} id={id} at={at} />
        ) : room === 'outage' ? (
          <Outage key={id} page={page} id={id} />
        ) : room === 'subject' ? (
          <Subject key={id} page={page} id={id} />
        ) : room === 'traces' ? (
          <Waterfalls page={page} />
        ) : room === 'journal' ? (
          <JournalEntry page={page} id={id} />
        ) : room === 'slo' ? (
          <Panels page={page} />
        ) : room === 'history' && page.report.history !== undefined ? (
          <Past history={page.report.history} />
        ) : room === 'rungs' && report.rungs !== undefined ? (
          <Rungs rungs={report.rungs} />
        ) : room === 'verdicts' ? (
          <Verdicts page={page} />
        ) : (
          <Overview page={page} />
        )}
      </main>
    </>
  )
}

function Head({ page, room }: { page: Page; room: string }) {
  const { report } = page
  const { counts } = report
  const rooms = [
    ['', 'Drill'],
    ...(page.traces.length > 0 ? [['traces', 'Traces']] : []),
    ...(page.panels.length > 0 ? [['slo', 'SLO panels']] : []),
    ...(report.history === undefined ? [] : [['history', `Last ${report.history.runs.length} runs`]]),
    ...(report.rungs === undefined ? [] : [['rungs', 'Lint and simulate']]),
    ...(page.live === undefined ? [['verdicts', 'All verdicts']] : []),
  ]
  return (
    <header>
      <h1 class={page.live === undefined ? report.outcome : ''}>
        {page.live === undefined ? <Status status={report.outcome} /> : null} {page.sentence}
      </h1>
      <p>
        Run {report.runId} on {report.target}, {report.speed === 1 ? 'in real time' : `compressed ${report.speed} times`},{' '}
        {dateTime(report.startedMs)} UTC
        {page.live === undefined
          ? `, took ${took(report.endedMs - report.startedMs)}, ${report.ended}, exit code ${report.exitCode}. ${counts.pass} passed, ${counts.fail} failed, ${counts.unknown} unknown, ${counts.skipped} skipped.`
          : '.'}
      </p>
      <nav aria-label="Pages">
        {rooms.map(([to, title]) => (
          <a key={to} href={`#/${to}`} aria-current={room === to ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
    </header>
  )
}

function Verdicts({ page: { report } }: { page: Page }) {
  const all = [...report.rules.flatMap((rule) => rule.experiments.flatMap(({ verdicts }) => verdicts)), ...report.others]
  return (
    <>
      <h2>All {all.length} verdicts</h2>
      <VerdictTable verdicts={all} withSubject />
    </>
  )
}
