import { Fragment } from 'preact'
import type { ComponentChildren } from 'preact'
import type { Cause } from '../model/report.ts'
import type { Isolation, IsolationCell, Page } from '../model/page.ts'
import { reachOf } from '../report/causes.ts'
import { NEXT_STEP } from '../report/next-step.ts'
import { reproductionsOf } from '../report/reproduce.ts'
import { lastText, subjectText } from '../report/subject-reports.ts'
import { took } from '../report/time.ts'
import { drifts } from '../report/trends.ts'
import { turnText } from '../text/turn.ts'
import { unreviewedText } from '../text/unreviewed.ts'
import { DrillLanes } from './lanes-view.tsx'
import { Status } from './status.tsx'
import { WORD } from './verdict-signs.ts'

export function Overview({ page }: { page: Page }) {
  const { report } = page
  const { makespanMs, lowerBoundMs, criticalPath } = report.plan
  const warnings = drifts(report.history)
  const turn = turnText(report.turn)
  // Nothing is judged before the end.
  if (page.live !== undefined) return <DrillLanes page={page} />
  return (
    <>
      {report.causes.length > 0 ? (
        <section aria-labelledby="causes">
          <h2 id="causes">{report.counts.fail > 0 ? 'What is wrong, and what to change' : 'What is unknown, and why'}</h2>
          <ol class="causes">
            {report.causes.map((cause) => (
              <CauseCard key={`${cause.root.subject} ${cause.root.check}`} page={page} cause={cause} />
            ))}
          </ol>
        </section>
      ) : null}
      {warnings.length === 0 && report.unreviewed === undefined ? null : (
        <section aria-labelledby="warnings">
          <h2 id="warnings">Warnings</h2>
          <ul>
            {warnings.map(({ id, text }) => (
              <li key={text}>
                {text} (<a href={`#/experiment/${encodeURIComponent(id)}`}>{id}</a>)
              </li>
            ))}
            {report.unreviewed === undefined ? null : <li>{unreviewedText(report.unreviewed, 'the drill')}</li>}
          </ul>
        </section>
      )}
      <section aria-labelledby="drill">
        <h2 id="drill">The drill</h2>
        <DrillLanes page={page} />
      </section>
      <section aria-labelledby="proofs">
        <h2 id="proofs">What is proven of each rule</h2>
        <ProofTable page={page} />
      </section>
      <SubjectTable page={page} />
      <section aria-labelledby="isolation">
        <h2 id="isolation">Which alert fired during which experiment</h2>
        <IsolationTable isolation={page.isolation} />
      </section>
      <section aria-labelledby="others">
        <h2 id="others">Traces, logs, outages, dashboards, delivery</h2>
        <Others page={page} />
      </section>
      {report.problems.length > 0 ? (
        <section aria-labelledby="notes">
          <h2 id="notes">Notes</h2>
          <ul>
            {report.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </section>
      ) : null}
      <section aria-labelledby="reproduce">
        <h2 id="reproduce">Again</h2>
        <ul>
          {reproductionsOf(report).map(({ command, gives }) => (
            <li key={command}>
              <code>{command}</code>: {gives}
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="environment">
        <h2 id="environment">Environment</h2>
        <ul>
          <li>made by {report.tool}</li>
          {turn === undefined ? null : <li>in turn: {turn}</li>}
          {lowerBoundMs > 0 ? (
            <li>
              planned {took(makespanMs)}, lower bound {took(lowerBoundMs)} (ratio {(makespanMs / lowerBoundMs).toFixed(2)}); critical path:{' '}
              {criticalPath.join(' → ')}
            </li>
          ) : null}
          {Object.entries(report.components).map(([name, version]) => (
            <li key={name}>
              {name} {version}
            </li>
          ))}
          {report.selfTraceId === undefined ? null : (
            <li>
              the drill's own trace: <code>{report.selfTraceId}</code>
            </li>
          )}
        </ul>
      </section>
    </>
  )
}

function CauseCard({ page, cause }: { page: Page; cause: Cause }) {
  const { root, consequences } = cause
  const { also } = reachOf(cause)
  const change = root.diagnosis ?? (root.cause === undefined ? undefined : NEXT_STEP[root.cause])
  const room =
    page.signals[root.subject] !== undefined
      ? 'experiment'
      : page.outages.some(({ outage }) => outage === root.subject)
        ? 'outage'
        : 'subject'
  const opens = `#/${room}/${encodeURIComponent(root.subject)}`
  return (
    <li class={`cause ${root.status}`}>
      <h3>
        <Status status={root.status} /> {root.alert === undefined ? '' : `${root.alert}, `}
        <a href={opens}>{root.subject}</a>: {root.title}
        {root.part === undefined || root.title.includes(root.part) ? '' : ` (${root.part})`}
      </h3>
      {change === undefined ? null : <p class="change">{change}</p>}
      <dl>
        <dt>expected</dt>
        <dd>{root.expected}</dd>
        <dt>observed</dt>
        <dd>
          {root.observed}
          {root.cause === undefined ? '' : ` (${root.cause})`}
        </dd>
        {also !== '' ? (
          <>
            <dt>also at</dt>
            <dd>{also}</dd>
          </>
        ) : null}
      </dl>
      {consequences.length > 0 ? (
        <details>
          <summary>what follows from it: {consequences.length}</summary>
          <ul>
            {consequences.map((verdict) => (
              <li key={`${verdict.subject} ${verdict.check}`}>
                {verdict.subject}: {verdict.title}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  )
}

function ProofTable({ page }: { page: Page }) {
  const { columns, rows, without } = page.proofs
  const left = (none: string): string[] => without.flatMap((each) => (each.none === none ? [each.title] : []))
  const experiments = new Map(page.report.rules.map((rule) => [rule.alert, rule.experiments.map(({ id }) => id)]))
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Rules and proofs">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">rule, experiments</th>
              {columns.map(({ id, title }) => (
                <th scope="col" key={id}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.alert}>
                <th scope="row">
                  {row.alert} <small class={`severity ${row.severity}`}>{row.severity}</small>
                  <span class="experiments">
                    {(experiments.get(row.alert) ?? []).map((id, index) => (
                      <Fragment key={id}>
                        {index > 0 ? ', ' : ''}
                        <a href={`#/experiment/${encodeURIComponent(id)}`}>{id}</a>
                      </Fragment>
                    ))}
                  </span>
                </th>
                {row.cells.map((cell, index) => (
                  <td key={columns[index]?.id} title={cell.says.join('\n')}>
                    {cell.status === null ? (
                      <span class="none">{cell.none}</span>
                    ) : cell.opens === null ? (
                      <Status status={cell.status} />
                    ) : (
                      <a href={`#/${cell.opens}`}>
                        <Status status={cell.status} />
                      </a>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(['not run', 'not drilled'] as const).map((none) =>
        left(none).length === 0 ? null : (
          <p class="hint" key={none}>
            {none === 'not run' ? 'Not run before it' : 'Not looked at in this run'}: {left(none).join(', ')}.
          </p>
        ),
      )}
    </>
  )
}

/** When each subject of each rule last fired, and what no experiment reaches. */
function SubjectTable({ page: { report } }: { page: Page }) {
  const turn = turnText(report.turn)
  const rows = report.rules.flatMap((rule) => (rule.subjects ?? []).map((subject) => ({ rule, subject })))
  if (rows.length === 0) return null
  return (
    <section aria-labelledby="subjects">
      <h2 id="subjects">When each subject last fired</h2>
      {turn === undefined ? null : <p class="hint">In turn: {turn}.</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label="Rules and subjects">
        <table>
          <thead>
            <tr>
              <th scope="col">rule</th>
              <th scope="col">subject</th>
              <th scope="col">last fired</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ rule, subject }, index) => (
              <tr key={`${rule.alert} ${subjectText(subject.labels)}`}>
                <td>{rows[index - 1]?.rule === rule ? '' : rule.alert}</td>
                <td>{subjectText(subject.labels)}</td>
                <td>{lastText(subject, report.runId)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function IsolationTable({ isolation: { alerts, rows } }: { isolation: Isolation }) {
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Experiments and alerts">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">experiment</th>
              {alerts.map((alert) => (
                <th scope="col" key={alert}>
                  {alert}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.experiment}>
                <th scope="row">
                  <a href={`#/experiment/${encodeURIComponent(row.experiment)}`}>{row.experiment}</a>
                </th>
                {row.cells.map((cell, index) => (
                  <td key={alerts[index]} class={cell.wrong ? 'wrong' : cell.expected === 'must' ? 'must' : ''}>
                    <a href={`#/${cell.opens}`}>
                      {signOf(cell)}
                      {cell.expected === 'may' ? ' (may)' : ''}
                      {cell.wrong ? <Status status="fail" /> : null}
                    </a>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        ● fired while this experiment&#39;s fault or load was in force. “By another”: another experiment, running at the same time, fires
        it. – did not fire. Each leads to its verdict.
      </p>
    </>
  )
}

function signOf({ expected, fired, byOther }: IsolationCell): ComponentChildren {
  if (fired) return byOther ? '· by another' : '● fired'
  if (expected === 'must') return '○ must fire'
  return (
    <>
      <span aria-hidden="true">–</span>
      <span class="hidden">did not fire</span>
    </>
  )
}

/** Everything that is no experiment, a line a subject. */
function Others({ page: { report, outages } }: { page: Page }) {
  const subjects = [...Map.groupBy(report.others, ({ subject }) => subject)]
  const drawn = new Set(outages.map(({ outage }) => outage))
  return (
    <ul class="subjects">
      {subjects.map(([subject, verdicts]) => {
        const worst =
          (['fail', 'unknown', 'pass', 'skipped'] as const).find((status) => verdicts.some((verdict) => verdict.status === status)) ??
          'skipped'
        const [passed, skipped] = (['pass', 'skipped'] as const).map((each) => verdicts.filter(({ status }) => status === each).length)
        const counted = verdicts.length - (skipped ?? 0)
        const bad = verdicts.find(({ status }) => status === worst)
        return (
          <li key={subject}>
            <Status status={worst} />{' '}
            <a href={`#/${drawn.has(subject) ? 'outage' : 'subject'}/${encodeURIComponent(subject)}`}>{subject}</a>{' '}
            <small>
              {counted === 0 ? '' : `${passed} of ${counted} ${WORD.pass}`}
              {counted === 0 || skipped === 0 ? '' : ', '}
              {skipped === 0 ? '' : `${skipped} ${WORD.skipped}`}
            </small>
            {worst === 'fail' || worst === 'unknown' ? `: ${bad?.title ?? ''}` : ''}
          </li>
        )
      })}
    </ul>
  )
}
