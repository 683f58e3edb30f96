import type { IncomingMessage, ServerResponse } from 'node:http'
import { apiVersion, CliSessionParams, type MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { compileValidator, redactText } from '@micro/service'
import { listenerSecret } from '@micro/signing'
import { sendJson } from '../answer.ts'
import { readBody } from '../read-body.ts'
import { readFilters } from '../request-log/request-log.ts'
import { checkFeatures } from './feature-access.ts'
import type { CliSessions } from './sessions.ts'
import { hashOf, newWebSocketId, sealCredential } from './websocket-id.ts'
import { subscribePath } from './upgrade.ts'

const bodyBytesMax = 32 * 1024
/**
 * The client renews its connection that often, in seconds, and is away for one of them: nothing is lost by it, but what
 * happens meanwhile comes later.
 */
const reconnectSeconds = 3_600

const checkParams = compileValidator(CliSessionParams)

/** Who asked, and under which address they reached the gateway. */
export interface SessionCaller {
  readonly principal: MerchantPrincipal
  readonly credential: string
  /** `http://127.0.0.1:8080` */
  readonly origin: string
}

/** Events of the second generation are another API's, which Micro has not: who asks for nothing else would wait in vain. */
const featuresOf = ({ websocket_features: asked = ['webhooks'] }: CliSessionParams) => {
  if (asked.every((feature) => feature === 'v2_events'))
    throw new Fault('parameter_invalid', {
      param: 'websocket_features',
      reason: 'there are no thin events here: listen to snapshot events (--events, --all-snapshot)',
    })
  return asked
}

/** Answers `POST /v1/stripecli/sessions`, with which `stripe listen` and `stripe logs tail` begin. */
export const createSessionHandler =
  (sessions: Pick<CliSessions, 'openCliSession'>) =>
  async (request: IncomingMessage, response: ServerResponse, caller: SessionCaller): Promise<void> => {
    const body = await readBody(request, bodyBytesMax)
    checkParams(body, true)
    const params = body as CliSessionParams
    const features = featuresOf(params)
    checkFeatures(features, caller.principal, caller.credential)
    // What is kept of it is no place for secrets or card numbers.
    const [device_name, filters] = [redactText(params.device_name ?? ''), redactText(params.filters ?? '')]
    readFilters(filters)
    const { principal, credential, origin } = caller
    const id = newWebSocketId()
    await sessions.openCliSession({
      body: {
        websocket_hash: hashOf(id),
        sealed_credential: sealCredential(id, credential),
        merchant: principal.merchant,
        mode: principal.mode,
        key_id: principal.keyId ?? '',
        device_name,
        features,
        filters,
      },
    })
    sendJson(response, 200, {
      websocket_id: id,
      websocket_url: `${origin.replace(/^http/, 'ws')}${subscribePath}/${principal.merchant}`,
      websocket_authorized_feature: features.includes('request_logs') ? 'request-logs' : 'webhook-payloads',
      reconnect_delay: reconnectSeconds,
      secret: listenerSecret(credential),
      default_version: apiVersion,
      latest_version: apiVersion,
      display_connect_filter_warning: false,
    })
  }
