import { setTimeout as sleep } from 'node:timers/promises'
import { everyScope, type authApi, type Response } from '@micro/contracts'
import { addMs, Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { redactText, type Handlers } from '@micro/service'
import { selectPublishableKey } from '../api-keys/publishable-key.store.ts'
import { secretKeyMaker } from '../api-keys/secret-key.work.ts'
import type { AuditedCall } from '../audit/audit.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { createLoginCheck } from '../logins/check-login.ts'
import { createSessionOpener } from '../logins/open-session.ts'
import { lockPassword } from '../users/user.store.ts'
import { findOpenPairing } from './open-pairing.ts'
import { deviceNameOf, keyNameOf, keySeconds, pairingMissing, pairingMs, type PairingRow } from './pairing.ts'
import { newPairingToken, tokenHash } from './pairing-token.ts'
import { pairedPage, pairingPage } from './pairing.page.ts'
import {
  approvePairing,
  insertPairing,
  lockApproval,
  redeemPairing,
  selectPairingOfToken,
  type Owner,
} from './pairing.store.ts'
import { newVerificationCode } from './words.ts'

/** A device asks again a second after each answer: waiting keeps it within the limit of its address. */
const waitMs = 2_000
const lookMs = 500

type RedeemedKey = Response<(typeof authApi)['redeemPairing']>
type RedeemedSession = Response<(typeof authApi)['redeemSessionPairing']>

/** What was let in, and who did it. */
interface Taken {
  readonly pairing: PairingRow
  readonly owner: Owner
}

type Names = 'openPairing' | 'showPairing' | 'confirmPairing' | 'redeemPairing' | 'redeemSessionPairing'

/** What whoever logs in on the page is told there, and not in the form of the API. */
const toldOnPage: ReadonlySet<string> = new Set(['login_invalid', 'login_throttled', 'user_disabled'])

export const pairingHandlers = (deps: AuthDependencies): Pick<Handlers<typeof authApi>, Names> => {
  const { db, clock, newId, log, audit } = deps
  const logins = createLoginCheck(deps)
  const sessions = createSessionOpener(deps)
  const makeSecretKey = secretKeyMaker(deps)

  const findOpen = (id: string): Promise<PairingRow> => findOpenPairing({ db, clock }, id)

  const findOfToken = async (token: string, gives: PairingRow['gives']): Promise<PairingRow> => {
    const pairing = await selectPairingOfToken(db.sql, tokenHash(token))
    // The token is a secret: it is not repeated. What it gives is asked for in one way alone.
    if (pairing?.gives !== gives || pairing.redeemed_at !== null || pairing.expires_at <= clock.now())
      throw pairingMissing('of this token')
    return pairing
  }

  const untilApproved = async (token: string, gives: PairingRow['gives']): Promise<PairingRow> => {
    let pairing = await findOfToken(token, gives)
    for (let waited = 0; pairing.approved_at === null && waited < waitMs; waited += lookMs) {
      await sleep(lookMs)
      pairing = await findOfToken(token, gives)
    }
    return pairing
  }

  /** Gives a device what it was let in for, once; not redeemed for as long as nobody let it in. */
  const redeem = async <Given extends { readonly redeemed: boolean }>(
    { token, gives }: { token: string; gives: PairingRow['gives'] },
    give: (sql: Sql, taken: Taken) => Promise<Given>,
  ): Promise<Given | { redeemed: false }> => {
    const pairing = await untilApproved(token, gives)
    if (pairing.approved_at === null) return { redeemed: false }
    return db.transaction(async (sql) => {
      // A password change, or the end of the user or of the session that let it in, ends what it finds: this must not slip
      // in behind it.
      const asked = { id: pairing.id, now: clock.now() }
      const owner = (await lockApproval(sql, asked)) ? await redeemPairing(sql, asked) : undefined
      if (owner === undefined) throw pairingMissing('of this token')
      return give(sql, { pairing, owner })
    })
  }

  const sessionFor = async (sql: Sql, call: AuditedCall, { pairing, owner }: Taken): Promise<RedeemedSession> => {
    const opened = await sessions.open(sql, call, { ...owner, detail: { pairing: pairing.id } })
    return { redeemed: true, session: await sessions.tokensFor(opened) }
  }

  const keyFor = async (sql: Sql, call: AuditedCall, { pairing, owner }: Taken): Promise<RedeemedKey> => {
    const { user, merchant, email } = owner
    const { key } = await makeSecretKey(sql, call, {
      merchant,
      user,
      mode: 'test',
      name: keyNameOf(pairing),
      scopes: [everyScope],
      seconds: keySeconds,
      by: { kind: 'user', id: user },
    })
    const publishable = await selectPublishableKey(sql, { merchant, mode: 'test' })
    return {
      redeemed: true,
      account_id: merchant,
      account_display_name: email,
      testmode_key_secret: key,
      testmode_key_publishable: publishable?.publishable_key ?? '',
      livemode_key_secret: '',
      livemode_key_publishable: '',
      user_id: user,
    }
  }

  return {
    async openPairing({ body }) {
      const now = clock.now()
      const [id, token, verification_code] = [newId('pairing'), newPairingToken(), newVerificationCode()]
      await insertPairing(db.sql, {
        id,
        verification_code,
        token_hash: tokenHash(token),
        device_name: deviceNameOf(body.device_name, redactText),
        client_ip: body.client_ip === '' ? null : body.client_ip,
        gives: body.gives ?? 'key',
        created_at: now,
        expires_at: addMs(now, pairingMs),
      })
      return { id, token, verification_code }
    },

    showPairing: async ({ params, clientIp }) => pairingPage(await findOpen(params.id), { clientIp }),

    async confirmPairing(call) {
      const pairing = await findOpen(call.params.id)
      try {
        const user = await logins.check(call, call.body)
        const approved = await db.transaction(async (sql) => {
          if (!(await lockPassword(sql, { id: user.id, passwordHash: user.password_hash }))) return undefined
          const { id, gives, client_ip } = pairing
          const approves = await approvePairing(sql, { id, user: user.id, session: null, now: clock.now() })
          if (!approves) return false
          await audit(sql, call, {
            action: 'pairing.approved',
            by: { kind: 'user', id: user.id },
            merchant: user.merchant,
            subject: id,
            detail: { gives, session: null, device_ip: client_ip },
          })
          return true
        })
        if (approved === undefined) throw await logins.overtaken(call, user)
        if (!approved) throw pairingMissing(pairing.id)
        log.info({ pairing: pairing.id, merchant: user.merchant, user: user.id }, 'pairing.approved')
        return pairedPage(pairing)
      } catch (error) {
        if (!(error instanceof Fault) || !toldOnPage.has(error.code)) throw error
        const { clientIp } = call
        return pairingPage(pairing, {
          wrong: error.message,
          email: call.body.email,
          status: error.spec.status,
          clientIp,
        })
      }
    },

    redeemPairing: (call) => redeem({ token: call.params.id, gives: 'key' }, (sql, taken) => keyFor(sql, call, taken)),

    redeemSessionPairing: (call) =>
      redeem({ token: call.body.token, gives: 'session' }, (sql, taken) => sessionFor(sql, call, taken)),
  }
}
