import type { HealthCheck } from '../../chaos/drivers/process.ts'
import type { Container } from '../compose/compose-file.ts'
import type { MonitoringKind } from '../relocate/relocate.ts'
import type { ToolId } from '../tools/tools.ts'
import type { Address, PortName } from './part-ports.ts'

/** What a part knows of the lab that it is in. */
export interface PartContext {
  /** The part's own folder. Absolute. */
  dir: string
  logFile: string
  /** Its service in the compose file: what a container would be started with, interpolated. */
  container: Container
  /** Entrypoint and command, with the lab's addresses and paths. Empty where the image's own are used. */
  command: string[]
  /** The environment, with the lab's addresses and paths. */
  environment: Record<string, string>
  /** A value of the compose file with the lab's addresses and paths. */
  local(text: string): string
  /** The lab's path for a path of the container. */
  path(containerPath: string): string
  /** The text that is mounted at a path of the container; undefined where there is none. */
  mounted(containerPath: string): string | undefined
  /** Where something listens, wherever it is: this lab's own parts and those of an overrides file alike. */
  at(port: PortName): Address
  /** `host:port`. */
  hostPort(port: PortName): string
  tool(id: ToolId): string
  /** The tool that runs in place of this one: another version of it; itself where it is not replaced. */
  inPlaceOf(id: ToolId): ToolId
  toolEnv(id: ToolId): Record<string, string>
  /** The folder that plays /usr for a tool. */
  toolPrefix(id: ToolId): string
  java: string
  /** By how much times are divided; 1 is the configuration as deployed. */
  speed: number
  /** The monitoring file mounted at `containerPath`, compressed by `speed` and relocated, as an entry of `Part.files`; {} when none is. */
  monitoring(kind: MonitoringKind, containerPath: string | undefined): Record<string, string>
  /** Of the chat channels that are on, else empty. */
  channelUrls: { slack: string; discord: string }
  /** The first segment of the paths below which the drill's receiver hears; undefined: all. */
  receiverPath: string | undefined
  /** The user for programs that refuse root; undefined unless we are root. */
  unprivileged: { uid: number; gid: number } | undefined
  /** Aborted when the lab is not wanted any more. */
  signal: AbortSignal
  /** Runs a short program to its end, its output appended to the part's log; rejects with the log's tail when it fails. */
  run(argv: readonly string[], options?: { env?: Record<string, string>; input?: string; asUnprivileged?: boolean }): Promise<void>
}

/** Lab-only, loopback only; each can be set by the environment variable of the same name. */
export interface Secrets {
  MYSQL_ROOT_PASSWORD: string
  MYSQL_PASSWORD: string
  POSTGRES_PASSWORD: string
  ACTUATOR_PASSWORD: string
}

/** How a part's process is started. */
export interface Launch {
  argv: string[]
  env: Record<string, string>
  health: HealthCheck
  /** True: as PartContext.unprivileged. */
  asUnprivileged?: boolean
}

export interface Part {
  /** Also the name of its service in the compose file. */
  id: string
  /** As a person knows it. */
  title: string
  /** The first one is where it is reached. */
  ports: readonly [PortName, ...PortName[]]
  /** The port in the container behind each port of the lab, by the service's own flags, variables and files; 0 for none. */
  listens(container: Container): Partial<Record<PortName, number>>
  /** Addresses of the compose network that this part alone reaches by another way. */
  detours?: Readonly<Record<string, PortName>>
  /** Files that the image brings and the lab has elsewhere. */
  image?: Readonly<Record<string, ToolId>>
  /** The first one is the program itself. */
  tools: readonly [ToolId, ...ToolId[]]
  /** Ids of parts without which this one is of no use: they come along when it is chosen, and are stopped after it. */
  needs?: readonly string[]
  /**
   * Ids of parts that must answer before this one is started, if they are in the lab at all. A service that tries again by itself has none.
   */
  after?: readonly string[]
  readyTimeoutMs: number
  stopSignal?: NodeJS.Signals
  /**
   * Configuration files by name relative to the part's folder, beside what the compose file mounts; mode 0600. A change of them restarts or
   * reloads the part.
   */
  files?(context: PartContext): Record<string, string>
  /** Makes the data folder; called once, before the first start, and may run beside the start of other parts. */
  prepare?(context: PartContext): Promise<void>
  launch(context: PartContext): Launch
  /** Files of the container without which it cannot start, and which the compose file does not put there. */
  lacks?(context: PartContext): string[]
  /** A real question, asked after the health check of the launch has answered; resolves false to be asked again. */
  answers?(context: PartContext): Promise<boolean>
  /** Takes over changed files without a restart; rejects when the program refuses them. `hangUp` sends it SIGHUP. Absent: restart. */
  reload?(context: PartContext, hangUp: () => Promise<void>): Promise<void>
}
