import uPlot from 'uplot'
import { useEffect } from 'preact/hooks'
import type { ExperimentHistory, History, Trend } from '../model/report.ts'
import { dateTime } from '../report/time.ts'
import { drifts, historyRows } from '../report/trends.ts'
import { figure } from '../text/figure.ts'
import { Folded } from './folded.tsx'
import { Status } from './status.tsx'
import { useWidth } from './width.ts'

/** What came of each experiment in the last runs, and how its delays went. */
export function Past({ history }: { history: History }) {
  const { runs, experiments } = history
  const warnings = drifts(history)
  return (
    <>
      <h2>The last {runs.length} runs of this target at this speed</h2>
      {warnings.length === 0 ? <p class="hint">No delay drifts within its legal window.</p> : null}
      {warnings.map(({ text }) => (
        <p key={text} class="change">
          Warning: {text}
        </p>
      ))}
      <h3>Which experiment passed in which run</h3>
      <Coverage history={history} />
      <h3>How often it passed, and how long its delays are</h3>
      <Numbers history={history} />
      {experiments
        .filter(({ trends }) => trends.length > 0)
        .map((experiment) => (
          <section key={experiment.id} aria-labelledby={`past-${experiment.id}`}>
            <h3 id={`past-${experiment.id}`}>
              <a href={`#/experiment/${encodeURIComponent(experiment.id)}`}>{experiment.id}</a> <small>{experiment.alert}</small>
            </h3>
            <Trends experiment={experiment} runs={runs} />
          </section>
        ))}
    </>
  )
}

/** Experiment x run. */
function Coverage({ history: { runs, experiments } }: { history: History }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Experiments and runs">
      <table class="matrix past">
        <thead>
          <tr>
            <th scope="col">experiment</th>
            {runs.map(({ runId, startedMs }, index) => (
              <th scope="col" key={runId} title={`${runId}, ${dateTime(startedMs)} UTC`}>
                {index === runs.length - 1 ? 'now' : index - runs.length + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {experiments.map(({ id, outcomes }) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              {outcomes.map((outcome, index) => (
                <td key={runs[index]?.runId}>{outcome === null ? <span class="none">–</span> : <Status status={outcome} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const HEAD = ['rule', 'experiment', 'passed', 'last passed', 'detection delay (median)', 'legal', 'delivery delay (median)', 'legal']

function Numbers({ history }: { history: History }) {
  return (
    <div class="scroll figures" tabIndex={0} role="region" aria-label="Coverage and delays">
      <table>
        <thead>
          <tr>
            {HEAD.map((title, index) => (
              <th scope="col" key={index}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {historyRows(history).map((row) => (
            <tr key={row.join()}>
              {row.map((cell, index) => (
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const TITLES: Record<Trend['what'], string> = {
  detection: 'Detection: from the fault to firing',
  delivery: 'Delivery: from firing to the notification',
}

/** Both delays of an experiment over the runs, with the legal window as a band, and the same as tables. */
export function Trends({ experiment: { id, trends }, runs }: { experiment: ExperimentHistory; runs: History['runs'] }) {
  return (
    <div class="pair">
      {trends.map((trend) => (
        <div key={trend.what}>
          <h4>
            {TITLES[trend.what]}{' '}
            {trend.drift === undefined ? null : <span class="status unknown">drifts {trend.drift.share > 0 ? 'up' : 'down'}</span>}
          </h4>
          <TrendChart trend={trend} label={`${id}, ${trend.what} delay by run`} />
          <Folded summary={<>{trend.points.length} runs in numbers</>}>
            {() => (
              <table>
                <thead>
                  <tr>
                    <th scope="col">run (UTC)</th>
                    <th scope="col">{trend.what} delay</th>
                    <th scope="col">legal from</th>
                    <th scope="col">to</th>
                  </tr>
                </thead>
                <tbody>
                  {trend.points.map(({ run, ms, earliestMs, latestMs }) => (
                    <tr key={run}>
                      <td>{dateTime(runs[run]?.startedMs ?? 0)}</td>
                      <td>{figure(ms, 'ms')}</td>
                      <td>{figure(earliestMs, 'ms')}</td>
                      <td>{figure(latestMs, 'ms')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Folded>
        </div>
      ))}
    </div>
  )
}

/** Runs from left to right, one apart: the time between them says nothing of a delay. */
function TrendChart({ trend, label }: { trend: Trend; label: string }) {
  const [place, width] = useWidth()
  useEffect(() => {
    if (place.current === null) return undefined
    const style = getComputedStyle(place.current)
    const colour = (name: string): string => style.getPropertyValue(name).trim() || '#888'
    const column = (of: (point: Trend['points'][number]) => number): number[] => trend.points.map(of)
    const seconds = (value: number | null | undefined): string => figure(value, 'ms')
    const axis = (rest: uPlot.Axis): uPlot.Axis => ({
      stroke: colour('--text'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line') },
      ...rest,
    })
    const edge: uPlot.Series = { stroke: colour('--window'), width: 1, points: { show: false }, value: (_, value) => seconds(value) }
    const last = trend.points.at(-1)?.run ?? 0
    const plot = new uPlot(
      {
        width,
        height: 150,
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false, range: [-0.5, last + 0.5] } },
        axes: [
          axis({ values: (_, splits) => splits.map((run) => (Number.isInteger(run) ? (run === last ? 'now' : String(run - last)) : '')) }),
          axis({ values: (_, splits) => splits.map((value) => seconds(value)), size: 70 }),
        ],
        series: [
          { label: 'run', value: (_, run) => (run === null || run === undefined ? '' : run === last ? 'now' : String(run - last)) },
          { ...edge, label: 'legal to' },
          { ...edge, label: 'from' },
          { label: `${trend.what} delay`, stroke: colour('--curve-1'), width: 2, points: { size: 6 }, value: (_, value) => seconds(value) },
        ],
        bands: [{ series: [1, 2], fill: `${colour('--window')}55` }],
      },
      [column(({ run }) => run), column(({ latestMs }) => latestMs), column(({ earliestMs }) => earliestMs), column(({ ms }) => ms)],
      place.current,
    )
    return () => plot.destroy()
  }, [trend, width])
  return <div class="chart" ref={place} role="img" aria-label={`${label}; the same in numbers below`} />
}
