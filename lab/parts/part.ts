import type { HealthCheck } from '../../chaos/drivers/process.ts'
import type { MonitoringTexts } from '../relocate/relocate.ts'
import type { ToolId } from '../tools/tools.ts'
import type { Address, PortName } from './ports.ts'

/** What a part is told about the lab that it is in. */
export interface PartContext {
  /** The part's own folder: configuration, data. Absolute. */
  dir: string
  logFile: string
  /** Where something listens, wherever it is: this lab's own parts and those of an overrides file alike. */
  at(port: PortName): Address
  /** `host:port`. */
  hostPort(port: PortName): string
  tool(id: ToolId): string
  toolEnv(id: ToolId): Record<string, string>
  /** The folder that plays /usr for a tool. */
  toolPrefix(id: ToolId): string
  java: string
  secrets: Secrets
  /** By how much times are divided; 1 is the configuration as deployed. */
  speed: number
  /** The monitoring files of this lab: delivered, compressed by `speed`, addresses made local. By name, see `monitoring` of a part. */
  monitoring: MonitoringTexts
  /** Of the chat channels that are on, else empty. */
  channelUrls: { slack: string; discord: string }
  /** Whether moalog-server sends spans itself; the requirement has it uninstrumented. */
  moalogOtel: boolean
  /** Whom a program runs as that refuses root; undefined unless we are root. */
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
  cwd?: string
  health: HealthCheck
  /** True: as PartContext.unprivileged. */
  asUnprivileged?: boolean
}

export interface Part {
  id: string
  /** As a person knows it. */
  title: string
  /** The first one is where it is reached. */
  ports: readonly [PortName, ...PortName[]]
  tools: readonly ToolId[]
  /** Ids of parts without which this one is of no use: they come along when it is chosen, and are stopped after it. */
  needs: readonly string[]
  /**
   * Ids of parts that must answer before this one is started, if they are in the lab at all. A service that tries again by itself has none.
   */
  after: readonly string[]
  readyTimeoutMs: number
  stopSignal?: NodeJS.Signals
  /** Configuration files by name relative to the part's folder, written with mode 0600. A change of them restarts or reloads the part. */
  files?(context: PartContext): Record<string, string>
  /** Makes the data folder; called once, before the first start, and may run beside the start of other parts. */
  prepare?(context: PartContext): Promise<void>
  launch(context: PartContext): Launch
  /** A real question, asked after the health check of the launch has answered; resolves false to be asked again. */
  answers?(context: PartContext): Promise<boolean>
  /** Takes over changed files without a restart; rejects when the program refuses them. Absent: restart. */
  reload?(context: PartContext): Promise<void>
}
