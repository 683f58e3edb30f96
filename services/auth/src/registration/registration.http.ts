import type { authApi, Registration } from '@micro/contracts'
import { addMs, Fault, unixSeconds } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { requireOperator } from '../operators/require-operator.ts'
import { normalizeEmail } from '../users/user.ts'
import { selectUserByEmail } from '../users/user.store.ts'
import { invitationHash, invitationMs, newInvitation } from './invitation.ts'
import { saveInvitation, saveRegistration, selectRegistration } from './registration.store.ts'

const registrationToWire = (decided: boolean | null, configured: boolean): Registration => ({
  object: 'registration',
  open: decided ?? configured,
  decided_by: decided === null ? 'configuration' : 'operator',
})

export const registrationHandlers = ({
  db,
  clock,
  config,
  audit,
}: AuthDependencies): Pick<
  Handlers<typeof authApi>,
  'getRegistration' | 'updateRegistration' | 'createInvitation'
> => ({
  async getRegistration() {
    return registrationToWire(await selectRegistration(db.sql), config.registrationOpen)
  },

  async updateRegistration(call) {
    const { open } = call.body
    await db.transaction(async (sql) => {
      await requireOperator(sql, call.principal)
      await saveRegistration(sql, open)
      await audit(sql, call, { action: open ? 'registration.opened' : 'registration.closed', merchant: null })
    })
    return registrationToWire(open, config.registrationOpen)
  },

  async createInvitation(call) {
    const email = normalizeEmail(call.body.email)
    const token = newInvitation()
    const expires_at = addMs(clock.now(), invitationMs)
    await db.transaction(async (sql) => {
      const created_by = await requireOperator(sql, call.principal)
      if ((await selectUserByEmail(sql, email)) !== undefined) throw new Fault('email_taken', { param: 'email' })
      await saveInvitation(sql, { email, hash: invitationHash(token), created_by, expires_at })
      // The email is a stranger's until they register, and then it is the user's own row that has it.
      await audit(sql, call, { action: 'invitation.created', merchant: null })
    })
    return { object: 'invitation', email, expires: unixSeconds(expires_at), token }
  },
})
