import type { authApi, MerchantPrincipal, Pairing } from '@micro/contracts'
import { assert, Fault, unixSeconds } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { lockLiveSession } from '../logins/session.store.ts'
import { lockEnabledUser } from '../users/user.store.ts'
import { findOpenPairing } from './open-pairing.ts'
import { hasWords, pairingMissing, type PairingRow } from './pairing.ts'
import { approvePairing, deleteOpenPairing } from './pairing.store.ts'

const pairingToWire = (row: PairingRow, clientIp: string): Pairing => ({
  id: row.id,
  object: 'pairing',
  gives: row.gives,
  device_name: row.device_name,
  client_ip: row.client_ip,
  your_ip: clientIp === '' ? null : clientIp,
  created: unixSeconds(row.created_at),
  expires: unixSeconds(row.expires_at),
})

/** Who sits in a session. */
const personOf = ({ user, session, merchant }: MerchantPrincipal) => {
  assert(user !== undefined && session !== undefined, 'a session principal names no session or user')
  return { user, session, merchant }
}

/** Letting devices in, or not, by somebody who is logged in already; pairing.http.ts has the way by a password. */
export const pairingAnswerHandlers = ({
  db,
  clock,
  log,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'retrievePairing' | 'approvePairing' | 'refusePairing'> => ({
  retrievePairing: async ({ params, clientIp }) =>
    pairingToWire(await findOpenPairing({ db, clock }, params.id), clientIp),

  async approvePairing(call) {
    const { params, body, inClear } = call
    const { user, session, merchant } = personOf(call.principal)
    const pairing = await findOpenPairing({ db, clock }, params.id)
    const { id, gives } = pairing
    // A page may have stood there since before somebody else signed in at the same browser.
    if (body.merchant !== merchant) throw new Fault('signed_in_as_another', { merchant, named: body.merchant })
    // Whoever was sent here by a stranger has a click to give, but no terminal that shows these.
    if (!hasWords(pairing, body.verification_code))
      throw new Fault('verification_code_wrong', { param: 'verification_code' })
    // Whoever overheard the cookie could open what it does not: a session that works over TLS as well, and for longer.
    if (gives === 'session' && inClear) throw new Fault('live_requires_tls')
    await db.transaction(async (sql) => {
      const now = clock.now()
      // Whoever ends all others forgets what was let in from them: this must not slip in behind it.
      const holds =
        (await lockEnabledUser(sql, user)) && (await lockLiveSession(sql, { id: session, user, merchant, now }))
      if (!holds) throw new Fault('session_invalid')
      if (!(await approvePairing(sql, { id, user, session, now }))) throw pairingMissing(id)
      const detail = { gives, session, device_ip: pairing.client_ip }
      await audit(sql, call, { action: 'pairing.approved', subject: id, detail })
    })
    log.info({ pairing: id, merchant, user, session }, 'pairing.approved')
    return { id, object: 'pairing', answer: 'let_in' }
  },

  async refusePairing({ principal, params }) {
    const { user, merchant } = personOf(principal)
    const { id } = await findOpenPairing({ db, clock }, params.id)
    if (!(await deleteOpenPairing(db.sql, { id, now: clock.now() }))) throw pairingMissing(id)
    log.info({ pairing: id, merchant, user }, 'pairing.refused')
    return { id, object: 'pairing', answer: 'refused' }
  },
})
