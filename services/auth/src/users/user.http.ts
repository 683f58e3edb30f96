import type { authApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import { apiKeyToWire } from '../api-keys/api-key.ts'
import { insertApiKey, selectApiKey } from '../api-keys/api-key.store.ts'
import { selectPublishableKey } from '../api-keys/publishable-key.store.ts'
import { issuePublishableKey } from '../api-keys/publishable-key.work.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { invitationHash } from '../registration/invitation.ts'
import { selectRegistration, takeInvitation } from '../registration/registration.store.ts'
import { normalizeEmail, userToWire, type UserRow } from './user.ts'
import { claimOperator, insertMerchant, insertUser, selectMerchantOwner, selectUser } from './user.store.ts'

export const userHandlers = ({
  db,
  clock,
  newId,
  log,
  config,
  hasher,
  audit,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'registerUser' | 'getMe'> => ({
  async registerUser(call) {
    const { invitation, password } = call.body
    const email = normalizeEmail(call.body.email)
    const open = invitation !== undefined || ((await selectRegistration(db.sql)) ?? config.registrationOpen)
    if (!open) throw new Fault('registration_closed')
    // Hashed before the email is looked at, so that a taken one takes as long.
    const password_hash = await hasher.hash(password)
    const id = newId('user')
    const merchant = newId('merchant')
    const created_at = clock.now()
    const user = await db.transaction(async (sql): Promise<UserRow> => {
      if (invitation !== undefined) {
        const taken = await takeInvitation(sql, { email, hash: invitationHash(invitation), now: created_at })
        if (!taken) throw new Fault('invitation_invalid', { param: 'invitation' })
      }
      const operator = await claimOperator(sql, created_at)
      const row = { id, email, password_hash, operator, created_at }
      // Rolls the claim back, too.
      if (!(await insertUser(sql, row))) throw new Fault('email_taken', { param: 'email' })
      await insertMerchant(sql, { id: merchant, owner: id, created_at })
      for (const mode of ['test', 'live'] as const) {
        const given = { id: newId('api_key'), merchant, mode, name: null, created_by: id, now: created_at }
        await insertApiKey(sql, issuePublishableKey(config.peppers.current, given))
      }
      const detail = { operator, invited: invitation !== undefined }
      await audit(sql, call, { action: 'user.registered', by: { kind: 'user', id }, subject: id, merchant, detail })
      return { ...row, disabled_at: null, merchant }
    })
    log.info({ user: id, merchant, operator: user.operator }, 'user.registered')
    return userToWire(user)
  },

  async getMe({ principal }) {
    const { merchant, mode } = principal
    const publishable_key = (await selectPublishableKey(db.sql, { merchant, mode }))?.publishable_key ?? null
    if (principal.kind === 'api_key') {
      const [owner, key] = await Promise.all([
        selectMerchantOwner(db.sql, merchant),
        selectApiKey(db.sql, { id: principal.keyId ?? '', merchant }),
      ])
      assert(owner !== undefined && key !== undefined, 'an API key was verified that has no owner or no row')
      return { ...userToWire(owner), mode, api_key: apiKeyToWire(key), publishable_key }
    }
    const user = await selectUser(db.sql, { id: principal.user ?? '', merchant })
    if (user === undefined) throw new Fault('session_invalid')
    return { ...userToWire(user), mode, api_key: null, publishable_key }
  },
})
