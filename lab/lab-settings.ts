import type { ComposeFile } from './compose/compose-file.ts'
import type { Secrets } from './parts/part.ts'
import type { Address, PortName } from './parts/part-ports.ts'

/** What all parts of one lab share. */
export interface LabContext {
  labDir: string
  env: NodeJS.ProcessEnv
  addresses: Record<PortName, Address>
  secrets: Secrets
  /** The first segment of the paths that Alertmanager posts to; absent where it runs outside of the lab. */
  receiverPath?: string
  speed: number
  /** What is deployed: flags, environment, ports and mounted files of every part. */
  compose: ComposeFile
  unprivileged: { uid: number; gid: number } | undefined
}
