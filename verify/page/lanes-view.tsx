import { scaleUtc } from 'd3-scale'
import { select } from 'd3-selection'
import { zoom, zoomIdentity, zoomTransform } from 'd3-zoom'
import type { ZoomBehavior, ZoomTransform } from 'd3-zoom'
import { useEffect, useRef, useState } from 'preact/hooks'
import { NOT_RECORDED } from '../model/journal.ts'
import type { Bar, Lane, Mark, Page } from '../model/page.ts'
import { Evidence, Pointer } from './journal-view.tsx'
import { LanesLegend } from './lanes-legend.tsx'
import { useWidth } from './width.ts'
import { clock } from './verdict-signs.ts'

const ROW = 22
const LABELS = 190
const AXIS = 26
/** Of the time at a tick, in pixels. */
const TIME_WIDTH = 62

/** Every which tick has room for its time: of a drill of seconds there are more of them than were asked for. */
function everyTick(apart: number): number {
  return Math.max(1, Math.ceil(TIME_WIDTH / apart))
}
const MOST_ZOOM = 200

const GROUPS: Record<Lane['group'], string> = {
  experiments: 'Experiments',
  outages: 'Outages',
  alerts: 'Alerts',
  notifications: 'Notifications',
  load: 'Load (k6)',
  evaluations: 'Prometheus',
}

type Picked = { lane: Lane; bar?: Bar; mark?: Mark }

/**
 * The drill over its time: one crosshair over all lanes, zoom by wheel or keys, a click shows the evidence. `only`: what ran beside this
 * one.
 */
export function DrillLanes({ page, only }: { page: Page; only?: string }) {
  const { startedMs } = page.report
  const endedMs = page.live?.untilMs ?? page.report.endedMs
  const own = page.lanes.find((lane) => lane.opens === only)
  const fromMs = only === undefined || own === undefined ? startedMs : Math.min(...real(own).map((bar) => bar.fromMs))
  const untilMs = only === undefined || own === undefined ? endedMs : Math.max(...real(own).map((bar) => bar.untilMs))
  const lanes = page.lanes.filter((lane) => only === undefined || lane === own || meets(lane, fromMs, untilMs))
  const [place, width] = useWidth()
  const svg = useRef<SVGSVGElement>(null)
  const behaviour = useRef<ZoomBehavior<SVGSVGElement, unknown>>(undefined)
  const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity)
  const [atX, setAtX] = useState<number | null>(null)
  const [picked, setPicked] = useState<Picked | null>(null)

  const inner = Math.max(100, width - LABELS)
  const whole = scaleUtc([fromMs, untilMs], [0, inner])
  const scale = transform.rescaleX(whole)
  const x = (ms: number): number => LABELS + scale(ms)

  useEffect(() => {
    if (svg.current === null) return
    const zooming = zoom<SVGSVGElement, unknown>()
      .scaleExtent([1, MOST_ZOOM])
      .extent([
        [LABELS, 0],
        [LABELS + inner, 1],
      ])
      .translateExtent([
        [LABELS, 0],
        [LABELS + inner, 1],
      ])
      .filter((event: MouseEvent | TouchEvent) => isForLanes(event, svg.current === null ? 1 : zoomTransform(svg.current).k))
      .on('zoom', (event: { transform: ZoomTransform }) => {
        const { k, x: movedX } = event.transform
        // The labels' column does not move with the axis.
        setTransform(zoomIdentity.translate(movedX + LABELS * (k - 1), 0).scale(k))
      })
    behaviour.current = zooming
    select(svg.current).call(zooming)
  }, [inner])

  const act = (how: (zooming: ZoomBehavior<SVGSVGElement, unknown>, on: SVGSVGElement) => void): void => {
    if (behaviour.current !== undefined && svg.current !== null) how(behaviour.current, svg.current)
  }
  const scaleBy = (factor: number): void => act((zooming, on) => zooming.scaleBy(select(on), factor))
  const moveBy = (pixels: number): void => act((zooming, on) => zooming.translateBy(select(on), pixels / transform.k, 0))
  const reset = (): void => act((zooming, on) => zooming.transform(select(on), zoomIdentity))
  const keys: Record<string, () => void> = {
    '+': () => scaleBy(1.5),
    '-': () => scaleBy(1 / 1.5),
    'ArrowLeft': () => moveBy(inner / 8),
    'ArrowRight': () => moveBy(-inner / 8),
    '0': reset,
  }

  const rows: ({ title: string } | { lane: Lane })[] = []
  for (const lane of lanes) {
    if (lane.group !== lastGroup(rows)) rows.push({ title: GROUPS[lane.group] })
    rows.push({ lane })
  }
  const height = AXIS + rows.length * ROW
  const atMs = atX === null ? null : scale.invert(atX - LABELS).getTime()
  return (
    <div class="lanes" ref={place}>
      <p class="choose">
        <button type="button" onClick={() => scaleBy(1.5)} aria-label="Zoom in">
          +
        </button>
        <button type="button" onClick={() => scaleBy(1 / 1.5)} aria-label="Zoom out">
          −
        </button>
        <button type="button" onClick={reset}>
          all of it
        </button>
        <output>
          {atMs === null
            ? 'drag to move, Ctrl + wheel or + and − to zoom, click for the evidence'
            : `${clock(atMs)} UTC: ${inForce(lanes, atMs)}`}
        </output>
      </p>
      <svg
        ref={svg}
        width={width}
        height={height}
        role="group"
        tabindex={0}
        aria-label="Lanes of the drill over time; arrow keys move, plus and minus zoom"
        onMouseMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left
          setAtX(left >= LABELS ? left : null)
        }}
        onMouseLeave={() => setAtX(null)}
        onKeyDown={(event) => {
          const act = keys[event.key]
          if (act === undefined) return
          event.preventDefault()
          act()
        }}
      >
        <defs>
          <clipPath id={`inside-${only ?? 'all'}`}>
            <rect x={LABELS} y={0} width={inner} height={height} />
          </clipPath>
        </defs>
        <g clip-path={`url(#inside-${only ?? 'all'})`}>
          {scale.ticks(Math.max(3, Math.floor(inner / 110))).map((tick, index, all) => (
            <g key={tick.getTime()} class="tick">
              <line x1={x(tick.getTime())} x2={x(tick.getTime())} y1={AXIS - 6} y2={height} />
              {index % everyTick(x(all[1]?.getTime() ?? Infinity) - x(all[0]?.getTime() ?? 0)) > 0 ||
              x(tick.getTime()) + TIME_WIDTH > LABELS + inner ? null : (
                <text x={x(tick.getTime()) + 3} y={AXIS - 9}>
                  {clock(tick.getTime())}
                </text>
              )}
            </g>
          ))}
        </g>
        {rows.map((row, index) => {
          const y = AXIS + index * ROW
          if ('title' in row)
            return (
              <text key={row.title} class="group" x={0} y={y + 16}>
                {row.title}
              </text>
            )
          return (
            <Row
              key={`${row.lane.group} ${row.lane.label}`}
              lane={row.lane}
              y={y}
              x={x}
              clip={`url(#inside-${only ?? 'all'})`}
              onPick={setPicked}
            />
          )
        })}
        {page.live === undefined ? null : <line class="now" x1={x(page.live.nowMs)} x2={x(page.live.nowMs)} y1={0} y2={height} />}
        {atX === null ? null : <line class="crosshair" x1={atX} x2={atX} y1={0} y2={height} />}
      </svg>
      <LanesLegend lanes={lanes} />
      <div class="picked" aria-live="polite">
        {picked === null ? null : <PickedEntry picked={picked} page={page} />}
      </div>
    </div>
  )
}

/** Within its row: what may lie over one another, or differs by more than its colour, has a height of its own. */
function placeOf({ kind }: Bar): { top: number; height: number } {
  if (kind === 'fault') return { top: 13, height: 6 }
  if (kind === 'planned') return { top: 1, height: ROW - 2 }
  return kind === 'pending' ? { top: 8, height: ROW - 16 } : { top: 4, height: ROW - 8 }
}

function entryOf({ pointer }: { pointer: number }): string {
  return pointer === NOT_RECORDED ? '' : ` (#${pointer})`
}

/**
 * The wheel alone scrolls the page; with Ctrl it zooms, as maps do. Two fingers zoom; one scrolls the page, or moves the lanes once they
 * are zoomed.
 */
function isForLanes(event: MouseEvent | TouchEvent, zoomed: number): boolean {
  if ('touches' in event) return event.touches.length > 1 || zoomed > 1
  return event.type === 'wheel' ? event.ctrlKey || event.shiftKey : event.button === 0
}

function lastGroup(rows: readonly ({ title: string } | { lane: Lane })[]): Lane['group'] | undefined {
  const last = rows.at(-1)
  return last !== undefined && 'lane' in last ? last.lane.group : undefined
}

function real(lane: Lane): Bar[] {
  const bars = lane.bars.filter(({ kind }) => kind !== 'planned')
  return bars.length > 0 ? bars : lane.bars
}

function meets(lane: Lane, fromMs: number, untilMs: number): boolean {
  return (
    real(lane).some((bar) => bar.fromMs < untilMs && bar.untilMs > fromMs) ||
    lane.marks.some(({ atMs }) => atMs >= fromMs && atMs <= untilMs)
  )
}

/** What the crosshair stands on. */
function inForce(lanes: readonly Lane[], atMs: number): string {
  const names = lanes.flatMap((lane) =>
    lane.bars
      .filter((bar) => (bar.kind === 'fault' || bar.kind === 'fire' || bar.kind === 'firing') && bar.fromMs <= atMs && bar.untilMs >= atMs)
      .map((bar) => (bar.kind === 'fault' ? bar.text : `${lane.label} ${bar.kind === 'fire' ? 'fire leg' : 'fires'}`)),
  )
  return names.length === 0 ? 'nothing in force' : [...new Set(names)].join(', ')
}

function Row({
  lane,
  y,
  x,
  clip,
  onPick,
}: {
  lane: Lane
  y: number
  x: (ms: number) => number
  clip: string
  onPick: (picked: Picked) => void
}) {
  const label = lane.label.length > 26 ? `${lane.label.slice(0, 25)}…` : lane.label
  return (
    <g>
      {lane.opens === undefined ? (
        <text class="label" x={8} y={y + 15}>
          {label}
        </text>
      ) : (
        <a href={`#/${lane.group === 'outages' ? 'outage' : 'experiment'}/${encodeURIComponent(lane.opens)}`}>
          <text class="label link" x={8} y={y + 15}>
            {label}
          </text>
        </a>
      )}
      <g clip-path={clip}>
        {lane.bars.map((bar, index) => (
          <rect
            key={index}
            class={`bar ${bar.kind} ${lane.severity ?? ''}`}
            x={x(bar.fromMs)}
            y={y + placeOf(bar).top}
            width={Math.max(2, x(bar.untilMs) - x(bar.fromMs))}
            height={placeOf(bar).height}
            onClick={() => onPick({ lane, bar })}
          >
            <title>{`${lane.label}: ${bar.text}, ${clock(bar.fromMs)} to ${clock(bar.untilMs)}${entryOf(bar)}`}</title>
          </rect>
        ))}
        {lane.marks.map((mark, index) => (
          <circle key={index} class={`mark ${mark.kind}`} cx={x(mark.atMs)} cy={y + ROW / 2} r={5} onClick={() => onPick({ lane, mark })}>
            <title>{`${lane.label}: ${mark.text}, ${clock(mark.atMs)}${entryOf(mark)}`}</title>
          </circle>
        ))}
      </g>
    </g>
  )
}

function PickedEntry({ picked: { lane, bar, mark }, page }: { picked: Picked; page: Page }) {
  const pointer = bar?.pointer ?? mark?.pointer ?? 0
  return (
    <>
      <p>
        <strong>{lane.label}</strong>: {bar?.text ?? mark?.text},{' '}
        {bar === undefined
          ? clock(mark?.atMs ?? 0)
          : `${clock(bar.fromMs)} to ${clock(bar.untilMs)} UTC, ${((bar.untilMs - bar.fromMs) / 1_000).toFixed(1)} s`}
        ; journal entry <Pointer seq={pointer} />
        {lane.opens === undefined ? null : (
          <>
            {' '}
            <a href={`#/${lane.group === 'outages' ? 'outage' : 'experiment'}/${encodeURIComponent(lane.opens)}`}>open {lane.opens}</a>
          </>
        )}
      </p>
      <Evidence page={page} seq={pointer} />
    </>
  )
}
