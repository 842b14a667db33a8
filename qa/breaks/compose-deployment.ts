import { spawn } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../command.ts'
import { COMPOSE } from './break-matrix.ts'

const ENV_FILE = '.env'

/**
 * Deploys the compose file and the monitoring/ beside it of `folder` on the engine that is up; what differs from what runs is made anew.
 * Resolves with the reason when not all of it became healthy.
 */
export function deployCompose(folder: string): Promise<string | undefined> {
  // Docker Compose reads it in the folder of the project.
  const env = join(ROOT, ENV_FILE)
  if (folder !== ROOT && existsSync(env)) copyFileSync(env, join(folder, ENV_FILE))
  const args = [
    ...['run', '--silent', 'engine:docker', '--', 'compose', '--project-directory', folder, '--file', join(folder, COMPOSE)],
    ...['up', '--detach', '--wait'],
  ]
  const child = spawn('npm', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) =>
      resolve(code === 0 ? undefined : `docker compose up ended with ${code}: ${said.trim().split('\n').slice(-3).join('; ')}`),
    )
  })
}
