// Writes docs/reference/cli.md: every command of `micro`, from the program itself.
import { createProgram } from '../apps/micro/src/program.ts'
import { MicroCommand } from '../apps/micro/src/shell/command.ts'
import { exitCodes, exitCodeTexts } from '../apps/micro/src/shell/exit-codes.ts'
import { written } from './written.ts'

type Command = ReturnType<typeof createProgram>['commands'][number]
type Option = Command['options'][number]

const silent = { write: () => {} }
const program = createProgram({
  environment: {
    apiKey: undefined,
    gatewayUrl: undefined,
    settingsPath: undefined,
    profile: undefined,
    colour: false,
    screen: false,
    inherited: {},
  },
  stdout: silent,
  stderr: silent,
  stdin: process.stdin,
  clock: { now: () => new Date(0) },
  version: '',
  programUrl: import.meta.url,
})

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')

const flagText = ({ description, argChoices, mandatory, defaultValue, negate }: Option): string => {
  const isPlain = defaultValue === undefined || negate || typeof defaultValue === 'boolean'
  return [
    description,
    ...(argChoices === undefined ? [] : [`: ${argChoices.join(', ')}`]),
    ...(mandatory ? [' (required)'] : []),
    ...(isPlain ? [] : [` (default ${String(defaultValue)})`]),
  ].join('')
}

const table = (head: string, rows: readonly (readonly [string, string])[]): string[] =>
  rows.length === 0
    ? []
    : [
        `| ${head} | |`,
        '| :--- | :--- |',
        ...rows.map(([term, text]) => `| \`${term.replaceAll('|', '\\|')}\` | ${cell(text)} |`),
        '',
      ]

const examplesOf = (command: Command): string[] => {
  const lines = command instanceof MicroCommand ? command.exampleText.split('\n').map((line) => line.trim()) : []
  return ['```sh', ...lines, '```', '']
}

const leaf = (command: Command): string[] => {
  const words = command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`))
  return [
    `### ${pathOf(command)}`,
    '',
    `\`${[pathOf(command), ...words, '[flags]'].join(' ')}\``,
    '',
    ...command
      .description()
      .split('\n')
      .flatMap((line) => (line.startsWith('  ') ? [`- ${cell(line.trim().replace(/ {2,}/, ': '))}`] : [line])),
    '',
    ...examplesOf(command),
    ...table(
      'Argument',
      command.registeredArguments.map((each) => [each.name(), each.description]),
    ),
    ...table(
      'Flag',
      command.options.map((option) => [option.flags, flagText(option)]),
    ),
  ]
}

const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)

const groups = Map.groupBy(
  program.commands.filter((each) => each.name() !== 'help'),
  (each) => each.helpGroup().replace(/:$/, ''),
)

const text = [
  '# micro, the command line',
  '',
  'Every command, made from the program itself by `make openapi`. `micro COMMAND --help` says the same in a terminal.',
  'From a clone it is `./micro`; `alias micro="$PWD/micro"` makes it `micro` in a terminal.',
  '',
  '## For all commands',
  '',
  ...table(
    'Flag',
    program.options.map((option) => [option.flags, flagText(option)]),
  ),
  'Data goes to standard output, everything said about it to standard error. On a terminal tables fit its width and times tell',
  'how long ago they were; elsewhere tables are whole and times are in UTC. With `--json` data is JSON. `NO_COLOR` is heard.',
  '',
  '| Environment | |',
  '| :--- | :--- |',
  '| `MICRO_API_KEY` | API key, instead of the one logged in with |',
  '| `MICRO_GATEWAY_URL` | address of the gateway |',
  '| `MICRO_PROFILE` | profile, as `--profile` |',
  '| `MICRO_CONFIG` | settings file, as `--config` |',
  '| `NO_COLOR` | print without colour |',
  '',
  'A flag beats the environment beats the file. A profile `shop` has a file of its own beside it, `~/.micro.shop.yaml`.',
  '',
  '## Exit codes',
  '',
  '| Code | |',
  '| :--- | :--- |',
  ...Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${exitCodeTexts[name as keyof typeof exitCodes]} |`),
  '',
  ...[...groups].flatMap(([title, commands]) => [`## ${title}`, '', ...commands.flatMap(leavesOf).flatMap(leaf)]),
]
await written('docs/reference/cli.md', `${text.join('\n').trimEnd()}\n`)
