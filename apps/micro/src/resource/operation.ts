import { takesExpand, type Route } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, type Context, type Shell } from '../shell/shell.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags, type PageQuery } from '../ledger/pages.ts'
import { askToGoOn } from '../rest/live.ts'
import { callOf, dataOption, expandOption, withWriteFlags, type CallFlags } from '../rest/options.ts'
import { call, type Call } from '../rest/send.ts'
import type { Pair } from '../rest/pairs.ts'
import { drawList, drawOne } from './draw.ts'
import type { Parameter } from './parameter.ts'
import { pairsOf, parametersOf } from './parameters.ts'
import type { Resource, Thing, Verb } from './resource.ts'

interface Flags extends CallFlags, ListFlags, Readonly<Record<string, unknown>> {}

interface Added {
  readonly name: string
  readonly verb: Verb
  readonly resource: Resource
}

interface Page {
  readonly data: readonly (Thing & { readonly id: string })[]
  readonly has_more: boolean
}

const isList = ({ response }: Route): boolean => 'has_more' in ((response as { properties?: object }).properties ?? {})

/** Some lists are short, and answered whole. */
const isPaged = ({ query }: Route): boolean =>
  'limit' in ((query as { properties?: object } | undefined)?.properties ?? {})

const pathOf = ({ path }: Route, id: string | undefined): string =>
  id === undefined ? path : path.replace(':id', encodeURIComponent(id))

const list = async (context: Context, { verb, resource }: Added, one: Call, flags: Flags): Promise<void> => {
  const ask = async (query: PageQuery | Record<string, never>): Promise<Page> => {
    const pairs: Pair[] = [...one.pairs, ...Object.entries(query).map(([key, value]): Pair => [key, String(value)])]
    return (await call(context, { ...one, pairs })) as unknown as Page
  }
  const listed = isPaged(verb.route) ? await listUpTo(ask, flags) : { items: [...(await ask({})).data], left: false }
  const { fields, noun } = verb.of ?? resource
  if (verb.show !== undefined && !context.json) verb.show(context, { data: listed.items })
  else
    drawList(context, listed.items, {
      fields,
      none: `There are no such ${noun.endsWith('y') ? `${noun.slice(0, -1)}ie` : noun}s.`,
    })
  tellOfMore(context.terminal, listed)
}

const run = async (context: Context, added: Added, asked: { id?: string; flags: Flags; parameters: Parameter[] }) => {
  const { verb, resource } = added
  const { id, flags, parameters } = asked
  const given = callOf(flags)
  const { method } = verb.route
  const path = pathOf(verb.route, id)
  const one: Call = {
    ...given,
    method,
    path,
    bodySchema: verb.route.body,
    pairs: [...pairsOf(parameters, flags), ...given.pairs],
  }
  if (isList(verb.route)) return list(context, added, one, flags)
  if (verb.asks === true && flags.yes !== true && flags.live !== true && context.stdin.isTTY === true)
    await askToGoOn(context, `${method} ${path}?`)
  const answer = await call(context, one)
  if (verb.show !== undefined && !context.json) verb.show(context, answer)
  else drawOne(context, answer, (verb.of ?? resource).fields)
  verb.judge?.(answer)
}

/** Adds one command: its flags are those of the operation's contract. */
export const addOperation = (group: MicroCommand, shell: Shell, added: Added): void => {
  const { name, verb, resource } = added
  const { route } = verb
  const parameters = [...parametersOf(route, verb.replaces), ...(verb.extra ?? [])]
  const command = group
    .command(name, verb.isDefault === true ? { isDefault: true } : {})
    .examples(...verb.examples)
    .summary(verb.summary)
    .description(route.summary)
  const takesId = route.path.includes(':id')
  if (takesId) command.argument('<id>', `the id of the ${(verb.of ?? resource).noun}`)
  for (const { option } of parameters) command.addOption(option)
  if (isPaged(route)) withListFlags(command)
  if (route.method !== 'DELETE') command.addOption(dataOption())
  if (route.method !== 'DELETE' && takesExpand(route)) command.addOption(expandOption())
  if (route.method === 'GET') command.option('--live', 'work in live mode, with the live key')
  else withWriteFlags(command)
  command.action((...args: unknown[]) => {
    const own = args.at(-1) as MicroCommand
    const flags = args.at(-2) as Flags
    return run(contextOf(shell, own), added, { ...(takesId ? { id: args[0] as string } : {}), flags, parameters })
  })
}
