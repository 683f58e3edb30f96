import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { lockedSecrets } from './lock.ts'
import { prepareSecrets, secretPaths } from './prepare.ts'
import { giveTo, inside, readSecretFile, secretFolder, writeSecretFile, type Owner } from './secret-file.ts'

interface Flags {
  readonly dir: string
  readonly owner?: Owner
}

const readOwner = (text: string): Owner => {
  const [, uid, gid] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? []
  if (uid === undefined || gid === undefined) throw new InvalidArgumentError('It must be two numbers, as in 1000:1000.')
  return { uid: Number(uid), gid: Number(gid) }
}

const prepare = async (directory: string, { owner, now }: { owner: Owner | undefined; now: Date }) => {
  const paths = secretPaths()
  const have = new Map<string, string>()
  for (const path of paths) {
    const text = await readSecretFile(inside(directory, path))
    if (text !== undefined) have.set(path, text)
  }
  const made = prepareSecrets(have, now)
  for (const folder of new Set(paths.map((path) => dirname(path)))) await secretFolder(inside(directory, folder))
  for (const [path, text] of made) await writeSecretFile(inside(directory, path), text)
  // Whoever keeps the folder in a checkout must not commit it by accident.
  if (!(await readdir(directory)).includes('.gitignore')) await writeSecretFile(join(directory, '.gitignore'), '*\n')
  if (owner !== undefined)
    for (const path of new Set(['.', ...paths.map((each) => dirname(each)), ...paths]))
      await giveTo(inside(directory, path), owner)
  return { made: [...made.keys()], kept: paths.filter((path) => !made.has(path)) }
}

const run = async ({ terminal, json, clock }: Context, { dir, owner }: Flags): Promise<void> => {
  const directory = resolve(dir)
  const { made, kept } = await lockedSecrets(directory, () => prepare(directory, { owner, now: clock.now() }))
  if (json) {
    printJson(terminal, { directory, made, kept })
    return
  }
  for (const path of made) terminal.out(`made  ${join(directory, path)}`)
  for (const path of kept) terminal.out(`kept  ${join(directory, path)}`)
  terminal.err(
    made.length === 0
      ? `The secrets in ${directory} are complete; nothing was changed.`
      : `The secrets in ${directory} are complete. Keep a copy where you keep backups, apart from the data.`,
  )
}

export const addSecretsInit = (secrets: MicroCommand, shell: Shell): void => {
  secrets
    .command('init')
    .examples('micro secrets init --dir /etc/micro', 'micro secrets init --dir ./secrets --owner 1000:1000')
    .summary('Make the secrets of an installation of separate services')
    .description(
      'Make the secrets of an installation whose services run as separate processes, one folder for each process. What is there already is kept. "micro up" needs none of this: it makes its own.',
    )
    .requiredOption('--dir <path>', 'the folder of the secrets')
    .option('--owner <uid:gid>', 'whom the files are to belong to, for containers; takes root', readOwner)
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
