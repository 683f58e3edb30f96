import type { MicroCommand } from '../shell/command.ts'
import { usageFailure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { didYouMean } from '../shell/suggest.ts'
import { readInstance } from '../running/instance.ts'

const services = ['auth', 'payments', 'ledger', 'events'] as const

const run = async ({ terminal, json }: Context, service: string, dataDir: string): Promise<void> => {
  if (!services.some((name) => name === service)) {
    throw usageFailure(
      `There is no database '${service}'. There are: ${services.join(', ')}.${didYouMean(service, services)}`,
    )
  }
  const database = (await readInstance(dataDir)).databases[service]
  if (database === undefined) throw usageFailure(`The Micro running on ${dataDir} has no database '${service}'.`)
  const url = database.reader_url ?? database.url
  if (json) printJson(terminal, { service, url })
  else terminal.out(url)
}

export const addDbUrl = (db: MicroCommand, shell: Shell): void => {
  db.command('url')
    .argument('<service>', services.join(', '))
    .examples('micro db url payments', 'psql "$(micro db url ledger)"')
    .summary("Print the address of a service's database")
    .description(
      `Print the address of a service's database, with a role that can only read. Services: ${services.join(', ')}.`,
    )
    .option('--data-dir <path>', 'the data directory that "micro up" was given', '.micro')
    .action((service: string, { dataDir }: { dataDir: string }, command: MicroCommand) =>
      run(contextOf(shell, command), service, dataDir),
    )
}
