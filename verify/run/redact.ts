/** Replaces every secret by ***; the JSON-escaped form too, since the text is usually one line of JSON. */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text
  for (const secret of secrets) {
    // One or two characters would eat half the text and protect nothing.
    if (secret.length < 3) continue
    result = result.replaceAll(JSON.stringify(secret).slice(1, -1), '***')
  }
  return result
}
