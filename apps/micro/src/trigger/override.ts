import { paymentsApi, type Api } from '@micro/contracts'
import { InvalidArgumentError } from 'commander'
import { jsonBody } from '../rest/json-body.ts'
import { collectPairs, type Pair } from '../rest/pairs.ts'
import { usageFailure } from '../shell/failure.ts'
import { didYouMean } from '../shell/suggest.ts'
import type { Trigger, TriggerCall } from './triggers.ts'

/** Another value for a parameter of one of a trigger's calls. */
export interface Override {
  /** `create_payment_intent`, or `payment_intent` for the call that creates it. */
  readonly call: string
  readonly pair: Pair
}

/** Collects `payment_intent:amount=5000`, given any number of times. @throws InvalidArgumentError */
export const collectOverrides = (text: string, before: readonly Override[] = []): Override[] => {
  const [, call, rest] = /^([a-z_]+):(.+)$/s.exec(text) ?? []
  const [pair] = rest === undefined ? [] : collectPairs(rest)
  if (call === undefined || pair === undefined)
    throw new InvalidArgumentError('It must look like payment_intent:amount=5000.')
  return [...before, { call, pair }]
}

/** `createPaymentIntent` → `create_payment_intent`. */
const callName = ({ operation }: TriggerCall): string =>
  operation.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const namesOf = (call: TriggerCall): string[] => {
  const name = callName(call)
  return name.startsWith('create_') ? [name, name.slice('create_'.length)] : [name]
}

type Body = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

const merged = (below: Body, above: Body): Body => {
  const members = Object.entries(above).map(([name, value]) => {
    const under = below[name]
    return [name, isObject(value) && isObject(under) ? merged(under, value) : value] as const
  })
  return { ...below, ...Object.fromEntries(members) }
}

const withPairs = (call: TriggerCall, pairs: readonly Pair[]): TriggerCall => {
  if (pairs.length === 0) return call
  const api: Api = paymentsApi
  const above = JSON.parse(jsonBody(pairs, api[call.operation]?.body)) as Body
  return { ...call, body: merged(call.body ?? {}, above) }
}

/** The calls with other values in them. @throws Failure (2) when the trigger has no such call */
export const overridden = ({ calls }: Trigger, overrides: readonly Override[]): Trigger['calls'] => {
  const known = calls.flatMap(namesOf)
  for (const { call } of overrides)
    if (!known.includes(call))
      throw usageFailure(`This trigger has no call '${call}'.${didYouMean(call, known)} It has: ${known.join(', ')}.`)
  const change = (call: TriggerCall): TriggerCall => {
    const own = overrides.filter((each) => namesOf(call).includes(each.call))
    return withPairs(
      call,
      own.map(({ pair }) => pair),
    )
  }
  const [first, ...others] = calls
  return [change(first), ...others.map(change)]
}
