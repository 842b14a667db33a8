import { Document, Scalar, stringify, visit } from 'yaml'

const ONE_LINE = { lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity }

/** A value in one line, as YAML's flow style has it: `{ job: shop, path: /metrics }`. */
export function flow(value: unknown): string {
  const document = new Document(value, { flow: true, aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && /[\n\r]/.test(node.value)) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  return document.toString(ONE_LINE).trimEnd()
}

/** `key: value`, a text of several lines as a block; indented by `depth` levels. */
export function entry(key: string, value: unknown, depth = 0): string[] {
  const text = typeof value === 'string' ? stringify({ [key]: value }, ONE_LINE).trimEnd() : `${flow(key)}: ${flow(value)}`
  return text.split('\n').map((line) => (line === '' ? line : '  '.repeat(depth) + line))
}

/** A text as comment lines; an empty line stays one. */
export function comment(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => line.split(/\r\n|[\n\r\u0085\u2028\u2029]/))
    .map((line) => (line === '' ? '#' : `# ${printableLine(line)}`))
}

/** YAML takes no control character, in a comment either. https://yaml.org/spec/1.2.2/#51-character-set */
function printableLine(text: string): string {
  return text.replace(/[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}
