import { type Command, InvalidArgumentError, Option } from 'commander'

/** Time divided by this is the shortest drill whose counts still mean something (scrape and evaluation at 1 s). */
export const DEFAULT_SPEED = 15

export interface DrillRequest {
  spec?: string
  speed: number
  only: string[]
  skip: string[]
  /** lab, compose or a file. */
  target: string
  out?: string
  seed: number
  serial: boolean
  /** Monitoring files to deploy in the lab instead of monitoring/. */
  monitoring?: string
  /** The compose file that the lab deploys; absent: the one beside the monitoring files. */
  compose?: string
  /** Overrides of lab parts. */
  lab?: string
  /** Leave the lab up afterwards. */
  keep: boolean
  /** How often an experiment with an unknown verdict of a passing cause is retried. */
  retries: number
}

export interface RunFlags {
  realTime?: boolean
  speed?: number
  only?: string[]
  skip?: string[]
  target?: string
  out?: string
  seed?: number
  serial?: boolean
  monitoring?: string
  compose?: string
  lab?: string
  keep?: boolean
  retries?: number
  spec?: string
}

export function speed(text: string): number {
  const value = Number(text)
  if (!(value >= 1 && value <= 1000)) throw new InvalidArgumentError('a number from 1 to 1000 is wanted.')
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
    .addOption(new Option('--speed <k>', `divide durations by k (default ${DEFAULT_SPEED})`).argParser(speed))
    .option('--only <id...>', 'these rules or experiments alone')
    .option('--skip <id...>', 'all but these rules or experiments')
    .option('--serial', 'one experiment after the other')
    .option('--spec <dir>', 'another specification')
    .addOption(new Option('--seed <n>', 'seed of every random choice').argParser(whole))
}

export function requestFrom(flags: RunFlags): DrillRequest {
  return {
    speed: flags.realTime === true ? 1 : (flags.speed ?? DEFAULT_SPEED),
    only: flags.only ?? [],
    skip: flags.skip ?? [],
    target: flags.target ?? 'lab',
    seed: flags.seed ?? 1,
    serial: flags.serial ?? false,
    keep: flags.keep ?? false,
    retries: flags.retries ?? 1,
    ...(flags.spec === undefined ? {} : { spec: flags.spec }),
    ...(flags.out === undefined ? {} : { out: flags.out }),
    ...(flags.monitoring === undefined ? {} : { monitoring: flags.monitoring }),
    ...(flags.compose === undefined ? {} : { compose: flags.compose }),
    ...(flags.lab === undefined ? {} : { lab: flags.lab }),
  }
}
