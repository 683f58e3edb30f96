import Type, { type Static } from 'typebox'
import { Address, AddressParam } from './addresses.ts'
import {
  AnyId,
  Deleted,
  Exact,
  IdParam,
  List,
  listQuery,
  Metadata,
  MetadataUpdate,
  Nullable,
  pageQuery,
  SearchResult,
  searchQuery,
  Text,
  Timestamp,
  Unsettable,
} from './common.ts'
import { Expandable, NeverSet } from './expand.ts'
import { PaymentMethod, PaymentMethodType } from './payment-methods.ts'
import { route } from './route.ts'

const TaxExempt = Type.Union([Type.Literal('none'), Type.Literal('exempt'), Type.Literal('reverse')])

const Shipping = Type.Object({
  address: Address,
  carrier: Nullable(Type.String()),
  name: Type.String(),
  phone: Nullable(Type.String()),
  tracking_number: Nullable(Type.String()),
})

const CustomField = Type.Object({ name: Type.String(), value: Type.String() })

export const Customer = Type.Object({
  id: Type.String(),
  object: Type.Literal('customer'),
  address: Nullable(Address),
  balance: Type.Integer(),
  created: Timestamp,
  currency: Nullable(Type.String()),
  default_source: Expandable('payment_method'),
  delinquent: Type.Boolean(),
  description: Nullable(Type.String()),
  discount: Type.Null(),
  email: Nullable(Type.String()),
  invoice_prefix: Nullable(Type.String()),
  invoice_settings: Type.Object({
    custom_fields: Nullable(Type.Array(CustomField)),
    default_payment_method: Expandable('payment_method'),
    footer: Nullable(Type.String()),
    rendering_options: Type.Null(),
  }),
  livemode: Type.Boolean(),
  metadata: Metadata,
  name: Nullable(Type.String()),
  next_invoice_sequence: Type.Integer(),
  phone: Nullable(Type.String()),
  preferred_locales: Type.Array(Type.String()),
  shipping: Nullable(Shipping),
  tax_exempt: TaxExempt,
  test_clock: NeverSet('test_helpers.test_clock'),
})
export type Customer = Static<typeof Customer>

export const DeletedCustomer = Deleted('customer')
export type DeletedCustomer = Static<typeof DeletedCustomer>

/** What is told of a customer, and what each event shows. */
export const customerEvents = {
  'customer.created': Customer,
  'customer.updated': Customer,
  'customer.deleted': Customer,
} as const

const details = {
  address: Type.Optional(Unsettable(AddressParam)),
  description: Type.Optional(Unsettable(Text(5000))),
  email: Type.Optional(Unsettable(Text(512))),
  invoice_settings: Type.Optional(
    Exact({
      custom_fields: Type.Optional(
        Unsettable(Type.Array(Exact({ name: Text(40, 1), value: Text(140, 1) }), { maxItems: 4 })),
      ),
      default_payment_method: Type.Optional(Unsettable(AnyId)),
      footer: Type.Optional(Unsettable(Text(5000))),
    }),
  ),
  metadata: Type.Optional(MetadataUpdate),
  name: Type.Optional(Unsettable(Text(256))),
  phone: Type.Optional(Unsettable(Text(20))),
  preferred_locales: Type.Optional(Type.Array(Text(35), { maxItems: 20 })),
  shipping: Type.Optional(
    Unsettable(Exact({ address: AddressParam, name: Text(256, 1), phone: Type.Optional(Unsettable(Text(20))) })),
  ),
  source: Type.Optional(AnyId),
  tax_exempt: Type.Optional(Unsettable(TaxExempt)),
}

export const customersApi = {
  createCustomer: route({
    method: 'POST',
    path: '/v1/customers',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Create a customer.',
    body: Exact({ ...details, payment_method: Type.Optional(AnyId) }),
    response: Customer,
    faults: ['parameter_resource_missing', 'card_declined', 'processor_not_configured'],
  }),
  searchCustomers: route({
    method: 'GET',
    path: '/v1/customers/search',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Search customers by created, email, metadata, name and phone.',
    query: Exact(searchQuery),
    response: SearchResult(Customer),
  }),
  retrieveCustomer: route({
    method: 'GET',
    path: '/v1/customers/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a customer; of a deleted one, that it is deleted.',
    params: IdParam,
    response: Type.Union([Customer, DeletedCustomer]),
    faults: ['resource_missing'],
  }),
  updateCustomer: route({
    method: 'POST',
    path: '/v1/customers/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Change a customer: what is left out stays, an empty text takes away.',
    params: IdParam,
    body: Exact(details),
    response: Customer,
    faults: ['resource_missing', 'parameter_resource_missing', 'card_declined'],
  }),
  deleteCustomer: route({
    method: 'DELETE',
    path: '/v1/customers/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    summary: 'Delete a customer for good, and detach its payment methods.',
    params: IdParam,
    response: DeletedCustomer,
    faults: ['resource_missing'],
  }),
  listCustomers: route({
    method: 'GET',
    path: '/v1/customers',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List customers, newest first.',
    query: Exact({ ...listQuery, email: Type.Optional(Text(512)) }),
    response: List(Customer),
  }),
  listCustomerPaymentMethods: route({
    method: 'GET',
    path: '/v1/customers/:id/payment_methods',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: "List a customer's payment methods, newest first.",
    params: IdParam,
    query: Exact({ ...pageQuery, type: Type.Optional(PaymentMethodType) }),
    response: List(PaymentMethod),
    faults: ['resource_missing'],
  }),
  retrieveCustomerPaymentMethod: route({
    method: 'GET',
    path: '/v1/customers/:id/payment_methods/:payment_method',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: "Retrieve one of a customer's payment methods.",
    params: Exact({ id: AnyId, payment_method: AnyId }),
    response: PaymentMethod,
    faults: ['resource_missing'],
  }),
} as const
