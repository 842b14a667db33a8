import { line, plain, terminal } from '../text/printable.ts'

/**
 * Outside text (labels, log lines, error messages, paths) must never become markup. Each format has its own function; there is no "safe"
 * string.
 */

export function html(text: string): string {
  return terminal(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

/**
 * One Markdown table cell, or the text of a paragraph or list item: what CommonMark or GitHub would take for markup, a mention or a link at
 * that place is escaped, and nothing else, so that the file reads well in a terminal, too: `redis_up{job=~"a"}[5m] > 0` stays as it is.
 * `within`: beside other outside text in one paragraph, or within emphasis of our own, where what one text opens another may close.
 */
export function markdown(text: string, within = false): string {
  const one = line(text)
  const harmless = (char: string): boolean => !within && one.indexOf(char) === one.lastIndexOf(char)
  return one
    .replace(within ? MARKUP_WITHIN : MARKUP, (found) => {
      if (PAIRED.test(found) && harmless(found)) return found
      return ENTITIES.test(found) ? entity(found) : `\\${[...found].join('\\')}`
    })
    .replace(ADDRESS, (found) => found.replace(/[:.]/, entity))
}

/** Outside text within an HTML line of a Markdown file (`<summary>`): no Markdown there, but GitHub still links mentions and addresses. */
export function htmlInMarkdown(text: string): string {
  return html(line(text))
    .replace(/@/g, entity)
    .replace(ADDRESS, (found) => found.replace(/[:.]/, entity))
}

const entity = (char: string): string => `&#${char.charCodeAt(0)};`
/** Of these one alone means nothing. */
const PAIRED = /^[~`$]$/
const ENTITIES = /^[<&|@$[\]#]$/
const WORD = '\\p{L}\\p{N}'

/** https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis: which run of * or _ can begin or end emphasis. */
function markup(star: string): RegExp {
  return new RegExp(
    [
      // A heading, quote, list, rule, task or definition, when it begins a line.
      '^(?:#{1,6}(?=\\s|$)|[-+*](?=\\s|$)|>|(?:=+|-+)$|\\[)|(?<=^\\d{1,9})[.)](?=\\s|$)',
      '\\\\(?=[!-/:-@[-`{-~]|$)',
      '<(?=[A-Za-z/!?])',
      '&(?=#?\\w+;)',
      '\\|',
      '@(?=\\w)',
      '#(?=\\d)',
      star,
      `(?<![_${WORD}])_+|_+(?![_${WORD}])`,
      // A link, an image, a footnote.
      '\\](?=[([:])',
      '\\[(?=\\^)',
      '[~`$]',
    ].join('|'),
    'gu',
  )
}

/** A run of * that something follows can begin emphasis; without a beginning none ends. */
const MARKUP = markup('\\*+(?=[^\\s*])')
const MARKUP_WITHIN = markup('\\*+')
const ADDRESS = /(?:https?|ftp):\/\/|\bwww\./gi

/** Fit for XML 1.0: only the characters it allows at all; the builder escapes the rest. */
export function xml(text: string): string {
  return plain(text)
}
