import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact, redactText } from './redact.ts'

test('a secret that holds another is taken out as a whole', () => {
  assert.equal(redact('{"a":"token-of-drill","b":"token"}', ['token', 'token-of-drill']), '{"a":"***","b":"***"}')
})

test('in a text for people a secret is found as it is and as it is in JSON', () => {
  assert.equal(redactText('401 a"b and {"said":"a\\"b"}', ['a"b']), '401 *** and {"said":"***"}')
})

test('in JSON only what is escaped is a value: the text stays JSON', () => {
  assert.equal(redact('{"a":"b","c":"x\\",\\"y"}', ['","', 'x","y']), '{"a":"b","c":"***"}')
})

test('a secret of digits alone leaves numbers and times alone: a journal without them could not be read', () => {
  const text = '{"atMs":1700000123456,"count":123456,"value":"0.123456","said":"the pin is 123456, or \\"123456\\""}'
  assert.equal(redact(text, ['123456']), '{"atMs":1700000123456,"count":123456,"value":"0.123456","said":"the pin is ***, or \\"***\\""}')
})

test('a secret that is a word of the journal itself leaves its form alone', () => {
  assert.equal(
    redact('{"ok":true,"labels":{"job":"x"},"said":"true labels"}', ['true', 'labels']),
    '{"ok":true,"labels":{"job":"x"},"said":"*** ***"}',
  )
})

test('characters that mean something to a pattern are taken as they are', () => {
  assert.equal(redact('{"a":"x.y$1(z] xay"}', ['x.y$1(z]', 'x.y']), '{"a":"*** xay"}')
})
