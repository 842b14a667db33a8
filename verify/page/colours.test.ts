import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

/** Linear light to what is seen without red or without green cones: https://doi.org/10.1109/TVCG.2009.113, severity 1. */
const SEEN = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}
/** What stands beside each other in a lane or a chart. */
const BESIDE = [
  ['pending', 'firing', 'resolved'],
  ['quiet', 'fire', 'clear', 'fault'],
  ['curve-1', 'curve-2', 'curve-3', 'curve-4'],
  ['pass', 'fail', 'unknown'],
]
/** CIE76; 2.3 is a difference that is just seen. */
const LEAST = 10

type Triple = [number, number, number]

function lab(light: readonly number[], matrix: readonly (readonly number[])[]): Triple {
  const [r = 0, g = 0, b = 0] = matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, factor, at) => sum + factor * (light[at] ?? 0), 0),
      ),
    ),
  )
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116)
  const [x, y, z] = [
    f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    f(0.2126 * r + 0.7152 * g + 0.0722 * b),
    f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ]
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const linear = (hex: string): number[] =>
  [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })

test('colours that stand beside each other are told apart without red and green, in light and dark', () => {
  const style = readFileSync(new URL('style.css', import.meta.url), 'utf8')
  const [light = '', dark = ''] = style.split(/prefers-color-scheme: dark/)
  const colours = (text: string): Map<string, string> =>
    new Map([...text.matchAll(/^\s+--([\w-]+): (#[0-9a-f]{6});/gm)].map(([, name = '', hex = '']) => [name, hex]))
  for (const palette of [colours(light), new Map([...colours(light), ...colours(dark)])])
    for (const [sight, matrix] of Object.entries(SEEN))
      for (const names of BESIDE)
        for (const [at, one] of names.entries())
          for (const other of names.slice(at + 1)) {
            const [a, b] = [one, other].map((name) => lab(linear(palette.get(name) ?? ''), matrix))
            const apart = Math.hypot(...(a ?? []).map((value, axis) => value - (b?.[axis] ?? NaN)))
            assert.ok(apart >= LEAST, `${one} ${palette.get(one)} and ${other} ${palette.get(other)}: ${apart.toFixed(1)} apart (${sight})`)
          }
})
