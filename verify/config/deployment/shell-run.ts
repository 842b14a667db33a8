/**
 * Runs a start script on files in memory: enough of POSIX sh for what an entry point does before its `exec` (assignments, parameter
 * expansion, command substitution, redirections, `for`, `if`, `&&` and `||`, and the programs of PROGRAMS). What it does not know ends the
 * run as `unknown`, and nothing is said of the script.
 */
export interface ScriptWorld {
  env: Readonly<Record<string, string>>
  /** Path in the container -> text. */
  files: ReadonlyMap<string, string>
  /** Whether the folder of a file that is written is there. */
  isFolder: (folder: string) => boolean
}

export interface ScriptRun {
  outcome: 'exec' | 'ended' | 'failed' | 'unknown'
  /** Where and why it failed, or is not known. */
  line: number
  reason: string
  files: Map<string, string>
  /** The program that it becomes, or the last one that it started, with its arguments. */
  program: string[]
  isExec: boolean
}

class Stop {
  readonly outcome: ScriptRun['outcome']
  readonly reason: string
  constructor(outcome: ScriptRun['outcome'], reason: string) {
    this.outcome = outcome
    this.reason = reason
  }
}
class Continue {}

interface Line {
  text: string
  number: number
}

const MOST_STEPS = 2_000
const MOST_TEXT = 1_000_000

export function runScript(script: string, world: ScriptWorld): ScriptRun {
  const run = new Run(world)
  let stop = new Stop('ended', '')
  try {
    run.block(linesOf(script))
  } catch (error) {
    // `continue` outside of a loop does nothing; a pattern that is no regular expression, and nesting without end, are not known.
    if (error instanceof Stop) stop = error
    else if (error instanceof SyntaxError || error instanceof RangeError) stop = new Stop('unknown', error.message)
    else if (!(error instanceof Continue)) throw error
    else stop = new Stop('unknown', 'continue outside of a loop')
  }
  const { line, files, program, isExec } = run
  return { outcome: stop.outcome, reason: stop.reason, line, files, program, isExec }
}

/** Without comments, continued lines as one, and `;` between commands as a line's end where no quote is open. */
function linesOf(script: string): Line[] {
  const lines: Line[] = []
  let held = ''
  for (const [index, source] of script.split('\n').entries()) {
    if (source.endsWith('\\')) {
      held += `${source.slice(0, -1)} `
      continue
    }
    const text = held + source
    held = ''
    for (const part of parts(text, /^;(?!;)/)) if (part.trim() !== '') lines.push({ text: part.trim(), number: index + 1 })
  }
  return lines
}

/** The text cut at a separator outside of quotes and $( ); a comment ends it. */
function parts(text: string, separator: RegExp): string[] {
  const found: string[] = []
  let [current, quote, depth] = ['', '', 0]
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? ''
    if (sign === '\\' && quote !== "'") {
      current += sign + (text[++at] ?? '')
      continue
    }
    if (quote === '' && depth === 0) {
      if (sign === '#' && /^$|\s$/.test(current)) break
      const cut = separator.exec(text.slice(at))?.[0]
      if (cut !== undefined) {
        found.push(current)
        current = ''
        at += cut.length - 1
        continue
      }
    }
    if (quote === '' && (sign === '"' || sign === "'")) quote = sign
    else if (sign === quote) quote = ''
    if (quote !== "'") {
      if (/^\$[({]/.test(text.slice(at, at + 2))) depth++
      else if ((sign === ')' || sign === '}') && depth > 0) depth--
    }
    current += sign
  }
  return [...found, current]
}

class Run {
  line = 0
  readonly files: Map<string, string>
  program: string[] = []
  isExec = false
  private readonly variables: Map<string, string>
  private readonly world: ScriptWorld
  private steps = 0
  private isStrict = false
  private endsOnError = false

  constructor(world: ScriptWorld) {
    this.world = world
    this.files = new Map(world.files)
    this.variables = new Map(Object.entries(world.env))
  }

  block(lines: readonly Line[]): void {
    for (let at = 0; at < lines.length; at++) {
      const { text, number } = lines[at]!
      this.line = number
      if (++this.steps > MOST_STEPS) throw new Stop('unknown', 'too long')
      const loop = /^for\s+(\w+)\s+in\s+(.*)$/.exec(text)
      if (loop !== null) {
        const end = this.endOf(lines, at, /^for\b|^while\b|^until\b/, /^done\b/)
        this.loop(loop[1] ?? '', this.words(loop[2] ?? ''), lines.slice(at + 1, end))
        at = end
      } else if (/^if\b/.test(text)) {
        const end = this.endOf(lines, at, /^if\b/, /^fi\b/)
        this.condition(lines.slice(at, end))
        at = end
      } else if (/^(?:while|until|case|do|done|then|else|elif|fi|\{|\}|\w+\s*\(\))/.test(text))
        throw new Stop('unknown', text.split(/\s/)[0] ?? '')
      else if (!this.list(text) && this.endsOnError) throw new Stop('failed', `${text.split(/\s/)[0] ?? ''} fails`)
    }
  }

  private endOf(lines: readonly Line[], from: number, opens: RegExp, closes: RegExp): number {
    let depth = 0
    for (let at = from; at < lines.length; at++) {
      if (opens.test(lines[at]!.text.replace(/^(?:do|then|else)\s+/, ''))) depth++
      if (closes.test(lines[at]!.text) && --depth === 0) return at
    }
    throw new Stop('failed', `${lines[from]?.text.split(/\s/)[0] ?? ''} without its end`)
  }

  private loop(name: string, words: readonly string[], lines: readonly Line[]): void {
    const [first, ...rest] = lines
    const opened = /^do\b\s*(.*)$/.exec(first?.text ?? '')
    if (first === undefined || opened === null) throw new Stop('failed', 'for without do')
    const body = [...(opened[1] === '' ? [] : [{ text: opened[1] ?? '', number: first.number }]), ...rest]
    for (const word of words) {
      this.variables.set(name, word)
      try {
        this.block(body)
      } catch (error) {
        if (!(error instanceof Continue)) throw error
      }
    }
  }

  private condition(lines: readonly Line[]): void {
    const own = lines.map((line) => line.text)
    const then = own.findIndex((text) => /^then\b/.test(text))
    if (then < 0) throw new Stop('failed', 'if without then')
    if (own.some((text, at) => at > 0 && /^(?:if|elif)\b/.test(text.replace(/^(?:then|else)\s+/, ''))))
      throw new Stop('unknown', 'an if in an if')
    const test = own
      .slice(0, then)
      .join('; ')
      .replace(/^if\s+/, '')
    const other = own.findIndex((text) => /^else\b/.test(text))
    const branch = this.list(test) ? [then, other < 0 ? own.length : other] : other < 0 ? [0, 0] : [other, own.length]
    this.block(
      lines
        .slice(branch[0], branch[1])
        .map(({ text, number }, index) => ({ text: index === 0 ? text.replace(/^(?:then|else)\s*/, '') : text, number }))
        .filter(({ text }) => text !== ''),
    )
  }

  /** a && b || c */
  private list(text: string): boolean {
    let [ok, operator] = [true, '']
    let rest = text
    for (;;) {
      const [head = ''] = parts(rest, /^(?:&&|\|\|)/)
      if (operator === '' || (operator === '&&') === ok) ok = this.command(head.trim())
      if (head.length >= rest.length) return ok
      operator = rest.slice(head.length, head.length + 2)
      if (operator !== '&&' && operator !== '||') return ok
      rest = rest.slice(head.length + 2)
    }
  }

  private command(text: string): boolean {
    if (parts(text, /^[|&]/).length > 1) throw new Stop('unknown', 'a pipe')
    const assigned = /^([A-Za-z_]\w*)=/.exec(text)
    if (assigned !== null) {
      const value = this.words(text.slice(assigned[0].length), true)
      if (value.length > 1) throw new Stop('unknown', 'an assignment before a command')
      if ((value[0] ?? '').length > MOST_TEXT) throw new Stop('unknown', 'a text without end')
      this.variables.set(assigned[1] ?? '', value[0] ?? '')
      return true
    }
    const { words, input, output, append } = this.redirected(text)
    const [program = '', ...args] = words
    if (program === 'exec') {
      this.program = args
      this.isExec = true
      throw new Stop('exec', '')
    }
    const result = this.start(program, args, input)
    if (output !== undefined) this.write(output, (append ? (this.files.get(output) ?? '') : '') + result.text)
    return result.ok
  }

  private redirected(text: string): { words: string[]; input: string; output: string | undefined; append: boolean } {
    const words: string[] = []
    let [input, output, append]: [string, string | undefined, boolean] = ['', undefined, false]
    const all = this.words(text.replace(/(^|\s)(2?>>?|<)\s*(?=\S)/g, '$1$2 '))
    for (let at = 0; at < all.length; at++) {
      const word = all[at] ?? ''
      if (word === '<') input = this.read(all[++at] ?? '')
      else if (word === '>' || word === '>>') [output, append] = [all[++at] ?? '', word === '>>']
      else if (/^2>>?$/.test(word)) at++
      else if (word !== '2>&1' && word !== '>&2') words.push(word)
    }
    return { words, input, output, append }
  }

  private read(file: string): string {
    const text = this.files.get(file)
    if (text === undefined && file !== '/dev/null') throw new Stop('failed', `${file} is not there`)
    return text ?? ''
  }

  private write(file: string, text: string): void {
    if (/^\/dev\//.test(file)) return
    const folder = file.slice(0, Math.max(1, file.lastIndexOf('/')))
    if (
      !this.world.isFolder(folder) &&
      ![...this.files.keys()].some((each) => each.startsWith(`${folder}/`) && !this.world.files.has(each))
    )
      throw new Stop('failed', `${folder}, where ${file} is written, is not there`)
    if (text.length > MOST_TEXT) throw new Stop('unknown', 'a text without end')
    this.files.set(file, text)
  }

  /** Words with their quotes taken off and what they stand for put in; `whole` keeps blanks of what is put in. */
  private words(text: string, whole = false): string[] {
    return parts(text.trim(), /^\s+/)
      .filter((word) => word !== '')
      .flatMap((word) => {
        const value = this.expanded(word)
        return whole || /["']/.test(word) || !/\$/.test(word) ? [value] : value.split(/\s+/).filter((each) => each !== '')
      })
  }

  private expanded(word: string): string {
    let [out, quote] = ['', '']
    for (let at = 0; at < word.length; at++) {
      const sign = word[at] ?? ''
      if (quote === "'") {
        if (sign === "'") quote = ''
        else out += sign
      } else if (sign === '\\') {
        const next = word[++at] ?? ''
        out += quote === '"' && !/["$`\\]/.test(next) ? `\\${next}` : next
      } else if (sign === '"') quote = quote === '"' ? '' : '"'
      else if (sign === "'" && quote === '') quote = "'"
      else if (sign === '$') {
        const { value, length } = this.parameter(word.slice(at))
        out += value
        at += length - 1
      } else if (sign === '`') throw new Stop('unknown', 'a backtick')
      else out += sign
    }
    if (quote !== '') throw new Stop('failed', `a quote that is not closed: ${quote}`)
    return out
  }

  private parameter(text: string): { value: string; length: number } {
    if (text.startsWith('$(')) {
      let depth = 0
      const end = [...text].findIndex((sign) => (depth += sign === '(' ? 1 : sign === ')' ? -1 : 0) === 0 && sign === ')')
      if (end < 0) throw new Stop('failed', '$( without )')
      const inner = this.redirected(text.slice(2, end))
      const [program = '', ...args] = inner.words
      const { text: out, ok } = this.start(program, args, inner.input)
      if (!ok && this.endsOnError) throw new Stop('failed', `${program} fails`)
      return { value: out.replace(/\n+$/, ''), length: end + 1 }
    }
    const bare = /^\$([A-Za-z_]\w*)/.exec(text)
    if (bare !== null) return { value: this.value(bare[1] ?? ''), length: bare[0].length }
    if (/^\$[@*#?$!0-9-]/.test(text)) return { value: '', length: 2 }
    const braced = /^\$\{([A-Za-z_]\w*)(?:(:?[-+?=])([^}]*)|(%%?|##?)([^}]*))?\}/.exec(text)
    if (braced === null) throw new Stop('unknown', text.slice(0, 12))
    const [all, name = '', operator = '', other = '', cut = '', pattern = ''] = braced
    const held = this.variables.get(name)
    const isUnset = held === undefined || (operator.startsWith(':') && held === '')
    if (operator.endsWith('-') || operator.endsWith('='))
      return { value: isUnset ? this.expanded(`"${other}"`) : (held ?? ''), length: all.length }
    if (operator.endsWith('+')) return { value: isUnset ? '' : this.expanded(`"${other}"`), length: all.length }
    if (operator.endsWith('?') && isUnset) throw new Stop('failed', `${name} is not set`)
    const value = this.value(name)
    if (cut === '') return { value, length: all.length }
    if (/[*?[]/.test(pattern)) throw new Stop('unknown', 'a pattern')
    const [head, tail] = [cut.startsWith('#') && value.startsWith(pattern), cut.startsWith('%') && value.endsWith(pattern)]
    return { value: head ? value.slice(pattern.length) : tail ? value.slice(0, value.length - pattern.length) : value, length: all.length }
  }

  private value(name: string): string {
    const value = this.variables.get(name)
    if (value === undefined && this.isStrict) throw new Stop('failed', `${name} is not set`)
    return value ?? ''
  }

  private start(program: string, args: readonly string[], input: string): { ok: boolean; text: string } {
    const said = (text: string, ok = true): { ok: boolean; text: string } => ({ ok, text })
    switch (program) {
      case 'set':
        if (args.some((arg) => /^-\w*u/.test(arg))) this.isStrict = true
        if (args.some((arg) => /^-\w*e/.test(arg))) this.endsOnError = true
        return said('')
      case 'umask':
      case 'sleep':
      case 'chmod':
      case 'chown':
      case 'mkdir':
      case 'export':
      case ':':
      case 'true':
        if (program === 'mkdir') for (const folder of args.filter((arg) => arg.startsWith('/'))) this.files.set(`${folder}/.`, '')
        if (program === 'export' && args.some((arg) => arg.includes('='))) throw new Stop('unknown', 'export')
        return said('')
      case 'false':
        return said('', false)
      case 'continue':
        throw new Continue()
      case 'exit':
        throw new Stop((args[0] ?? '0') === '0' ? 'ended' : 'failed', `exit ${args[0] ?? '0'}`)
      case 'echo':
        return said(`${args.filter((arg) => arg !== '-n').join(' ')}${args[0] === '-n' ? '' : '\n'}`)
      case 'printf':
        return said(printf(args))
      case 'cat':
        return said(args.length === 0 ? input : args.map((file) => this.read(file)).join(''))
      case 'cp':
        this.write(args.at(-1) ?? '', this.read(args.at(-2) ?? ''))
        return said('')
      case 'tr':
        return said(translated(args, input))
      case 'sed':
        return said(sed(args, (file) => this.read(file), input))
      case '[':
      case 'test':
        return said('', this.test(program === '[' ? args.slice(0, args.lastIndexOf(']')) : args))
      default:
        if (!program.startsWith('/')) throw new Stop('unknown', program)
        this.program = [program, ...args]
        return said('')
    }
  }

  private test(args: readonly string[]): boolean {
    const [first = '', second = '', third = ''] = args
    if (args.length === 1) return first !== ''
    if (args.length === 2) {
      if (first === '-n') return second !== ''
      if (first === '-z') return second === ''
      if (first === '-f' || first === '-e' || first === '-r') return this.files.has(second)
      if (first === '-s') return (this.files.get(second) ?? '') !== ''
      if (first === '!') return second === ''
    }
    if (args.length === 3 && (second === '=' || second === '==')) return first === third
    if (args.length === 3 && second === '!=') return first !== third
    throw new Stop('unknown', `test ${args.join(' ')}`)
  }
}

function printf([format = '', ...values]: readonly string[]): string {
  let next = 0
  return format.replace(/%[sd]|\\n|\\t|%%/g, (sign) =>
    sign === '\\n' ? '\n' : sign === '\\t' ? '\t' : sign === '%%' ? '%' : (values[next++] ?? ''),
  )
}

function translated(args: readonly string[], input: string): string {
  const [flag, set = ''] = args
  if (flag !== '-d' || args.length !== 2) throw new Stop('unknown', 'tr')
  const inner = set.replace(/\[:space:\]/g, '\\s').replace(/\\n/g, '\n')
  if (/\[:/.test(inner)) throw new Stop('failed', `tr: ${set}`)
  return input.replace(new RegExp(`[${inner.replaceAll(']', '\\]').replaceAll('[', '\\[')}]`, 'g'), '')
}

/** sed 's#from#to#;...' FILE: substitutions alone, basic regular expressions. */
function sed(args: readonly string[], read: (file: string) => string, input: string): string {
  const rest = args.filter((arg) => arg !== '-e')
  const [script = '', ...files] = rest
  if (script.startsWith('-')) throw new Stop('unknown', `sed ${script}`)
  const steps = [...script.matchAll(/\s*s([#/|,])((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gI]*)\s*(?:;|$)/gs)]
  if (steps.map((step) => step[0]).join('') !== script) throw new Stop('failed', `sed: ${script.slice(0, 60)} is no substitution`)
  const text = files.length === 0 ? input : files.map(read).join('')
  const patterns = steps.map(([, , from = '', to = '', flags = '']) => ({
    regex: new RegExp(basic(from), flags.includes('g') ? 'g' : ''),
    to,
  }))
  return text
    .split('\n')
    .map((line) => patterns.reduce((sum, { regex, to }) => sum.replace(regex, (...match: string[]) => replaced(to, match)), line))
    .join('\n')
}

function replaced(to: string, match: readonly string[]): string {
  return to.replace(/\\(\d)|\\(.)|&/g, (sign, group?: string, escaped?: string) =>
    group === undefined ? (escaped ?? (sign === '&' ? (match[0] ?? '') : sign)) : (match[Number(group)] ?? ''),
  )
}

/** A basic regular expression as JavaScript has it: \( \) group, ( ) + ? | { } are themselves. */
function basic(pattern: string): string {
  return pattern.replace(/\\([(){}])|([(){}+?|])|\\(.)/g, (_, group?: string, plain?: string, escaped?: string) =>
    group !== undefined ? group : plain !== undefined ? `\\${plain}` : `\\${escaped ?? ''}`,
  )
}
