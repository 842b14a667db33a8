/** Posts to the page's own server; null when it refused or did not answer. */
export function ask(room: string, body: string): Promise<string | null> {
  return fetch(room, { method: 'POST', body }).then(
    (answer) => (answer.ok ? answer.text() : null),
    () => null,
  )
}

/** Lines for the session, as if they were typed in its terminal. */
export function say(...lines: string[]): Promise<boolean> {
  return ask('say', lines.join('\n')).then((answer) => answer !== null)
}
