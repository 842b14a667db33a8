import type { HealthCheck } from '../../chaos/drivers/process.ts'
import { portOf, takeFlag } from '../compose/localize.ts'
import type { ToolId } from '../tools/tools.ts'
import type { PortName } from './part-ports.ts'
import type { Part, PartContext } from './part.ts'

interface Exporter extends Pick<Part, 'title' | 'needs'> {
  /** Where it listens when it is not said. */
  port: number
  /** The flag that says so; Go's own flags take one dash or two, those of kingpin two. */
  flags?: readonly [string, ...string[]]
  /** A variable that says so as well. */
  variable?: string
  /** Flags for a container alone. */
  containerFlags?: readonly string[]
  health(context: PartContext): HealthCheck
}

/** An exporter of another program: where it listens is all that the lab changes. */
export function exporter(
  id: PortName & ToolId,
  { title, needs, port, flags = ['--web.listen-address'], variable = '', containerFlags = [], health }: Exporter,
): Part {
  return {
    id,
    title,
    ports: [id],
    listens: ({ command, environment }) => ({ [id]: portOf(takeFlag(command, ...flags).value ?? environment[variable], port) }),
    tools: [id],
    ...(needs === undefined ? {} : { needs }),
    readyTimeoutMs: 15_000,
    launch: (context) => ({
      argv: [context.tool(id), ...takeFlag(context.command, ...flags, ...containerFlags).rest, `${flags[0]}=${context.hostPort(id)}`],
      env: context.environment,
      health: health(context),
    }),
  }
}
