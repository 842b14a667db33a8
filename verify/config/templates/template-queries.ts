/** PromQL that a template of a rule asks for when it is executed: `query "up"`, and what printf makes of a text with names in it. */
export function queriesIn(text: string): string[] {
  if (!/\bquery\b/.test(text)) return []
  const direct = [...text.matchAll(/\bquery\s+(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)]
  const printed = [...text.matchAll(/\bprintf\s+(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)[^|}]*\|\s*query\b/g)]
  return [...direct, ...printed].map(([, quoted, raw]) =>
    (raw ?? (quoted ?? '').replace(/\\(.)/g, '$1'))
      .replace(/%q/g, '"x"')
      .replace(/%[-+.\d]*[dfge]/g, '1')
      .replace(/%[sv]/g, 'x'),
  )
}
