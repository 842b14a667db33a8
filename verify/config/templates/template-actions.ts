/** What stands between two braces, and where: an offset in the template. */
export interface TemplateAction {
  text: string
  at: number
}

/** What stands between the braces, comments left out; undefined when one is never closed. */
export function templateActions(text: string): string[] | undefined {
  return actionsIn(text)?.map((action) => action.text)
}

/** As `templateActions`, with the place of each. */
export function actionsIn(text: string): TemplateAction[] | undefined {
  const actions: TemplateAction[] = []
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at)) {
    const match =
      /^\{\{(?:-\s)?\s*((?:\/\*(?:(?!\*\/)[\s\S])*\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|(?!\}\}|\/\*)[^"`'])*?)\s*(?:\s-)?\}\}/.exec(
        text.slice(at),
      )
    if (match === null) return undefined
    if (!(match[1] ?? '').startsWith('/*')) actions.push({ text: match[1] ?? '', at })
    at += match[0].length
  }
  return actions
}
