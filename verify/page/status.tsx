import type { VerdictStatus } from '../model/verdict.ts'
import { SIGN, WORD } from './verdict-signs.ts'

export function Status({ status, text = false }: { status: VerdictStatus | 'not reached'; text?: boolean }) {
  return (
    <span class={`status ${status.replace(' ', '-')}`}>
      <span aria-hidden="true">{SIGN[status]}</span>
      <span class={text ? '' : 'hidden'}>{WORD[status]}</span>
    </span>
  )
}
