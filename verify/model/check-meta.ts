/** What every check says of itself, of lint and of the drill alike; `npm run docs` makes docs/checks/ID.md of it. */
export interface CheckMeta {
  /** File name without .ts. */
  id: string
  /** True as it stands when the check passes. */
  title: string
  /** True as it stands when the check fails. */
  failureTitle: string
  /** What goes wrong in an incident when this is wrong. */
  why: string
  /** What to change and where, imperative. */
  mend: string
  /** A short input or observation that fails; lines of a file, or of what was recorded. */
  example: string
}
