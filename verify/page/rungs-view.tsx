import type { Rung } from '../model/rung.ts'
import { rungText } from '../report/rung-status.ts'

/** What lint and simulate said of the deployed files before the drill. */
export function Rungs({ rungs }: { rungs: readonly Rung[] }) {
  return (
    <>
      <h2>Lint and simulate</h2>
      <p class="hint">
        Of the files that were deployed, with their own durations, before the drill began. The drill is judged without them.
      </p>
      {rungs.map((rung) => (
        <section key={rung.rung} aria-labelledby={`rung-${rung.rung}`}>
          <h3 id={`rung-${rung.rung}`}>{rung.rung}</h3>
          <p>{rungText(rung)}.</p>
          {rung.findings.length === 0 ? null : <FindingTable rung={rung} />}
        </section>
      ))}
    </>
  )
}

function FindingTable({ rung: { rung, findings } }: { rung: Rung }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Findings of ${rung}`}>
      <table>
        <thead>
          <tr>
            {['severity', 'place', 'of', 'what', 'expected', 'observed'].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {findings.map(({ id, severity, subject, file, line, column, expected, observed, message }) => (
            <tr key={`${id} ${subject} ${file} ${line} ${column}`}>
              <td>
                <span class={`status ${severity === 'error' ? 'fail' : severity === 'warning' ? 'unknown' : 'skipped'}`}>{severity}</span>
              </td>
              <td>
                {file}:{line}:{column}
              </td>
              <td>{subject}</td>
              <td>
                {message} <small>{id}</small>
              </td>
              <td>{expected}</td>
              <td>{observed}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
