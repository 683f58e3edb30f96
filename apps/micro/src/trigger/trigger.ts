import { formatMoney } from '@micro/kernel'
import { parseApiKey } from '@micro/signing'
import { Option } from 'commander'
import { paymentsClient, requireApiKey } from '../session/api.ts'
import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure, usageFailure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { didYouMean } from '../shell/suggest.ts'
import { collectOverrides, overridden, type Override } from './override.ts'
import { perform, type Performed } from './perform.ts'
import { triggers, type TriggerCall } from './triggers.ts'

const names = Object.keys(triggers)

const listing = (): string[] => {
  const width = Math.max(...names.map((name) => name.length))
  return Object.entries(triggers).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
}

const pasts: Readonly<Record<string, string>> = { cancel: 'Canceled', create: 'Created', delete: 'Deleted' }

/** `capturePaymentIntent` → `Captured`. */
const pastOf = (operation: string): string => {
  const [verb = ''] = /^[a-z]+/.exec(operation) ?? []
  return pasts[verb] ?? `${verb.charAt(0).toUpperCase()}${verb.slice(1)}${verb.endsWith('e') ? 'd' : 'ed'}`
}

const sentence = ({ body = {} }: TriggerCall, { operation, id, charge, status, decline_code }: Performed): string => {
  const { amount, currency, payment_method: method } = body
  const over =
    typeof amount === 'number' && typeof currency === 'string' ? ` over ${formatMoney(BigInt(amount), currency)}` : ''
  const by = typeof method === 'string' ? ` with ${method}` : ''
  // A new one says nothing by its status that is not known.
  const isNew = operation.startsWith('create') && over !== ''
  const outcome = decline_code === undefined ? status : `declined (${decline_code})`
  const told = isNew || outcome === undefined ? '' : `: ${outcome}${charge === undefined ? '' : `, charge ${charge}`}`
  return `${pastOf(operation)} ${id}${over}${by}${told}.`
}

interface Flags {
  readonly list?: boolean
  readonly override?: readonly Override[]
}

const list = ({ terminal, json }: Context): void => {
  const all = Object.entries(triggers).map(([event, { summary }]) => ({ event, summary }))
  if (json) printJson(terminal, all)
  else
    createColumns(terminal, [{ heading: 'EVENT' }, { heading: 'WHAT IS DONE', cut: true }]).print(
      all.map(({ event, summary }) => [event, summary]),
    )
}

const run = async (context: Context, name: string, { override = [] }: Flags): Promise<void> => {
  const { terminal, version } = context
  const trigger = Object.hasOwn(triggers, name) ? triggers[name] : undefined
  if (trigger === undefined) {
    throw usageFailure([`There is no trigger '${name}'.${didYouMean(name, names)} There are:`, ...listing()].join('\n'))
  }
  const calls = overridden(trigger, override)
  const settings = await context.settings()
  const credential = requireApiKey(settings)
  if (parseApiKey(credential)?.mode === 'live')
    throw new Failure('Triggers make test payments; use a test key (sk_test_…), not a live one.')
  const payments = paymentsClient({ gatewayUrl: settings.gatewayUrl, version, credential })
  const [first, ...others] = calls
  const rest = [first, ...others].values()
  const done = await perform(calls, payments, (each) => {
    if (!context.json) terminal.out(sentence(rest.next().value ?? first, each))
  })
  if (context.json) printJson(terminal, { event: name, calls: done })
  else terminal.out(`Triggered ${terminal.paint('bold', name)}.`)
}

export const addTrigger = (program: MicroCommand, shell: Shell): void => {
  program
    .command('trigger')
    .argument('[event]', 'the event to cause')
    .examples(
      'micro trigger payment_intent.succeeded',
      'micro trigger payment_intent.succeeded --override payment_intent:amount=5000 --override payment_intent:metadata[order]=7',
      'micro trigger --list',
    )
    .summary('Cause an event by making test API calls')
    .description(
      ['Cause an event by making the API calls that lead to it, in test mode.', '', 'Events:', ...listing()].join('\n'),
    )
    .helpGroup('Webhook commands:')
    .option('--list', 'list the events there are triggers for')
    .addOption(
      new Option(
        '--override <call:name=value>',
        'another value for a parameter of a call; as often as you like',
      ).argParser(collectOverrides),
    )
    .action((name: string | undefined, flags: Flags, command: MicroCommand) => {
      const context = contextOf(shell, command)
      if (flags.list === true) return list(context)
      if (name === undefined) return command.error("error: missing required argument 'event'")
      return run(context, name, flags)
    })
}
