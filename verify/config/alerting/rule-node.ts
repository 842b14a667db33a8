import { selectorsOf, walk, type Expr, type Selector } from '../../promql/ast.ts'
import { parsePromql, type Parsed } from '../../promql/parse-promql.ts'
import type { Cursor } from '../yaml/cursor.ts'

const NONE: readonly never[] = []

/** One alerting rule as written. Each check asks for its expression: it is read once, when the first one asks. */
export class RuleNode {
  readonly alert: string
  readonly expr: string
  readonly at: Cursor
  readonly group: Cursor
  private ownParsed: Parsed | undefined
  private ownNodes: readonly Expr[] | undefined
  private ownSelectors: readonly Selector[] | undefined

  constructor(alert: string, expr: string, at: Cursor, group: Cursor) {
    this.alert = alert
    this.expr = expr
    this.at = at
    this.group = group
  }

  get parsed(): Parsed {
    return (this.ownParsed ??= parsePromql(this.expr))
  }

  /** Every node of the expression, parents first; none of what is no PromQL. */
  get nodes(): readonly Expr[] {
    return (this.ownNodes ??= this.parsed.ok ? walk(this.parsed.expr) : NONE)
  }

  get selectors(): readonly Selector[] {
    return (this.ownSelectors ??= selectorsOf(this.nodes))
  }
}
