/** What a start script names: enough of sh for lists, variables, redirections and one `exec`. */
export interface ScriptWord {
  /** With variables put in. */
  text: string
  line: number
  column: number
}

/** The text with the variables of `for NAME in WORDS` put in, once for each word. */
export function loopedWords(script: string): string {
  let text = script
  for (const [, name = '', words = ''] of script.matchAll(/\bfor\s+(\w+)\s+in\s+([\w .-]+?)\s*(?:;|\n)/g))
    text = words
      .split(/\s+/)
      .map((word) => text.replaceAll(`\${${name}}`, word).replace(new RegExp(`\\$${name}\\b`, 'g'), word))
      .join('\n')
  return text
}

/** Files that the script writes, and the configuration that it starts its program with. */
export function startOf(script: string): { written: string[]; started: ScriptWord | undefined; read: ScriptWord[] } {
  const variables = new Map<string, string>()
  const resolve = (word: string): string =>
    word
      .replace(/["']/g, '')
      .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => variables.get(braced ?? bare ?? '') ?? whole)
  const [written, read]: [string[], ScriptWord[]] = [[], []]
  let started: ScriptWord | undefined
  script.split('\n').forEach((source, index) => {
    if (/^\s*#/.test(source)) return
    const assigned = /^\s*(\w+)=("[^"]*"|'[^']*'|\S*)\s*$/.exec(source)
    if (assigned !== null) {
      const text = resolve(assigned[2] ?? '')
      variables.set(assigned[1] ?? '', text)
      if (/^\/\S+\.ya?ml$/.test(text)) read.push({ text, line: index + 1, column: source.indexOf(assigned[2] ?? '') + 1 })
      return
    }
    for (const [, target = ''] of source.matchAll(/>>?\s*("[^"]*"|\S+)/g)) written.push(resolve(target))
    const copied = /\b(?:cp|mv)\s+(?:-\w+\s+)*\S+\s+("[^"]*"|\S+)/.exec(source)
    if (copied !== null) written.push(resolve(copied[1] ?? ''))
    const flag = /--?config(?:[.-]file)?[= ]("[^"]*"|\S+)/.exec(source)
    if (flag !== null) started = { text: resolve(flag[1] ?? ''), line: index + 1, column: flag.index + 1 }
  })
  return { written, started, read: read.filter(({ text }) => !written.includes(text)) }
}
