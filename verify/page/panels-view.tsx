import { useMemo } from 'preact/hooks'
import type { Page, PanelChart } from '../model/page.ts'
import { took } from '../report/time.ts'
import { figure } from '../text/figure.ts'
import { Folded } from './folded.tsx'
import { Chart } from './chart.tsx'
import { Pointer } from './journal-view.tsx'
import { VerdictTable } from './verdicts.tsx'
import { clock } from './verdict-signs.ts'

const COLOURS = ['--curve-1', '--curve-2', '--curve-3', '--curve-4']

/** The SLO dashboard: what each panel showed over what was counted independently, and what the verdicts say of it. */
export function Panels({ page }: { page: Page }) {
  const verdicts = page.report.others.filter(({ check }) => check.startsWith('slo-') || check === 'panel-queries-work')
  return (
    <>
      <h2>SLO panels</h2>
      <p class="hint">
        Solid: what each panel of the dashboard showed. Dashed: what k6 counted itself in the same window, or what the samples of up are. A
        counter&#39;s first value is in no rate(), and Prometheus scrapes at other instants than k6 counts: the verdicts below allow for
        just that.
      </p>
      <Summary panels={page.panels} />
      {page.panels.map((panel) => (
        <section key={panel.title} aria-labelledby={`panel-${panel.pointer}`}>
          <h3 id={`panel-${panel.pointer}`}>
            {panel.title}{' '}
            <small>
              <Pointer seq={panel.pointer} />
            </small>
          </h3>
          <pre>{panel.query}</pre>
          <PanelCurves panel={panel} />
        </section>
      ))}
      <section aria-labelledby="verdicts">
        <h3 id="verdicts">Verdicts</h3>
        <VerdictTable verdicts={verdicts} />
      </section>
    </>
  )
}

/** The numbers over the whole known load. */
function Summary({ panels }: { panels: readonly PanelChart[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="What the panels showed">
      <table>
        <thead>
          <tr>
            <th scope="col">panel</th>
            <th scope="col">of</th>
            <th scope="col">showed</th>
            <th scope="col">counted</th>
            <th scope="col">by</th>
            <th scope="col">window</th>
            <th scope="col">objective</th>
          </tr>
        </thead>
        <tbody>
          {panels.flatMap(({ title, unit, truth, objective, lines }) =>
            lines.map(({ name, number }) => (
              <tr key={`${title} ${name}`}>
                <td>{title}</td>
                <td>{name}</td>
                <td>{figure(number.shown, unit)}</td>
                <td>{figure(number.truth, unit)}</td>
                <td>{truth}</td>
                <td>{took(number.windowMs)}</td>
                <td>{figure(objective, unit)}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  )
}

function PanelCurves({ panel }: { panel: PanelChart }) {
  const curves = useMemo(
    () =>
      panel.lines.flatMap(({ shown, truth }, index) => {
        const colour = COLOURS[index % COLOURS.length]!
        return [
          { curve: truth, colour: panel.lines.length === 1 ? '--measured' : colour, dashed: true },
          { curve: shown, colour, width: 2.5 },
        ]
      }),
    [panel],
  )
  const strips = useMemo(() => [], [])
  const format = (value: number | null | undefined): string => figure(value, panel.unit)
  return (
    <>
      <Chart
        curves={curves}
        strips={strips}
        format={format}
        label={`${panel.title}: what it showed and what ${panel.truth} counted`}
        threshold={{ value: panel.objective, text: `objective ${format(panel.objective)}` }}
        height={160}
        near={panel.truth !== 'k6'}
      />
      <Folded summary={<>{panel.title} in numbers</>}>
        {() => (
          <div class="scroll" tabIndex={0} role="region" aria-label={panel.title}>
            <table>
              <thead>
                <tr>
                  <th scope="col">time (UTC)</th>
                  <th scope="col">of</th>
                  <th scope="col">panel</th>
                  <th scope="col">{panel.truth}</th>
                </tr>
              </thead>
              <tbody>
                {panel.lines.flatMap(({ name, shown, truth }) => {
                  const known = new Map(shown.points)
                  return truth.points.map(([atMs, value]) => (
                    <tr key={`${name} ${atMs}`}>
                      <td>{clock(atMs)}</td>
                      <td>{name}</td>
                      <td>{known.has(atMs) ? figure(known.get(atMs), panel.unit) : ''}</td>
                      <td>{figure(value, panel.unit)}</td>
                    </tr>
                  ))
                })}
              </tbody>
            </table>
          </div>
        )}
      </Folded>
    </>
  )
}
