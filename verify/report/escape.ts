/**
 * Outside text (labels, log lines, error messages, paths) must never become markup. Each format has its own function; there is no "safe"
 * string.
 */

const CONTROL = new RegExp('[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]', 'g')
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** Control characters (ESC above all: a terminal obeys it) and halves of surrogate pairs, made visible. Line breaks and tabs stay. */
export function plain(text: string): string {
  // A journal that was damaged may hold anything where a text belongs.
  return String((text as unknown) ?? '')
    .replace(CONTROL, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(LONE_SURROGATE, '\uFFFD')
}

/** For a terminal table or a line: no control characters, no line breaks, no text that runs backwards (bidi overrides). */
export function line(text: string): string {
  return plain(text)
    .replace(/\s+/g, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '')
    .trim()
}

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
