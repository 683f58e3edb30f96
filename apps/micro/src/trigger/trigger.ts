import { formatMoney } from '@micro/kernel'
import { parseApiKey } from '@micro/signing'
import { paymentsClient, requireApiKey } from '../session/api.ts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure, usageFailure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { didYouMean } from '../shell/suggest.ts'
import { perform, type Performed } from './perform.ts'
import { triggers, type TriggerCall } from './triggers.ts'

const names = Object.keys(triggers)

const listing = (): string[] => {
  const width = Math.max(...names.map((name) => name.length))
  return Object.entries(triggers).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
}

const sentence = (call: TriggerCall | undefined, done: Performed): string => {
  const { payment_intent: id, charge, status, decline_code } = done
  if (call?.operation === 'createPaymentIntent') {
    return `Created ${id} over ${formatMoney(BigInt(call.body.amount), call.body.currency)}.`
  }
  if (call?.operation === 'cancelPaymentIntent') return `Canceled ${id}: ${status}.`
  const outcome = decline_code === undefined ? status : `declined (${decline_code})`
  return `Confirmed ${id} with ${call?.body.payment_method ?? ''}: ${outcome}${charge === null ? '' : `, charge ${charge}`}.`
}

const run = async (context: Context, name: string): Promise<void> => {
  const { terminal, version } = context
  const trigger = Object.hasOwn(triggers, name) ? triggers[name] : undefined
  if (trigger === undefined) {
    throw usageFailure([`There is no trigger '${name}'.${didYouMean(name, names)} There are:`, ...listing()].join('\n'))
  }
  const settings = await context.settings()
  const credential = requireApiKey(settings)
  if (parseApiKey(credential)?.mode === 'live')
    throw new Failure('Triggers make test payments; use a test key (sk_test_…), not a live one.')
  const payments = paymentsClient({ gatewayUrl: settings.gatewayUrl, version, credential })
  let step = 0
  const done = await perform(trigger.calls, payments, (each) => {
    if (!context.json) terminal.out(sentence(trigger.calls[step++], each))
  })
  if (context.json) printJson(terminal, { event: name, calls: done })
  else terminal.out(`Triggered ${terminal.paint('bold', name)}.`)
}

export const addTrigger = (program: MicroCommand, shell: Shell): void => {
  program
    .command('trigger')
    .argument('<event>', 'the event to cause')
    .examples('micro trigger payment_intent.succeeded')
    .summary('Cause an event by making test API calls')
    .description(
      ['Cause an event by making the API calls that lead to it, in test mode.', '', 'Events:', ...listing()].join('\n'),
    )
    .helpGroup('Webhook commands:')
    .action((name: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), name))
}
