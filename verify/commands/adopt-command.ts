import { resolve } from 'node:path'
import { Command } from 'commander'
import type { HealthCheck } from '../../chaos/drivers/process.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'

/** `firedrill adopt`: 0 written, 2 the command line is wrong, 3 it cannot be adopted, and nothing was written. */
export function adoptCommand(io: CommandIo): Command {
  return new Command('adopt')
    .description(
      'write the record of a process that runs, by which a target file lets faults kill, pause and start it again; touches no process',
    )
    .argument('<pid>', 'the process')
    .argument('<record>', 'file that is written, mode 0600: the environment of the process may hold secrets')
    .argument('[command...]', 'behind --: how it is started, where it does not show that itself')
    .requiredOption(
      '--health <address>',
      'http://HOST:PORT/PATH or HOST:PORT of the process: refuses when it is dead, answers when it is back',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill adopt $(cat shop.pid) run/shop.json --health http://127.0.0.1:8181/\n  firedrill adopt 4242 run/redis.json --health 127.0.0.1:6379 -- redis-server --port 6379\n\nIn the target file: parts: { shop: { process: { recordFile: run/shop.json } } } (docs/target-file.md)',
    )
    .action(async (pid: string, record: string, command: string[], { health }: { health: string }) => {
      if (!/^[1-9]\d*$/.test(pid))
        throw new FiredrillError('BAD_OPTION', `${JSON.stringify(pid)} is no pid`, { next: 'Give a number: adopt 4242.' })
      const recordFile = resolve(io.cwd, record)
      const { adoptProcess } = await import('../../chaos/drivers/adopt-process.ts')
      const { name } = await adoptProcess({
        ...{ pid: Number(pid), recordFile, health: healthOf(health) },
        ...(command.length === 0 ? {} : { command }),
        env: Object.fromEntries(Object.entries(io.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
      })
      io.stdout(`${recordFile}: ${name}, pid ${pid}\n`)
    })
}

function healthOf(address: string): HealthCheck {
  const [, host, port] = /^([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(address) ?? []
  if (host !== undefined) return { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  // Its connections are http://'s alone.
  if (URL.canParse(address) && new URL(address).protocol === 'http:') return { kind: 'http', url: address }
  throw new FiredrillError('BAD_OPTION', `--health: ${JSON.stringify(address)} is no address`, {
    next: 'Give http://HOST:PORT/PATH or HOST:PORT.',
  })
}
