import { line, plain } from '../text/printable.ts'

/**
 * Outside text (labels, log lines, error messages, paths) must never become markup. Each format has its own function; there is no "safe"
 * string.
 */

export function html(text: string): string {
  return plain(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/**
 * One Markdown table cell or paragraph: what CommonMark or GitHub could take for markup, a mention or a link here is an entity; the rest
 * stays readable as text (an image or a link needs its bracket).
 */
export function markdown(text: string): string {
  return line(text)
    .replace(/[&<>`*_[\]#|~$@\\]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/(https?|ftp):\/\//gi, '$1&#58;//')
    .replace(/\bwww\./gi, 'www&#46;')
}

/** Fit for XML 1.0: only the characters it allows at all; the builder escapes the rest. */
export function xml(text: string): string {
  return plain(text)
}
