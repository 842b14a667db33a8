/** As Grafana has it after its environment variables are filled in. */
export interface FieldLink {
  /** The query, when there is a data source; else an address. */
  url: string
  uid?: string
  /** Of the data source; null: no such data source, though others keep traces; absent: unknown. */
  type?: string | null
}
