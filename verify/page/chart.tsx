import uPlot from 'uplot'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Bar, Curve, Mark, Signal } from '../model/page.ts'
import { useWidth } from './width.ts'
import { clock } from './verdict-signs.ts'

/** One line of bars above the curves, with its name beside it. */
export interface Strip {
  name: string
  bars: Bar[]
  /** What was observed, within this line. */
  marks?: Mark[]
  /** Its bars go on behind the curves, as bands. */
  isBand?: boolean
}

/** The legal windows of a signal, a line for each, with what was observed in it. */
export function windowStrips({ windows, marks }: Pick<Signal, 'windows' | 'marks'>, names: readonly string[]): Strip[] {
  return names.map((name) => ({
    name,
    bars: windows.filter(({ text }) => text === `${name}: legal window`),
    marks: marks.filter(({ text }) => text === name),
    // Those of the alert's own state; notifications would cover the rest.
    isBand: name === 'firing' || name === 'resolved',
  }))
}

const ROW = 16

interface ChartProps {
  /** `points`: each sample alone, without a line between them. */
  curves: { curve: Curve; colour: string; dashed?: boolean; width?: number; hidden?: boolean; points?: boolean }[]
  /** A horizontal line. */
  threshold?: { value: number; text: string }
  strips: Strip[]
  format: (value: number | null | undefined) => string
  label: string
  logarithmic?: boolean
  /** From the lowest value instead of from zero. */
  near?: boolean
  /** Of the curves, in pixels. */
  height?: number
  /** What the time axis has in sight at least. */
  extent?: Signal['extent']
}

/**
 * uPlot over the drill's time, with what was done and what was allowed as strips above the curves. The crosshair is one for all charts of
 * the page.
 */
export function Chart({ curves, threshold, strips, format, label, logarithmic = false, near = false, height = 260, extent }: ChartProps) {
  const [place, width] = useWidth()
  const plotted = useRef<{ plot: uPlot; data: uPlot.AlignedData }>(undefined)
  const data = useMemo(() => joinedOf(curves, extent), [curves])
  const rows = useMemo(() => strips.filter(({ bars, marks = [] }) => bars.length + marks.length > 0), [strips])
  // While a drill runs a state comes every second: what the chart is made of stays, and so do its zoom and its crosshair.
  const drawn = useRef({ rows, threshold })
  drawn.current = { rows, threshold }
  const structure = JSON.stringify([
    label,
    threshold,
    width,
    height,
    rows.length,
    curves.map(({ curve: { label, points }, ...how }) => [label, how, points.length < 150]),
  ])
  useEffect(() => {
    if (place.current === null) return undefined
    const style = getComputedStyle(place.current)
    const colour = (name: string): string => style.getPropertyValue(name).trim() || '#888'
    const axis = (rest: uPlot.Axis): uPlot.Axis => ({
      stroke: colour('--text'),
      grid: { stroke: colour('--line'), width: 1, show: !logarithmic },
      ticks: { stroke: colour('--line') },
      ...rest,
    })
    const plot = new uPlot(
      {
        width,
        height: height + rows.length * ROW,
        padding: [rows.length * ROW + 6, null, null, null],
        cursor: { sync: { key: 'drill' }, drag: { x: true, y: false } },
        tzDate: (s) => uPlot.tzDate(new Date(s * 1_000), 'Etc/UTC'),
        scales: {
          x: { time: true },
          y: logarithmic ? { distr: 3 } : { range: (_, low, high) => rangeOf(low, high, threshold?.value, near) },
        },
        axes: [
          axis({ values: (_, splits) => splits.map((s) => clock(s * 1_000)), space: 90 }),
          axis({ values: (_, splits) => splits.map((value) => (value === null ? '' : format(value))), size: 120 }),
        ],
        series: [
          { label: 'time (UTC)', value: (_, s) => (s === null || s === undefined ? '' : clock(s * 1_000)) },
          ...curves.map(({ curve, colour: name, dashed = false, width: thick = 2, hidden = false, points = false }): uPlot.Series => ({
            label: curve.label,
            show: !hidden,
            stroke: colour(name),
            width: thick,
            ...(dashed ? { dash: [6, 4] } : {}),
            spanGaps: false,
            // A point alone has no line.
            points: { show: points || curve.points.length < 150, size: curve.points.length === 1 ? 10 : points ? 6 : 4 },
            ...(points ? { paths: () => null } : {}),
            value: (_, value) => format(value),
          })),
        ],
        hooks: {
          drawClear: [(u) => drawBands(u, drawn.current.rows, colour)],
          draw: [(u) => drawStrips(u, drawn.current.rows, colour), (u) => drawThreshold(u, drawn.current.threshold, colour)],
        },
      },
      data,
      place.current,
    )
    plotted.current = { plot, data }
    return () => plot.destroy()
  }, [structure])
  useEffect(() => {
    if (plotted.current === undefined || plotted.current.data === data) return
    const { plot, data: before } = plotted.current
    const { min, max } = plot.scales['x'] ?? {}
    const isWhole = min === before[0][0] && max === before[0].at(-1)
    plotted.current = { plot, data }
    plot.setData(data, isWhole)
    if (!isWhole) plot.redraw()
  }, [data, rows])
  return <div class="chart" ref={place} role="img" aria-label={`${label}; the same in numbers below`} />
}

/** All curves over one row of times. */
function joinedOf(curves: ChartProps['curves'], extent: ChartProps['extent']): uPlot.AlignedData {
  const tables = curves.map(({ curve }): uPlot.AlignedData => [
    curve.points.map(([atMs]) => atMs / 1_000),
    curve.points.map(([, value]) => value),
  ])
  // Its times alone: no series is drawn of the last column.
  const ends: uPlot.AlignedData[] = extent === undefined || extent === null ? [] : [[extent.map((ms) => ms / 1_000), [null, null]]]
  return uPlot.join([...tables, ...ends]).slice(0, curves.length + 1) as uPlot.AlignedData
}

/** From zero where that is near, with the threshold in sight. */
function rangeOf(low: number | null, high: number | null, threshold: number | undefined, near: boolean): [number, number] {
  const values = [low, high, threshold].filter((value) => value !== null && value !== undefined)
  const least = near ? Math.min(...values) : Math.min(...values, 0)
  const most = Math.max(...values)
  const room = (most - least || 1) * 0.08
  return [near || least < 0 ? least - room : 0, most + room]
}

/** A window that is legal for an observation, behind the curves from top to bottom. */
function drawBands(u: uPlot, strips: readonly Strip[], colour: (name: string) => string): void {
  const { ctx, bbox } = u
  const left = (ms: number): number => Math.min(bbox.left + bbox.width, Math.max(bbox.left, u.valToPos(ms / 1_000, 'x', true)))
  ctx.save()
  ctx.globalAlpha = 0.25
  ctx.fillStyle = colour('--window')
  for (const { bars } of strips.filter(({ isBand = false }) => isBand))
    for (const { fromMs, untilMs } of bars) ctx.fillRect(left(fromMs), bbox.top, left(untilMs) - left(fromMs), bbox.height)
  ctx.restore()
}

function drawStrips(u: uPlot, strips: readonly Strip[], colour: (name: string) => string): void {
  const { ctx, bbox } = u
  const row = ROW * devicePixelRatio
  const left = (ms: number): number => Math.min(bbox.left + bbox.width, Math.max(bbox.left, u.valToPos(ms / 1_000, 'x', true)))
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  strips.forEach(({ name, bars, marks = [] }, index) => {
    const top = bbox.top - (strips.length - index) * row - 3 * devicePixelRatio
    ctx.fillStyle = colour('--soft')
    ctx.textAlign = 'right'
    ctx.textBaseline = 'middle'
    ctx.fillText(name, bbox.left - 6 * devicePixelRatio, top + row / 2)
    for (const bar of bars) {
      ctx.fillStyle = colour(`--${bar.kind}`)
      ctx.fillRect(left(bar.fromMs), top + 2, Math.max(1, left(bar.untilMs) - left(bar.fromMs)), row - 4)
    }
    for (const mark of marks) {
      const x = u.valToPos(mark.atMs / 1_000, 'x', true)
      if (x < bbox.left || x > bbox.left + bbox.width) continue
      ctx.fillStyle = colour(`--${mark.kind}`)
      if (mark.kind === 'resolved') drawRing(ctx, x, top + row / 2, row / 2 - 2 * devicePixelRatio, colour)
      else ctx.fillRect(x - 2, top, 4, row)
      ctx.globalAlpha = 0.35
      ctx.fillRect(x - 0.5, top + row, 1, bbox.top + bbox.height - top - row)
      ctx.globalAlpha = 1
    }
  })
  ctx.restore()
}

/** Open, as in the lanes: its shape sets it apart from what begins, not its colour alone. */
function drawRing(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: (name: string) => string): void {
  ctx.save()
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.fillStyle = colour('--back')
  ctx.fill()
  ctx.strokeStyle = colour('--resolved')
  ctx.lineWidth = 2.5 * devicePixelRatio
  ctx.stroke()
  ctx.restore()
}

function drawThreshold(u: uPlot, threshold: ChartProps['threshold'], colour: (name: string) => string): void {
  if (threshold === undefined) return
  const { ctx, bbox } = u
  const y = u.valToPos(threshold.value, 'y', true)
  ctx.save()
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  ctx.strokeStyle = colour('--fail')
  ctx.fillStyle = colour('--fail')
  ctx.setLineDash([8, 5])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.fillText(threshold.text, bbox.left + 6, y - 5)
  ctx.restore()
}
