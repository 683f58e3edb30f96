import { Argument } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, type Shell } from '../shell/shell.ts'
import { completionScripts } from './scripts.ts'
import { placesOf } from './tree.ts'

export const addCompletion = (program: MicroCommand, shell: Shell): void => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(completionScripts)))
    .examples(
      'source <(micro completion bash)',
      'micro completion zsh >"${fpath[1]}/_micro"',
      'micro completion fish >~/.config/fish/completions/micro.fish',
    )
    .summary('Print what teaches your shell these commands')
    .description('Print a script that completes commands and flags in bash, zsh or fish.')
    .helpGroup('Other commands:')
    .action((name: keyof typeof completionScripts, _flags: object, command: MicroCommand) => {
      const script = completionScripts[name](placesOf(program))
      contextOf(shell, command).terminal.out(script.trimEnd())
    })
}
