import { clockAheadSecondsMax, paymentsApi, type MerchantClock } from '@micro/contracts'
import { fromUnixSeconds } from '@micro/kernel'
import { Option } from 'commander'
import { ageOf } from '../reconcile/age.ts'
import { readFrom } from '../ledger/times.ts'
import type { MicroCommand } from '../shell/command.ts'
import type { Context, Shell } from '../shell/shell.ts'
import { durationParameter } from '../resource/parameter.ts'
import { addResource, type Resource, type Thing } from '../resource/resource.ts'

const drawClock = ({ terminal }: Context, answer: Thing): void => {
  const { now, ahead_seconds } = answer as unknown as MerchantClock
  const ahead = ahead_seconds === 0 ? 'as it really is' : `${ageOf(ahead_seconds)} ahead`
  terminal.out(`${fromUnixSeconds(now).toISOString().slice(0, 19)}Z (${ahead})`)
}

const clock: Resource = {
  name: 'clock',
  noun: 'clock',
  group: 'Payment commands:',
  summary: 'Put the time of test mode forward',
  description:
    'Put your time in test mode forward, so that in a minute one sees what else takes days: funds that become available, payouts that arrive, holds and disputes that end.',
  examples: ['micro clock', 'micro clock advance --by 7d'],
  fields: [],
  verbs: {
    show: {
      route: paymentsApi.retrieveMerchantClock,
      summary: 'Show what time it is in test mode',
      examples: ['micro clock show'],
      isDefault: true,
      show: drawClock,
    },
    advance: {
      route: paymentsApi.advanceMerchantClock,
      summary: 'Put the time of test mode forward, for good',
      examples: ['micro clock advance --by 7d', 'micro clock advance --to 2027-01-31'],
      extra: [
        durationParameter('advance_by', {
          flag: '--by',
          text: 'by so long, such as 2d or 12h',
          max: clockAheadSecondsMax,
        }),
        {
          option: new Option('--to <time>', 'to this time, later than it is now').argParser(readFrom),
          pairs: (value) => [['to', String(value)]],
        },
      ],
      replaces: ['advance_by', 'to'],
      show: drawClock,
    },
  },
}

export const addClock = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, clock)
