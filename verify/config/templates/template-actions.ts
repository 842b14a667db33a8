/** What stands between the braces, comments left out; undefined when one is never closed. */
export function templateActions(text: string): string[] | undefined {
  const actions: string[] = []
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at)) {
    const match =
      /^\{\{(?:-\s)?\s*((?:\/\*(?:(?!\*\/)[\s\S])*\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|(?!\}\}|\/\*)[^"`'])*?)\s*(?:\s-)?\}\}/.exec(
        text.slice(at),
      )
    if (match === null) return undefined
    if (!(match[1] ?? '').startsWith('/*')) actions.push(match[1] ?? '')
    at += match[0].length
  }
  return actions
}
