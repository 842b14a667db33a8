import { test } from 'node:test'
import { proveRandomHistories } from '../../testing/backtest/judge-random.ts'

test('random histories: an honest one is as recorded, another rule differs, and a hole is no difference', () => proveRandomHistories(80, 3))
