/** One query of a panel, as the file has it. */
export interface PanelQuery {
  refId: string
  expr: string
  /** The query's own "Min step", e.g. 30s. */
  minStep?: string
  /** Asked at one instant alone: there is nothing to reduce. */
  instant: boolean
  /** Its place in the panel's list of targets. */
  index: number
}
