import { existsSync } from 'node:fs'
import { findTool } from '../../lab/tools/tools.ts'

/** The programs of the lab that `simulate` asks, by their files, as far as they are there. */
export function installedPrograms(): Partial<Record<(typeof ASKED)[number], string>> {
  return Object.fromEntries(
    ASKED.flatMap((id) => {
      const file = findTool(id)
      return file === undefined || !existsSync(file) ? [] : [[id, file]]
    }),
  )
}

const ASKED = ['promtool', 'amtool', 'alertmanager', 'loki', 'promtail'] as const
