import type { Configuration } from '../config/configuration.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import type { Means } from './proposed-cause.ts'

/** What is there, read from running parts, from files or from both. */
export interface Deployed extends Means {
  /** Where it is from, for people: an address, or files. */
  from: string
  config: Configuration
  /** What the targets expose; empty where nothing was recorded. */
  catalogue: Catalogue
  /** Targets of a running Prometheus; empty without one. */
  running: RunningTarget[]
  /** `--rules.alert.resend-delay`; its default where it is not known. */
  resendDelayMs: number
  /** Of the loaded groups the usual one, where no prometheus.yml says it. */
  evaluationIntervalMs: number
}

export interface RunningTarget {
  job: string
  /** `instance` as scraped: host:port. */
  instance: string
  scrapeUrl: string
  /** 0: not known. */
  scrapeIntervalMs: number
  scrapeTimeoutMs: number
}
