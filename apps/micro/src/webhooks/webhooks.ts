import { secretGraceSeconds, webhookDeliveriesApi, webhookEndpointsApi, type WebhookTest } from '@micro/contracts'
import { Option } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import type { Context, Shell } from '../shell/shell.ts'
import { printable } from '../shell/terminal.ts'
import { durationParameter, type Parameter } from '../resource/parameter.ts'
import { addResource, type Resource, type Thing } from '../resource/resource.ts'
import { attempts, deliveries, endpointFields } from './fields.ts'

const id = 'we_0Vc3N4ZyoDK7iaUmKbGDZe2R'
const delivery = 'dlv_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const typesFlag = (text: string): Parameter => ({
  option: new Option('--events <types>', text),
  pairs: (value) =>
    String(value)
      .split(',')
      .map((type) => ['enabled_events[]', type.trim()] as const),
})

const drawTest = ({ terminal }: Context, answer: Thing): void => {
  const { event_type, webhook_endpoint, result } = answer as unknown as WebhookTest
  const { delivered, status, duration_ms, response } = result
  const outcome = terminal.paint(delivered ? 'green' : 'red', `[${status ?? 'ERROR'}]`)
  terminal.out(`${outcome} ${event_type} to ${webhook_endpoint} (${duration_ms} ms)`)
  if (response !== null && response.body !== '') terminal.out(printable(response.body).slice(0, 500))
}

const judgeTest = (answer: Thing): void => {
  const { result } = answer as unknown as WebhookTest
  if (!result.delivered) throw new Failure(printable(result.error ?? 'It was not delivered.'))
}

const webhooks: Resource = {
  name: 'webhooks',
  noun: 'webhook endpoint',
  group: 'Webhook commands:',
  summary: 'Have events sent to a URL, and see what became of them',
  description: 'Have events sent to a URL, signed, and see what was sent and answered.',
  examples: [
    'micro webhooks create --url https://example.com/hooks --events "payment_intent.*,charge.refunded"',
    'micro webhooks deliveries --status failed',
  ],
  fields: endpointFields,
  verbs: {
    list: {
      route: webhookEndpointsApi.listWebhookEndpoints,
      summary: 'List webhook endpoints, newest first',
      examples: ['micro webhooks list', 'micro webhooks list --json'],
    },
    show: {
      route: webhookEndpointsApi.retrieveWebhookEndpoint,
      summary: 'Show one endpoint',
      examples: [`micro webhooks show ${id}`],
    },
    create: {
      route: webhookEndpointsApi.createWebhookEndpoint,
      summary: 'Have events sent to a URL; tells the secret, once',
      examples: [
        'micro webhooks create --url https://example.com/hooks --events "*"',
        'micro webhooks create --url https://example.com/hooks --events "charge.*" -d delivery[order]=strict',
      ],
      replaces: ['enabled_events', 'connect'],
      extra: [typesFlag('which event types, separated by commas; charge.* works, * is all (required)')],
    },
    update: {
      route: webhookEndpointsApi.updateWebhookEndpoint,
      summary: 'Change an endpoint, disable it or enable it again',
      examples: [
        `micro webhooks update ${id} --disabled`,
        `micro webhooks update ${id} -d disabled=false --events "*"`,
      ],
      replaces: ['enabled_events'],
      extra: [typesFlag('which event types, separated by commas')],
    },
    delete: {
      route: webhookEndpointsApi.deleteWebhookEndpoint,
      summary: 'Delete an endpoint',
      examples: [`micro webhooks delete ${id} --yes`],
      asks: true,
    },
    test: {
      route: webhookEndpointsApi.testWebhookEndpoint,
      summary: 'Send a ping there now, and show the answer',
      examples: [`micro webhooks test ${id}`],
      show: drawTest,
      judge: judgeTest,
    },
    rotate: {
      route: webhookEndpointsApi.rotateWebhookSecret,
      summary: 'Give an endpoint a new secret; tells it, once',
      examples: [`micro webhooks rotate ${id}`, `micro webhooks rotate ${id} --expires-in 2h`],
      replaces: ['expires_in'],
      extra: [
        durationParameter('expires_in', {
          flag: '--expires-in',
          text: `how long the secret before goes on signing, too, at most 7d (default "${secretGraceSeconds / 3600}h")`,
          max: 7 * 86_400,
        }),
      ],
    },
    deliveries: {
      route: webhookDeliveriesApi.listWebhookDeliveries,
      summary: 'List what was sent, and what is still to be',
      examples: [
        'micro webhooks deliveries',
        `micro webhooks deliveries --webhook-endpoint ${id} --status failed --from 2026-01-31`,
      ],
      of: deliveries,
    },
    attempts: {
      route: webhookDeliveriesApi.listWebhookAttempts,
      summary: 'Show what was asked and answered each time',
      examples: [`micro webhooks attempts ${delivery}`, `micro webhooks attempts ${delivery} --json`],
      of: attempts,
    },
    retry: {
      route: webhookDeliveriesApi.resendWebhookDelivery,
      summary: 'Send one delivery again, now',
      examples: [`micro webhooks retry ${delivery}`],
      of: deliveries,
    },
  },
}

export const addWebhooks = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, webhooks)
