import path from 'node:path'
import { cachedPart, partRoot, ROOT_POSTGRES_CACHE } from './cache.ts'
import type { Surroundings } from './cache.ts'
import { PARTS, partOf } from './parts.ts'
import type { Part, Recipe, ToolId } from './parts.ts'
import { packageListStep } from './recipes/debian.ts'
import { partSteps } from './recipes/part-steps.ts'
import type { Step } from './recipes/recipe.ts'
import { estimateSeconds } from './tasks.ts'
import type { Lanes } from './tasks.ts'
import { locateTool } from './tools.ts'

export interface PlannedTask {
  id: string
  part: Part | null
  step: Step
  after: readonly string[]
  rank: number
  /** The part is finished when this task has ended. */
  last: boolean
}

export interface SetupPlan {
  /** Wanted and there: which, and where from. */
  ready: { part: Part; from: 'setup' | 'installed' | 'environment' | 'checkout' }[]
  /** To be made, in the order in which they are begun. */
  missing: Part[]
  /** Scripts of the checkout that are not in it: nothing can make them. */
  absent: Part[]
  tasks: PlannedTask[]
  lanes: Lanes
  /** Seconds, on this machine. */
  estimateSeconds: number
  folders: string[]
}

/** What has to be done so that these tools (all, when none is named) are there. */
export function planSetup(only: readonly ToolId[], around: Surroundings, cores: number): SetupPlan {
  const wanted =
    only.length === 0 ? PARTS.filter(({ extra }) => extra !== true) : PARTS.filter((part) => only.some((tool) => partOf(tool) === part))
  const ready: SetupPlan['ready'] = []
  const missing: Part[] = []
  const absent: Part[] = []
  for (const part of wanted) {
    const tools = (Object.keys(part.tools) as ToolId[]).filter((tool) => only.length === 0 || only.includes(tool))
    const found =
      cachedPart(part, around) === undefined
        ? tools.map((tool) => locateTool(tool, around))
        : tools.map(() => ({ source: 'setup' as const }))
    const [first] = found
    if (first !== undefined && found.every((tool) => tool !== undefined)) ready.push({ part, from: first.source })
    else if (part.recipe.kind === 'script') absent.push(part)
    else missing.push(part)
  }
  const tasks = planTasks(missing)
  const lanes = lanesFor(cores)
  return {
    ready,
    missing,
    absent,
    tasks,
    lanes,
    estimateSeconds: estimateSeconds(
      tasks.map((task) => ({
        ...task.step,
        id: task.id,
        part: task.part?.id ?? task.id,
        after: task.after,
        rank: task.rank,
        run: neverRuns,
      })),
      { lanes, cores },
    ),
    folders: [...new Set(missing.map((part) => partRoot(part, around)).map((folder) => path.dirname(folder)))],
  }
}

/** Two downloads at once; at most one compiler a core, and no more than four, because a large link takes a gigabyte. */
export function lanesFor(cores: number): Lanes {
  return { network: 2, cpu: Math.min(4, Math.max(1, cores)) }
}

/** First what simulate needs, then packages, which are quick, then the longest chains. */
export function planTasks(parts: readonly Part[]): PlannedTask[] {
  const debian = parts.some((part) => part.recipe.kind === 'debian')
  const lists: PlannedTask[] = debian ? [{ id: 'package-lists', part: null, step: packageListStep, after: [], rank: 0, last: false }] : []
  return [
    ...lists,
    ...parts.flatMap((part) =>
      partSteps(part).map((step, index, steps): PlannedTask => ({
        id: `${part.id}:${index}`,
        part,
        step,
        after: index > 0 ? [`${part.id}:${index - 1}`] : part.recipe.kind === 'debian' ? ['package-lists'] : [],
        rank: isForSimulate(part) ? 0 : part.recipe.kind === 'debian' ? 1 : 2,
        last: index === steps.length - 1,
      })),
    ),
  ]
}

/** Whether simulate calls it. */
function isForSimulate({ id }: Part): boolean {
  return id === 'prometheus' || id === 'alertmanager' || id === 'amtool'
}

const neverRuns = () => Promise.reject(new Error('an estimate runs nothing'))

const SOURCES: Record<Recipe['kind'], string> = {
  debian: 'package of this distribution, unpacked without installing it',
  go: 'Go source, compiled here',
  xk6: 'Go source, compiled here by xk6',
  'maven-jars': 'published jars',
  'maven-build': 'source of this checkout, built with Maven',
  cargo: 'source of this checkout, compiled with Cargo',
  script: 'script of this checkout',
}

/** What a person reads before anything happens: what, where from, where to, how long. One string a line. */
export function planText(plan: SetupPlan): string[] {
  const lines: string[] = []
  if (plan.ready.length > 0) {
    const own = plan.ready.filter((entry) => entry.from !== 'installed').map((entry) => entry.part.title)
    const installed = plan.ready.filter((entry) => entry.from === 'installed').map((entry) => entry.part.title)
    if (own.length > 0) lines.push(`ready: ${own.join(', ')}`)
    if (installed.length > 0) lines.push(`already on this machine and new enough: ${installed.join(', ')}`)
  }
  if (plan.missing.length === 0) return [...lines, 'nothing to do']
  const width = Math.max(...plan.missing.map((part) => part.title.length))
  const size = plan.missing.reduce((sum, part) => sum + part.megabytes, 0)
  lines.push('to be made:')
  for (const part of plan.missing)
    lines.push(
      `  ${part.title.padEnd(width)}  ${SOURCES[part.recipe.kind]}${part.recipe.kind === 'maven-build' || part.recipe.kind === 'cargo' ? '' : `; ${part.version}`}`,
    )
  lines.push(
    `into ${plan.folders.join(' and ')} (about ${size} MB); no system service is installed, started or stopped`,
    ...(plan.folders.length > 1 || plan.folders[0] === ROOT_POSTGRES_CACHE
      ? [`  (PostgreSQL refuses to run as root, and no other user may enter root's home: hence ${ROOT_POSTGRES_CACHE})`]
      : []),
    `takes about ${formatMinutes(plan.estimateSeconds)}; may be interrupted at any time and goes on where it was`,
  )
  return lines
}

/** `40 s`, `3 min`, `1 h 5 min`: no more exact than an estimate is. */
export function formatMinutes(seconds: number): string {
  if (seconds < 55) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
