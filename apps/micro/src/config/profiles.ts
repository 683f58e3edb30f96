import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { printable } from '../shell/terminal.ts'
import { readSettingsFile } from '../settings/settings-file.ts'
import { mainSettingsPath, profileFile, profileOf, resolveSettings, type GlobalFlags } from '../settings/settings.ts'

interface Profile {
  readonly name: string
  readonly file: string
  readonly email: string | null
  readonly gateway_url: string
  readonly current: boolean
}

const columns = [
  { heading: 'PROFILE' },
  { heading: 'EMAIL', cut: true },
  { heading: 'GATEWAY', cut: true },
  { heading: '' },
]

const filesBeside = async (main: string): Promise<(readonly [name: string, file: string])[]> => {
  const pattern = profileFile(basename(main))
  const names = await readdir(dirname(main)).catch(() => [])
  const found = names.toSorted().flatMap((name) => {
    const profile = pattern.exec(name)?.[1]
    return profile === undefined ? [] : [[profile, join(dirname(main), name)] as const]
  })
  return [['default', main], ...found]
}

const run = async (context: Context, flags: GlobalFlags): Promise<void> => {
  const { terminal, environment, json } = context
  const current = profileOf(flags, environment) ?? 'default'
  const plain = { ...environment, apiKey: undefined, gatewayUrl: undefined }
  const profiles: Profile[] = []
  for (const [name, file] of await filesBeside(mainSettingsPath(flags, environment))) {
    const { stored, gatewayUrl } = resolveSettings({ color: true }, plain, await readSettingsFile(file, terminal.err))
    profiles.push({ name, file, email: stored.email ?? null, gateway_url: gatewayUrl, current: name === current })
  }
  if (json) printJson(terminal, profiles)
  else
    createColumns(terminal, columns).print(
      profiles.map((each) => [
        each.name,
        printable(each.email ?? ''),
        each.gateway_url,
        each.current ? '(in use)' : '',
      ]),
    )
}

export const addConfigProfiles = (config: MicroCommand, shell: Shell): void => {
  config
    .command('profiles')
    .examples('micro config profiles', 'micro login --profile shop')
    .summary('List profiles')
    .description(
      'List profiles: each is a login and settings of their own, made by whatever is first done with --profile NAME. MICRO_PROFILE names the one in use.',
    )
    .action((_flags: object, command: MicroCommand) =>
      run(contextOf(shell, command), command.optsWithGlobals<GlobalFlags>()),
    )
}
