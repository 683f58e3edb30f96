import { gatewayApi, type RequestLogFilter } from '@micro/contracts'
import { InvalidArgumentError, Option } from 'commander'
import { pairsOf, parametersOf } from '../resource/parameters.ts'
import type { Parameter } from '../resource/parameter.ts'

const readStatus = (text: string): string => {
  const status = text.toLowerCase()
  if (!/^([1-5]\d\d|[1-5]xx|succeeded|failed)$/.test(status))
    throw new InvalidArgumentError('It must be such as 402, 4xx, succeeded or failed.')
  return status
}

export const statusParameter: Parameter = {
  option: new Option('--status <status>', 'only such as 402, 4xx, succeeded or failed').argParser(readStatus),
  pairs: (value) => [['status', String(value)]],
}

/** What `tail` takes: as `list`, but for a time. */
export const tailParameters: readonly Parameter[] = [
  ...parametersOf(gatewayApi.listRequestLogs, ['status', 'created']),
  statusParameter,
]

/** What the flags of `tail` ask for. */
export const filterOf = (flags: Readonly<Record<string, unknown>>): RequestLogFilter =>
  Object.fromEntries(pairsOf(tailParameters, flags))
