/** Replaces every secret by *** in one line of JSON. */
export function redact(text: string, secrets: readonly string[]): string {
  const escaped = secrets.map((secret) => JSON.stringify(secret).slice(1, -1))
  const digits = escaped.filter((form) => /^\d+$/.test(form) && form.length > 2)
  const plain = without(text, escaped.filter((form) => !digits.includes(form)))
  if (digits.length === 0) return plain
  const number = new RegExp(`(?<![\\d.])(?:${digits.join('|')})(?![\\d.])`, 'g')
  return plain.replace(/"(?:[^"\\]|\\.)*"/g, (literal) => literal.replace(number, '***'))
}

/** The same in a text for people, where a secret may stand as it is or as it is in JSON. */
export function redactText(text: string, secrets: readonly string[]): string {
  return without(text, secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))
}

function without(text: string, forms: readonly string[]): string {
  // The longest first: what holds another secret would else be taken apart and shown in part. One or two characters would eat half the text and protect nothing.
  return [...forms].filter((form) => form.length > 2).sort((a, b) => b.length - a.length).reduce((result, form) => result.replaceAll(form, '***'), text)
}
