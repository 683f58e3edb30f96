import type { User } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** A user together with the merchant they own. */
export interface UserRow {
  id: string
  email: string
  password_hash: string
  operator: boolean
  disabled_at: Date | null
  created_at: Date
  merchant: string
}

/** The one form in which an email address is stored, looked up and throttled. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase().normalize('NFC')

export const userToWire = (row: UserRow): User => ({
  id: row.id,
  object: 'user',
  email: row.email,
  merchant: row.merchant,
  operator: row.operator,
  created: unixSeconds(row.created_at),
})
