import { didYouMean } from '../../text/did-you-mean.ts'
import { actionsIn, type TemplateAction } from './template-actions.ts'
import type { Dialect } from './template-dialects.ts'

/** A field, variable or function that the template reads, and whether its value is printed (it is not in the condition of `if`). */
export interface Read {
  type: string
  name: string
  printed: boolean
}

const TOKEN =
  /\s+|("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*')|([+-]?\d[\w.+-]*)|(\$\w*(?:\.\w+)*|(?:\.\w+)+|\.)|([A-Za-z_]\w*)|(\)(?:\.\w+)*|:=|[(|=,])/y

const INSTEAD = 'gt, eq and the others are functions: gt $value 10.0, index $labels "job"'

type Token = { kind: 'text' | 'number' | 'path' | 'name' | 'sign'; text: string }

/** A value: its type, and how it is written ('' for what a function gave). */
interface Operand {
  type: string
  text: string
}

/** `refused`: Alertmanager and Prometheus find it when they parse the template, before there is an alert. */
class Fault extends Error {
  readonly refused: boolean

  constructor(message: string, refused = false) {
    super(message)
    this.refused = refused
  }
}

/** What a template does besides: what it reads, and the templates that it executes with which data ('nothing' where it passes none). */
interface Watch {
  onRead?: (read: Read) => void
  onCall?: (name: string, type: string, action: TemplateAction) => void
}

/** Why actions cannot be executed, and at which of them. */
export interface Problem {
  message: string
  at: number
  refused: boolean
}

export const NEVER_CLOSED = '{{ that is never closed by }}'

/** Why the execution of a template fails, by the types of what it names; undefined where nothing speaks against it. */
export function executionProblem(text: string, dialect: Dialect, onRead: (read: Read) => void = () => undefined): string | undefined {
  if (!text.includes('{{')) return undefined
  const actions = actionsIn(text)
  return actions === undefined ? NEVER_CLOSED : problemIn(actions, dialect, { onRead })?.message
}

/** As `executionProblem`, of the actions of a template that is given data of a type: that of the dialect where it is left out. */
export function problemIn(actions: readonly TemplateAction[], dialect: Dialect, watch: Watch = {}, dot = dialect.dot): Problem | undefined {
  const run = new Run(dialect, watch, dot)
  for (const action of actions)
    try {
      run.action(action)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return { message: error.message, at: action.at, refused: error.refused }
    }
  return run.left()
}

function tokens(text: string): Token[] | undefined {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text)
    if (match === null) return undefined
    const [, literal, number, path, name, sign] = match
    if (literal !== undefined) found.push({ kind: literal.startsWith("'") ? 'number' : 'text', text: literal })
    else if (number !== undefined) found.push({ kind: 'number', text: number })
    else if (path !== undefined) found.push({ kind: 'path', text: path })
    else if (name !== undefined) found.push({ kind: 'name', text: name })
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign })
  }
  return found
}

class Run {
  private readonly dialect: Dialect
  private readonly watch: Watch
  private readonly open: { keyword: string; at: number; dot: string; variables: Map<string, string> }[] = []
  private dot: string
  private variables: Map<string, string>
  private printed = true
  private rest: Token[] = []

  constructor(dialect: Dialect, watch: Watch, dot: string) {
    this.dialect = dialect
    this.watch = watch
    this.dot = dot
    this.variables = new Map([['$', dot], ...Object.entries(dialect.variables)])
  }

  left(): Problem | undefined {
    const last = this.open.at(-1)
    return last === undefined ? undefined : { message: `{{ ${last.keyword} }} without its {{ end }}`, at: last.at, refused: true }
  }

  private onRead(read: Read): void {
    this.watch.onRead?.(read)
  }

  action(action: TemplateAction): void {
    const { text } = action
    const all = tokens(text)
    if (all === undefined) {
      // text/template: "bad character U+002D '-'".
      const [, path, rest] = /((?:\$\w*)?(?:\.\w+)+)(-\w[\w-]*)/.exec(text.replace(/"[^"]*"|`[^`]*`/g, '')) ?? []
      throw new Fault(
        path === undefined
          ? `${text.trim()}, which is no template: it has no operators or brackets; ${INSTEAD}`
          : `${path}${rest ?? ''}: a name with - is read by index`,
        true,
      )
    }
    if (all.length === 0) return
    const first = all[0]?.kind === 'name' ? all[0].text : ''
    this.printed = !/^(?:if|else)$/.test(first)
    if (first === 'end') {
      const last = this.open.pop()
      if (last === undefined) throw new Fault('{{ end }} where nothing is open', true)
      this.dot = last.dot
      this.variables = last.variables
      return
    }
    if (first === 'else') {
      const last = this.open.at(-1)
      if (last === undefined) throw new Fault('{{ else }} where nothing is open', true)
      this.dot = last.dot
      if (all.length > 1 && all[1]?.text === 'with') this.dot = 'any'
      if (all.length > 2) this.pipeline(all.slice(2))
      return
    }
    if (/^(?:break|continue)$/.test(first)) return
    if (/^(?:if|range|with|define|block)$/.test(first)) {
      this.open.push({ keyword: first, at: action.at, dot: this.dot, variables: new Map(this.variables) })
      if (first === 'define' || first === 'block') {
        this.dot = 'any'
        return
      }
      const { type, declared } = this.declaration(all.slice(1))
      if (first === 'range') this.range(type, declared)
      else if (first === 'with') this.dot = type
      if (first !== 'range') for (const name of declared) this.variables.set(name, type)
      return
    }
    if (first === 'template') {
      const type = all.length > 2 ? this.pipeline(all.slice(2)) : 'nothing'
      if (all[1]?.kind === 'text') this.watch.onCall?.(textOf(all[1].text), type, action)
      return
    }
    const { type, declared } = this.declaration(all)
    for (const name of declared) this.variables.set(name, type)
  }

  private range(type: string, declared: readonly string[]): void {
    if (/^(?:string|bool|rule|message|alert|sample|pair|time)$/.test(type))
      throw new Fault(`range over ${described(type)}, which is no list`)
    this.dot = this.dialect.elements[type] ?? 'any'
    const [first, second] = declared
    if (second !== undefined) {
      this.variables.set(first ?? '', /^(?:kv|labels)$/.test(type) ? 'string' : 'number')
      this.variables.set(second, this.dot)
    } else if (first !== undefined) this.variables.set(first, this.dot)
  }

  /** `$a, $b := pipeline`, or the pipeline alone. */
  private declaration(all: Token[]): { type: string; declared: string[] } {
    const at = all.findIndex(({ text }) => text === ':=' || text === '=')
    const declared =
      at < 0
        ? []
        : all
            .slice(0, at)
            .filter(({ kind }) => kind === 'path')
            .map(({ text }) => text)
    return { type: this.pipeline(all.slice(at + 1)), declared }
  }

  private pipeline(all: Token[]): string {
    this.rest = [...all]
    return this.piped()
  }

  /** Commands from here to the end or the closing bracket. */
  private piped(): string {
    let piped: Operand | undefined
    for (;;) {
      piped = this.command(piped)
      const next = this.rest[0]
      if (next?.text !== '|') return piped.type
      this.rest.shift()
    }
  }

  private command(piped: Operand | undefined): Operand {
    const head = this.rest[0]
    if (head?.kind === 'name' && !/^(?:true|false|nil)$/.test(head.text)) {
      this.rest.shift()
      const signature = this.dialect.functions[head.text]
      if (signature === undefined)
        throw new Fault(
          `the function ${head.text}, which ${this.dialect.name} does not have${didYouMean(head.text, Object.keys(this.dialect.functions))}`,
          true,
        )
      if (/^(?:now|query)$/.test(head.text)) this.onRead({ type: 'function', name: head.text, printed: this.printed })
      return { type: this.called(head.text, signature, [...this.operands(), ...(piped === undefined ? [] : [piped])]), text: '' }
    }
    const value = this.operand()
    const args = this.operands()
    const plain = /^(?:string|number|float|bool|kv|labels|message|alert|alerts)$/.test(value.type) && !/\.Remove$/.test(value.text)
    if ((args.length > 0 || piped !== undefined) && plain)
      throw new Fault(`${value.text}, which is ${described(value.type)} and takes no argument`)
    return value
  }

  private operands(): Operand[] {
    const found: Operand[] = []
    for (let next = this.rest[0]; next !== undefined && next.text !== '|' && !next.text.startsWith(')'); next = this.rest[0]) {
      if (next.text === ',') break
      found.push(this.operand())
    }
    return found
  }

  private operand(): Operand {
    const token = this.rest.shift()
    if (token === undefined) return { type: 'any', text: '' }
    if (token.text === '(') {
      const inner = this.piped()
      const closing = this.rest.shift()?.text ?? ')'
      return {
        type: this.follow(inner, closing.slice(1).split('.').filter(Boolean), `(...)${closing.slice(1)}`),
        text: `(...)${closing.slice(1)}`,
      }
    }
    const { kind, text } = token
    if (kind === 'text') return { type: 'string', text }
    if (kind === 'number') return { type: /^[+-]?(?:\d+\.|\d*\.\d|\d+e)/i.test(text) ? 'float' : 'number', text }
    if (kind === 'path') return { type: this.path(text), text }
    if (/^(?:true|false)$/.test(text)) return { type: 'bool', text }
    if (text === 'nil') return { type: 'any', text }
    const signature = this.dialect.functions[text]
    if (signature === undefined)
      throw new Fault(
        `the function ${text}, which ${this.dialect.name} does not have${didYouMean(text, Object.keys(this.dialect.functions))}`,
        true,
      )
    return { type: this.called(text, signature, []), text }
  }

  private path(text: string): string {
    if (text === '.') return this.dot
    const [root = '', ...steps] = text.split('.')
    const start = root === '' ? this.dot : this.variables.get(root)
    if (start === undefined) {
      const foreign = root === '$labels' ? ': that is of rules, here it is .CommonLabels or .Labels of each of .Alerts' : ''
      throw new Fault(`the variable ${root}, which is not defined${foreign || didYouMean(root, this.variables.keys())}`, true)
    }
    if (this.dialect.variables[root] !== undefined) this.onRead({ type: 'variable', name: root, printed: this.printed })
    return this.follow(start, steps, text)
  }

  private follow(start: string, steps: readonly string[], whole: string): string {
    let type = start
    for (const step of steps) {
      const fields = this.dialect.fields[type]
      if (fields === undefined) return 'any'
      const next = fields[step] ?? fields['*']
      if (next === undefined) {
        const ofAlert = type === 'message' && this.dialect.fields['alert']?.[step] !== undefined ? ': it is of each of .Alerts' : ''
        const ofRule = type === 'rule' ? `: a label is $labels.${step}` : ''
        throw new Fault(`${whole}: ${described(type)} has no field ${step}${ofAlert || didYouMean(step, Object.keys(fields)) || ofRule}`)
      }
      this.onRead({ type, name: step, printed: this.printed })
      type = next
    }
    return type
  }

  private called(name: string, signature: string, args: Operand[]): string {
    const [before = '', result = 'any'] = signature.split('->').map((part) => part.trim())
    const wanted = before.split(' ').filter(Boolean)
    const last = wanted.at(-1)
    const repeats = last?.endsWith('...') === true
    const least = repeats ? wanted.length - 1 : wanted.length
    if (args.length < least || (!repeats && args.length > wanted.length))
      throw new Fault(
        `${name} with ${args.length} argument${args.length === 1 ? '' : 's'}, which takes ${least}${repeats ? ' or more' : ''}`,
      )
    args.forEach(({ type, text }, index) => {
      const want = (wanted[index] ?? last ?? 'any').replace('...', '')
      if (!fits(type, text, want))
        throw new Fault(`${name} of ${text === '' ? '' : `${text}, `}${described(type)}: it takes ${described(want)}`)
    })
    if (name === 'len' && /^(?:number|float|bool)$/.test(args[0]?.type ?? '')) throw new Fault(`len of ${described(args[0]?.type ?? '')}`)
    if (/^(?:eq|ne|lt|le|gt|ge)$/.test(name)) comparable(name, args)
    if (name === 'printf') printable(args)
    const literal = /^(?:"(?:[^"\\]|\\.)*"|`[^`]*`)$/
    const [pattern] = args
    const unusable = pattern !== undefined && literal.test(pattern.text) ? this.dialect.literals[name]?.(textOf(pattern.text)) : undefined
    if (unusable !== undefined) throw new Fault(`${name} ${pattern?.text ?? ''}: ${unusable}`)
    if (name === 'index' && args.length === 2 && args[0]?.type === 'labels' && literal.test(args[1]?.text ?? ''))
      this.onRead({ type: 'labels', name: args[1]?.text.slice(1, -1) ?? '', printed: this.printed })
    if (name === 'index' && args.length === 2) return this.dialect.elements[args[0]?.type ?? ''] ?? 'any'
    return result
  }
}

/** What a Go literal stands for, as far as expressions are written in one. */
function textOf(literal: string): string {
  const text = literal.slice(1, -1)
  return literal.startsWith('"') ? text.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter) : text
}

const BASIC = /^(?:string|number|float|bool)$/

function comparable(name: string, [first, ...others]: Operand[]): void {
  for (const other of others) {
    if (first === undefined || !BASIC.test(first.type) || !BASIC.test(other.type) || first.type === other.type) continue
    const whole = [first, other].find(({ type, text }) => type === 'number' && /^\d+$/.test(text))
    const hint = whole !== undefined && [first.type, other.type].includes('float') ? `: write ${whole.text}.0` : ''
    throw new Fault(`${name} of ${described(first.type)} and ${described(other.type)}, which cannot be compared${hint}`)
  }
}

/** https://pkg.go.dev/fmt#hdr-Printing: what each verb takes, of the types that are known. */
const VERBS: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries([...'dboOcU'].map((verb) => [verb, /^number$/])),
  ...Object.fromEntries([...'eEfFgG'].map((verb) => [verb, /^float$/])),
  s: /^string$/,
  t: /^bool$/,
}

/** Where the text would hold `%!d(float64=...)` or `%!s(MISSING)` in the place of a value. */
function printable([format, ...args]: Operand[]): void {
  if (format === undefined || !/^["`]/.test(format.text) || /%[^a-zA-Z%]*[*[]/.test(format.text)) return
  const verbs = format.text.matchAll(/%[-+# 0]*\d*(?:\.\d*)?([a-zA-Z%])/g).flatMap(([, verb = '']) => (verb === '%' ? [] : [verb]))
  const all = [...verbs]
  if (all.length !== args.length)
    throw new Fault(`printf ${format.text} with ${args.length} value${args.length === 1 ? '' : 's'} for ${all.length} verbs`)
  all.forEach((verb, index) => {
    const type = args[index]?.type ?? 'any'
    if (!BASIC.test(type) || VERBS[verb]?.test(type) !== false) return
    const better = type === 'float' ? ', write %.0f or %v' : type === 'string' ? ', write %s' : ', write %v'
    throw new Fault(`printf ${format.text}: %${verb} of ${described(type)} prints %!${verb}(...)${better}`)
  })
}

function fits(type: string, text: string, want: string): boolean {
  if (want === 'any' || type === 'any' || type === want) return true
  if (want !== 'numeric') return false
  if (type === 'number' || type === 'float') return true
  // A label may hold a number; that of a target does not, and a text is there to be read.
  return (
    type === 'string' &&
    !/\.(?:job|instance|alertname|severity|namespace|pod)$/.test(text) &&
    !(text.startsWith('"') && Number.isNaN(Number(text.slice(1, -1))))
  )
}

function described(type: string): string {
  const words: Record<string, string> = {
    kv: 'a set of labels',
    labels: 'a set of labels',
    pairs: 'a list of pairs (.Values and .Names of it are lists of texts)',
    strings: 'a list of texts',
    string: 'a text',
    number: 'a number',
    float: 'a number with a fraction',
    numeric: 'a number',
    message: 'a message',
    alert: 'an alert',
    alerts: 'a list of alerts',
    rule: 'the data of a rule',
    samples: 'the result of query',
    sample: 'one sample',
    time: 'a time',
    bool: 'true or false',
  }
  return words[type] ?? type
}
