const CONTROL = new RegExp('[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]', 'g')
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g
const BIDI = /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g

const visible = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`

/** Control characters (ESC above all: a terminal obeys it) and halves of surrogate pairs, made visible. Line breaks and tabs stay. */
export function plain(text: string): string {
  // A journal that was damaged may hold anything where a text belongs.
  return String((text as unknown) ?? '')
    .replace(CONTROL, visible)
    .replace(LONE_SURROGATE, '\uFFFD')
}

const ASCII = /^[\x20-\x7e\n\t]*$/

/** For a terminal, spaces as they are: no control characters (a carriage return overwrites the line), no text that runs backwards. */
export function terminal(text: string): string {
  return ASCII.test(text) ? text : plain(text).replace(/\r/g, visible).replace(BIDI, '')
}

/** Words of ASCII, each one space from the next: nothing to be done, which is quicker seen than done. */
const WORDS = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/

/** For a table cell or one line: as `terminal`, and without line breaks. */
export function line(text: string): string {
  return WORDS.test(text) ? text : plain(text).replace(/\s+/g, ' ').replace(BIDI, '').trim()
}

/** A line of a file and a caret under the place; `column` is 1-based. */
export function underlined(source: string, column: number, length: number): [string, string] {
  const indent = terminal(source.slice(0, column - 1)).replace(/[^\t]/g, ' ')
  return [terminal(source), `${indent}${'^'.repeat(Math.max(1, Math.min(length, source.length - column + 1)))}`]
}
