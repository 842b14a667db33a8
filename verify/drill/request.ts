import { type Command, InvalidArgumentError, Option } from 'commander'
import { present } from '../text/present.ts'

/** Time divided by this is the shortest drill whose counts still mean something (scrape and evaluation at 1 s). */
export const DEFAULT_SPEED = 15

export interface DrillRequest {
  spec?: string
  speed: number
  /** What was asked for; absent: the target's own choice, which for the lab is DEFAULT_SPEED and for all else real time. */
  askedSpeed?: number
  only: string[]
  skip: string[]
  /** lab, compose, a name in the platform's targets or a file; absent: the platform's own choice. */
  target?: string
  out?: string
  /** Pins which of the experiments that take turns is drilled. */
  seed?: number
  /** Every experiment, not only that whose turn it is. */
  thorough?: boolean
  serial: boolean
  /** Monitoring files to deploy in the lab instead of monitoring/. */
  monitoring?: string
  /** The compose file that the lab deploys; absent: the one beside the monitoring files. */
  compose?: string
  /** Overrides of lab parts. */
  lab?: string
  /** A file of lab/versions/. */
  versions?: string
  /** Leave the lab up afterwards. */
  keep: boolean
  /** Serve the page of the drill while it runs. */
  watch: boolean
  /** Print what would be done, and touch nothing. */
  dryRun?: boolean
  /** Touch nothing, and judge what happens anyway for so long. */
  observeMs?: number
  /** End the drill when something that nothing in force is known to disturb goes down. A target file has it always. */
  guard?: boolean
  /** Percent of the error budget that must be left; below it the drill ends. */
  budgetFloor?: number
  /** The target's name, typed by hand where it is on another machine. */
  confirm?: string
  /** How often an experiment with an unknown verdict of a passing cause is retried. */
  retries: number
}

/** The files in lab/versions/; docs/versions.md says what differs between them. */
export const VERSIONS = ['required', 'current'] as const

/** A drill's request as the command line has it. */
export interface RunFlags extends Partial<Omit<DrillRequest, 'askedSpeed' | 'observeMs'>> {
  realTime?: boolean
  observe?: number
}

export function speed(text: string): number {
  const value = Number(text)
  if (!(value >= 1 && value <= 1000)) throw new InvalidArgumentError('a number from 1 to 1000 is wanted.')
  return value
}

/** As milliseconds. */
export function minutes(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 24 * 60)) throw new InvalidArgumentError('minutes, more than 0 and at most 1440, are wanted.')
  return value * 60_000
}

/** Below 0 a budget is overspent. */
export function percent(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value <= 100) || value === -Infinity) throw new InvalidArgumentError('percent, at most 100, are wanted.')
  return value
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0 is wanted.')
  return value
}

/** Only what is unknown for a passing cause is tried again; a failure is an answer. */
export function withRetries(command: Command): Command {
  return command.addOption(
    new Option('--retries <n>', 'how often an experiment is tried again whose outcome the machine left open (default 1)').argParser(whole),
  )
}

/** The options that choose what is drilled; plan, run and start have the same. */
export function withSelection(command: Command): Command {
  return command
    .addOption(new Option('--real-time', 'the configuration exactly as deployed').conflicts('speed'))
    .addOption(new Option('--speed <k>', `divide durations by k (default ${DEFAULT_SPEED}, on compose 1)`).argParser(speed))
    .option('--only <id...>', 'these rules or experiments alone')
    .option('--skip <id...>', 'all but these rules or experiments')
    .option('--serial', 'one experiment after the other')
    .option('--spec <dir>', 'another specification')
    .option('--thorough', 'every rule for every subject that an experiment reaches, not only for those whose turn it is')
    .addOption(
      new Option('--seed <n>', 'pins which of the experiments that take turns is drilled: 0 none, 1 the first ...')
        .argParser(whole)
        .conflicts('thorough'),
    )
}

export function requestFrom(flags: RunFlags): DrillRequest {
  const { seed, target, budgetFloor, observe: observeMs, confirm, spec, out, monitoring, compose, lab, versions } = flags
  return {
    ...present({ seed, target, budgetFloor, observeMs, confirm, spec, out, monitoring, compose, lab, versions }),
    speed: flags.realTime === true ? 1 : (flags.speed ?? DEFAULT_SPEED),
    ...(flags.realTime === true ? { askedSpeed: 1 } : flags.speed === undefined ? {} : { askedSpeed: flags.speed }),
    only: flags.only ?? [],
    skip: flags.skip ?? [],
    thorough: flags.thorough ?? false,
    serial: flags.serial ?? false,
    keep: flags.keep ?? false,
    watch: flags.watch ?? false,
    dryRun: flags.dryRun ?? false,
    retries: flags.retries ?? 1,
    ...(flags.guard === true || budgetFloor !== undefined ? { guard: true } : {}),
  }
}
