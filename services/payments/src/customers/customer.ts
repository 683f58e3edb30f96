import type { Address, Body, Customer as WireCustomer, DeletedCustomer, paymentsApi, Tenant } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { addressOf, addressToWire, changedAddress, changedText } from '../address.ts'

type Shipping = Pick<NonNullable<WireCustomer['shipping']>, 'name' | 'phone'> & { readonly address: Address }

/** A customer as its row has it. */
export interface Customer extends Tenant {
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly description: string | null
  readonly address: Address | null
  readonly shipping: Shipping | null
  readonly metadata: Record<string, string>
  readonly preferred_locales: string[]
  readonly tax_exempt: WireCustomer['tax_exempt']
  readonly invoice_custom_fields: WireCustomer['invoice_settings']['custom_fields']
  readonly invoice_footer: string | null
  readonly default_payment_method: string | null
  readonly default_source: string | null
  readonly created_at: Date
  readonly deleted_at: Date | null
}

/** What a caller says of a customer, at its creation or later. */
export interface CustomerDetails extends Omit<Body<typeof paymentsApi.updateCustomer>, 'source' | 'metadata'> {
  /** As it is to be, merged already. */
  readonly metadata: Record<string, string>
}

const nothingKnown = {
  name: null,
  email: null,
  phone: null,
  description: null,
  address: null,
  shipping: null,
  metadata: {},
  preferred_locales: [],
  tax_exempt: 'none',
  invoice_custom_fields: null,
  invoice_footer: null,
  default_payment_method: null,
  default_source: null,
} as const satisfies Partial<Customer>

const shippingOf = ({
  address,
  name,
  phone,
}: Exclude<CustomerDetails['shipping'], '' | null | undefined>): Shipping => ({
  address: addressOf(address),
  name,
  phone: changedText(null, phone),
})

/** What is left out stays, and an empty text takes away. */
export const changeCustomer = (current: Customer, given: CustomerDetails): Customer => {
  const { shipping, invoice_settings: invoices, preferred_locales: locales, tax_exempt: taxExempt } = given
  const fields = invoices?.custom_fields
  return {
    ...current,
    name: changedText(current.name, given.name),
    email: changedText(current.email, given.email),
    phone: changedText(current.phone, given.phone),
    description: changedText(current.description, given.description),
    address: changedAddress(current.address, given.address),
    shipping: shipping === undefined ? current.shipping : shipping ? shippingOf(shipping) : null,
    metadata: given.metadata,
    preferred_locales: locales === undefined ? current.preferred_locales : locales.filter((locale) => locale !== ''),
    tax_exempt: taxExempt === undefined ? current.tax_exempt : taxExempt || 'none',
    invoice_custom_fields: fields === undefined ? current.invoice_custom_fields : fields || null,
    invoice_footer: changedText(current.invoice_footer, invoices?.footer),
    default_payment_method: changedText(current.default_payment_method, invoices?.default_payment_method),
  }
}

export const createCustomer = (identity: Tenant & { id: string; now: Date }, given: CustomerDetails): Customer =>
  changeCustomer(
    {
      ...nothingKnown,
      id: identity.id,
      merchant: identity.merchant,
      mode: identity.mode,
      created_at: identity.now,
      deleted_at: null,
    },
    given,
  )

/** A detached payment method is nobody's default; the same customer where it was none. */
export const forgetPaymentMethod = (customer: Customer, method: string): Customer =>
  customer.default_payment_method !== method && customer.default_source !== method
    ? customer
    : {
        ...customer,
        default_payment_method: customer.default_payment_method === method ? null : customer.default_payment_method,
        default_source: customer.default_source === method ? null : customer.default_source,
      }

/** The id stays, for what names it; nothing of what was known of the person does. */
export const deleteCustomer = (customer: Customer, now: Date): Customer => ({
  ...customer,
  ...nothingKnown,
  deleted_at: now,
})

/** The customer as the API and the events show it; the members stand in the contract's order. */
export const customerToWire = (customer: Customer): WireCustomer => {
  const { shipping, invoice_custom_fields: fields } = customer
  return {
    id: customer.id,
    object: 'customer',
    address: addressToWire(customer.address),
    balance: 0,
    created: unixSeconds(customer.created_at),
    currency: null,
    default_source: customer.default_source,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    invoice_prefix: null,
    invoice_settings: {
      custom_fields: fields?.map(({ name, value }) => ({ name, value })) ?? null,
      default_payment_method: customer.default_payment_method,
      footer: customer.invoice_footer,
      rendering_options: null,
    },
    livemode: customer.mode === 'live',
    metadata: customer.metadata,
    name: customer.name,
    next_invoice_sequence: 1,
    phone: customer.phone,
    preferred_locales: [...customer.preferred_locales],
    shipping:
      shipping === null
        ? null
        : {
            address: addressToWire(shipping.address) ?? addressOf({}),
            carrier: null,
            name: shipping.name,
            phone: shipping.phone,
            tracking_number: null,
          },
    tax_exempt: customer.tax_exempt,
    test_clock: null,
  }
}

export const deletedToWire = ({ id }: Customer): DeletedCustomer => ({ id, object: 'customer', deleted: true })
