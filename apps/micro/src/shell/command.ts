import { Command, type ErrorOptions, type Help, type Option } from 'commander'

/** A command that knows examples, and whose bare groups answer with their help, as Cobra's do. */
export class MicroCommand extends Command {
  exampleText = ''

  override createCommand(name?: string): MicroCommand {
    return new MicroCommand(name)
  }

  /** Lines to try, shown in the help. */
  examples(...lines: readonly string[]): this {
    this.exampleText = lines.map((line) => `  ${line}`).join('\n')
    return this
  }

  /** What was wrong, and where to look it up: at the command that was misused. */
  override error(message: string, options?: ErrorOptions): never {
    return super.error(`${message}\nRun '${pathOf(this)} --help' for usage.`, options)
  }

  // Asking for a group without naming one of its commands is a question, not a mistake.
  override help(): never {
    return super.help() as never
  }
}

/** Where a text would have less room than this it is not broken: that reads no better. */
const textCharsMin = 20

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`

const flagTerm = ({ short, long, flags }: Option): string => {
  const value = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]
  return `${short === undefined ? '    ' : `${short}, `}${long ?? ''}${value === undefined ? '' : ` ${value}`}`
}

const flagText = ({ description, argChoices, mandatory, defaultValue, negate }: Option): string => {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`
  const isPlain = defaultValue === undefined || negate || typeof defaultValue === 'boolean'
  return `${description}${choices}${mandatory ? ' (required)' : ''}${isPlain ? '' : ` (default "${String(defaultValue)}")`}`
}

/** Breaks a text between words, where a terminal is too narrow for it; what follows is indented. */
const wrapped = (text: string, width = Number.POSITIVE_INFINITY, indent = 0): string => {
  if (width - indent < textCharsMin) return text
  const lines = [indent === 0 ? '' : text.slice(0, indent)]
  for (const word of text.slice(indent).split(' ')) {
    const line = lines.at(-1) ?? ''
    const isFirst = line.length === 0 || line.length === indent
    if (isFirst || line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line}${isFirst ? '' : ' '}${word}`
    else lines.push(' '.repeat(indent) + word)
  }
  return lines.join('\n')
}

/** Lines that are indented are laid out as they are meant. */
const wrappedLines = (text: string, width: number | undefined): string =>
  text
    .split('\n')
    .map((line) => (line.startsWith('  ') ? line : wrapped(line, width)))
    .join('\n')

const columns = (items: readonly (readonly [string, string])[], { helpWidth }: Help): string[] => {
  const width = Math.max(...items.map(([term]) => term.length))
  return items.map(([term, text]) => wrapped(`  ${term.padEnd(width)}   ${text}`, helpWidth, width + 5))
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [title, ...lines, ''])

const commandSections = (command: Command, helper: Help): string[] => {
  const shown = helper.visibleCommands(command)
  const width = Math.max(0, ...shown.map((each) => each.name().length))
  const groups = Map.groupBy(shown, (each) => each.helpGroup() || 'Available Commands:')
  return [...groups].flatMap(([title, own]) =>
    section(
      title,
      columns(
        own.map((each) => [each.name().padEnd(width), each.summary() || each.description()]),
        helper,
      ),
    ),
  )
}

const usageLines = (command: Command): string[] => {
  const path = pathOf(command)
  const words = command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`))
  return command.commands.length > 0 ? [`  ${path} [command]`] : [`  ${[path, ...words, '[flags]'].join(' ')}`]
}

/** Help in the shape people know from Cobra's programs. */
const formatHelp = (command: Command, helper: Help): string => {
  const path = pathOf(command)
  const own = helper.visibleOptions(command)
  const inherited = helper.visibleGlobalOptions(command).filter(({ long }) => long !== '--version')
  const terms = (options: readonly Option[]) =>
    columns(
      options.map((option) => [flagTerm(option), flagText(option)]),
      helper,
    )
  return [
    wrappedLines(command.description(), helper.helpWidth),
    '',
    ...section('Usage:', usageLines(command)),
    ...section('Examples:', command instanceof MicroCommand && command.exampleText !== '' ? [command.exampleText] : []),
    ...commandSections(command, helper),
    ...section('Flags:', own.length === 0 ? [] : terms(own)),
    ...section('Global Flags:', inherited.length === 0 ? [] : terms(inherited)),
    ...(command.commands.length > 0
      ? [wrapped(`Use "${path} [command] --help" for more information about a command.`, helper.helpWidth), '']
      : []),
  ].join('\n')
}

export const helpShape: Partial<Help> = { showGlobalOptions: true, formatHelp }
