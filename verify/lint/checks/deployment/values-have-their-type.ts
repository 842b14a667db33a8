import { causing, remark, type Check } from '../../lint-check.ts'
import { componentValues } from '../../known-keys/components.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** https://pkg.go.dev/time#ParseDuration, and days to years where Prometheus' own form is read. */
const DURATION = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w|y))+$/
const SIZE = /^\d+(?:\.\d+)?\s*(?:[KMGTPE]i?)?B?$/i
const INT = /^[+-]?\d[\d_]*$/
/** As Helm writes large numbers: 1.572864e+06. Go's YAML makes a whole number of it. */
const EXPONENT = /^\d(?:\.\d+)?e\+?\d+$/i

/** Words that the collector takes small or capital. */
const ANY_CASE = '(?i)'

const EXPECTED: Record<string, string> = {
  duration: 'a duration with its unit: 500ms, 10s, 1h30m',
  size: 'a number of bytes: 262144, 256KB, 4MB',
  int: 'a whole number',
  uint: 'a whole number, 0 or more',
  number: 'a number',
  bool: 'true or false',
  list: 'a list: [a, b]',
  map: 'a mapping: name: value',
  mapping: 'a space behind the colon, key: value',
}

/** Their reader makes no boolean of a text in quotes: "cannot unmarshal !!str into bool". */
const STRICT = new Set(['prometheus', 'alertmanager', 'loki', 'promtail'])

export const check: Check = {
  meta: {
    id: 'values-have-their-type',
    isRefusal: true,
    title: 'Every value is of the type that its program reads',
    failureTitle: 'A value is not of the type that its program reads',
    why: 'Prometheus, Loki, Promtail and the collector do not start with a duration, size, number or word that they cannot read. A duration without a unit is refused, or counts nanoseconds; Jaeger takes 0 or false for what it cannot read.',
    mend: 'Write the value in the form that the finding names.',
    example: 'ingester:\n  wal:\n    checkpoint_duration: 10 # seconds? nanoseconds',
  },
  *judge({ config }) {
    for (const { at, type, path, program } of componentValues(config)) {
      const text = at.string()
      if ((type === 'map' && at.isList()) || (type === 'list' && at.isMap()))
        yield causing(remark(path, at.keyPlace(), EXPECTED[type] ?? type, at.isList() ? 'a list' : 'a mapping'), at.lines())
      // Variables are put in when the program starts.
      if (text === undefined || text === '' || text.includes('$') || accepts(type, text, at, program)) continue
      const words = type.replace(ANY_CASE, '').split('|')
      const expected = EXPECTED[type] ?? words.join(', ')
      yield causing(remark(path, at, expected, `${text}${words.length > 1 ? didYouMean(text, words) : ''}`), at.lines())
    }
  },
}

function accepts(type: string, text: string, at: Cursor, program: string): boolean {
  switch (type) {
    case 'list':
    case 'map':
    case 'mapping':
      return false
    case 'duration':
      // Prometheus and Alertmanager have a form of their own: no sign, no fraction, units from the largest.
      if (program === 'prometheus' || program === 'alertmanager') return /^(?:\d+(?:ms|[smhdwy]))+$|^0$/.test(text)
      // From a millisecond on a number is meant as what it is to Go: nanoseconds.
      return DURATION.test(text) || /^[+-]?0+$/.test(text) || (program === 'collector' && /^[1-9]\d{6,}$/.test(text))
    case 'size':
      return SIZE.test(text) || (EXPONENT.test(text) && !at.isQuoted())
    case 'int':
      return INT.test(text) || (EXPONENT.test(text) && !at.isQuoted()) || /^0[xo][\da-f]+$/i.test(text)
    case 'uint':
      return (INT.test(text) && !/^-\d*[1-9]/.test(text)) || (EXPONENT.test(text) && !at.isQuoted())
    case 'number':
      return !Number.isNaN(Number(text))
    case 'bool':
      // Those of YAML 1.1 without quotes; in quotes what each program's reader makes of it.
      return (
        (/^(?:true|false)$/i.test(text) && !(at.isQuoted() && STRICT.has(program))) ||
        (program === 'collector' ? /^[01tf]$/i.test(text) : /^(?:yes|no|on|off|y|n)$/i.test(text) && !at.isQuoted())
      )
    default:
      return type
        .replace(ANY_CASE, '')
        .split('|')
        .includes(program === 'collector' && !type.startsWith(ANY_CASE) ? text : text.toLowerCase())
  }
}
