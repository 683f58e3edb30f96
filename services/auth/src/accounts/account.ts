import type { Account, Mode } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** A merchant, with what is known of it by its owner. */
export interface MerchantRow {
  id: string
  default_currency: string
  created_at: Date
  email: string
}

export const accountToWire = (merchant: MerchantRow, mode: Mode): Account => {
  // The simulator is always there; of live money nobody takes care yet.
  const enabled = mode === 'test'
  return {
    id: merchant.id,
    object: 'account',
    business_profile: null,
    business_type: null,
    capabilities: { card_payments: enabled ? 'active' : 'inactive' },
    charges_enabled: enabled,
    country: null,
    created: unixSeconds(merchant.created_at),
    default_currency: merchant.default_currency,
    details_submitted: true,
    email: merchant.email,
    metadata: {},
    payouts_enabled: enabled,
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: merchant.email, timezone: 'Etc/UTC' },
      payments: {
        statement_descriptor: null,
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
    },
    type: 'standard',
  }
}
