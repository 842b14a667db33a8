import type { Undo, UndoDriver } from '../undo.ts'
type JvmUndo = Extract<Undo, { driver: 'jvm' }>
export const jvmUndo: UndoDriver<JvmUndo> = {
  async restore() { throw new Error('not yet') },
  async readBack() { return 'not yet' },
}
