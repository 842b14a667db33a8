import { oncePerPlace, warning, type Check, type Remark } from '../../lint-check.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'defaults-agree',
    severity: 'warning',
    needs: ['compose'],
    title: 'A variable has one default: that of the compose file is that of .env.example',
    failureTitle: 'A variable has one default in the compose file and another one elsewhere',
    why: 'Without .env the compose file listens on one port, and with a copy of .env.example on another. A name that .env.example does not have is set nowhere: the default stands for ever.',
    mend: 'Give the variable the same default in the compose file (${NAME:-value}) as in .env.example, or correct its name.',
    example: 'ports: ["${LOKI_PORT:-3101}:3100"] # .env.example: LOKI_PORT=3100',
  },
  *judge({ config: { compose }, examples }) {
    if (Object.keys(examples).length === 0) return
    const names = new Set(Object.keys(examples))
    yield* oncePerPlace(compose.flatMap((root) => scalarsIn(root).flatMap((at) => [...judgeText(at, examples, names)])))
  },
}

function* judgeText(at: Cursor, examples: Record<string, string>, names: ReadonlySet<string>): Generator<Remark> {
  const text = (at.string() ?? '').replaceAll('$$', '  ')
  for (const { 1: name = '', 2: fallback = '', index } of text.matchAll(/\$\{(\w+):?-([^{}]*)\}/g)) {
    const set = examples[name]
    const meant = set === undefined ? nearest(name, names, 1) : undefined
    if (meant !== undefined) yield warning(name, at.place(index), `${meant}, which .env.example sets`, name)
    else if (set !== undefined && set !== '' && set !== fallback)
      yield warning(name, at.place(index), `${name}=${set}, as .env.example has it`, `${name} is ${fallback} without it`)
  }
}
