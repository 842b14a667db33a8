/** Replaces every secret by *** in the values of one line of JSON; keys, numbers and true are never secret, and the line stays JSON. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = usable(secrets.map((secret) => JSON.stringify(secret).slice(1, -1)))
  if (!forms.some((form) => text.includes(form))) return text
  const pattern = new RegExp(
    forms
      .map((form) => {
        const literally = form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        // Times and samples are digits as well.
        return /^\d+$/.test(form) ? `(?<![\\d.])${literally}(?![\\d.])` : literally
      })
      .join('|'),
    'g',
  )
  return text.replace(/"(?:[^"\\]+|\\.)*":?/g, (literal) => (literal.endsWith(':') ? literal : literal.replace(pattern, '***')))
}

/** The same in a text for people, where a secret may stand as it is or as it is in JSON. */
export function redactText(text: string, secrets: readonly string[]): string {
  return usable(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])).reduce(
    (result, form) => result.replaceAll(form, '***'),
    text,
  )
}

/**
 * The longest first: what holds another secret would else be taken apart and shown in part. One or two characters would eat half the text
 * and protect nothing.
 */
function usable(forms: readonly string[]): string[] {
  return forms.filter((form) => form.length > 2).sort((a, b) => b.length - a.length)
}
