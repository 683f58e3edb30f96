import { gatewayApi } from '@micro/contracts'
import { addResource, type Resource } from '../resource/resource.ts'
import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { requestFields } from './fields.ts'
import { statusParameter } from './filters.ts'
import { addTail } from './tail.ts'

const logs: Resource = {
  name: 'logs',
  noun: 'request',
  group: 'Webhook commands:',
  summary: 'See the last requests made to the API, or each as it comes',
  description:
    'See the requests made with the keys and sessions of your account: as they are answered, or the last ones. No header, query or body is shown, since none is kept.',
  examples: ['micro logs tail', 'micro logs list --status failed'],
  fields: requestFields,
  verbs: {
    list: {
      route: gatewayApi.listRequestLogs,
      summary: 'List the last requests, newest first',
      examples: [
        'micro logs list',
        'micro logs list --status 4xx --method POST --path "/v1/payment_intents*"',
        'micro logs list --from 2026-01-31 --json',
      ],
      replaces: ['status'],
      extra: [statusParameter],
    },
    show: {
      route: gatewayApi.retrieveRequestLog,
      summary: 'Show one of the last requests',
      examples: ['micro logs show req_0Vc3N4ZyoDK7iaUmKbGDZe2R', 'micro logs show req_0Vc3N4ZyoDK7iaUmKbGDZe2R --json'],
    },
  },
}

export const addLogs = (program: MicroCommand, shell: Shell): void => addTail(addResource(program, shell, logs), shell)
