import fc from 'fast-check'

/** Half of it ASCII, so that short texts often hold controls, quotes and braces. */
const character = fc.oneof(fc.nat(0x7f), fc.integer({ min: 0, max: 0x10ffff })).map((code) => String.fromCodePoint(code))

/**
 * Any text at all: controls, marks of direction, halves of surrogate pairs. fast-check's own `unit: 'binary'` builds a table of the million
 * code points first, which takes longer than the tests.
 */
export function anyText(length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.array(character, length).map((characters) => characters.join(''))
}
