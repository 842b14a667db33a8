import { test } from 'node:test'
import { proveRandomHistories } from '../../testing/backtest/judge-random.ts'

test('10,000 random histories: an honest one is as recorded, another rule differs, and a hole is no difference', () =>
  proveRandomHistories(10_000, 2))
