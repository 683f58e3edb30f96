import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '@micro/client'
import { CliPairingParams, type authApi } from '@micro/contracts'
import { compileValidator, redactText } from '@micro/service'
import { sendJson } from '../answer.ts'
import { readBody } from '../read-body.ts'

const bodyBytesMax = 32 * 1024
const checkParams = compileValidator(CliPairingParams)

/** Where the auth service is asked to pair a device. */
export type Pairings = Pick<Client<typeof authApi>, 'openPairing'>

/** Answers `POST /stripecli/auth`, with which `stripe login` and `micro login` begin: where to log in, where to ask, what to compare. */
export const createPairingHandler =
  (pairings: Pairings) =>
  async (
    request: IncomingMessage,
    response: ServerResponse,
    { clientIp, origin }: { clientIp: string; origin: string },
  ): Promise<void> => {
    const body = await readBody(request, bodyBytesMax)
    checkParams(body, true)
    const { device_name = '', gives = 'key' } = body as CliPairingParams
    const opened = await pairings.openPairing({
      body: { device_name: redactText(device_name), client_ip: clientIp, gives },
    })
    sendJson(response, 200, {
      browser_url: `${origin}/stripecli/confirm/${opened.id}`,
      verification_code: opened.verification_code,
      // Stripe's command line knows only an address to ask at. Ours keeps its token out of every address, and so of every log.
      ...(gives === 'session' ? { token: opened.token } : { poll_url: `${origin}/stripecli/auth/${opened.token}` }),
    })
  }
