import Type from 'typebox'
import { Charge, FraudDetails } from './charge.ts'
import {
  AnyId,
  Exact,
  IdParam,
  List,
  listQuery,
  Metadata,
  MetadataUpdate,
  searchQuery,
  SearchResult,
  Text,
  Unsettable,
} from './common.ts'
import { Refused, ShippingParam } from './payment-parts.ts'
import { route } from './route.ts'

const common = { service: 'payments', access: ['secret_key'], status: 200 } as const
const writing = { ...common, method: 'POST', scope: 'payments:write', idempotent: true } as const
const reading = { ...common, method: 'GET', scope: 'payments:read' } as const
const noConnect = Refused('Micro has no connected accounts')

export const chargesApi = {
  createCharge: route({
    ...writing,
    path: '/v1/charges',
    summary: 'Charge a card at once. Kept for older programs: it makes a payment intent and confirms it.',
    body: Exact({
      amount: Type.Integer({ minimum: 1 }),
      currency: Type.String({ minLength: 3, maxLength: 3 }),
      application_fee_amount: noConnect,
      capture: Type.Optional(Type.Boolean()),
      customer: Type.Optional(AnyId),
      description: Type.Optional(Text(1000)),
      destination: noConnect,
      metadata: Type.Optional(Metadata),
      on_behalf_of: noConnect,
      receipt_email: Type.Optional(Text(254)),
      shipping: Type.Optional(ShippingParam),
      source: Type.Optional(Text(255, 1)),
      statement_descriptor: Type.Optional(Text(22)),
      statement_descriptor_suffix: Type.Optional(Text(22)),
      transfer_data: noConnect,
      transfer_group: Type.Optional(Text(255)),
    }),
    response: Charge,
    faults: [
      'amount_too_small',
      'amount_too_large',
      'currency_unsupported',
      'card_declined',
      'authentication_required',
      'processor_not_configured',
    ],
  }),
  retrieveCharge: route({
    ...reading,
    path: '/v1/charges/:id',
    summary: 'Retrieve a charge.',
    params: IdParam,
    response: Charge,
    faults: ['resource_missing'],
  }),
  updateCharge: route({
    ...writing,
    path: '/v1/charges/:id',
    summary: 'Change what is noted of a charge.',
    params: IdParam,
    body: Exact({
      description: Type.Optional(Unsettable(Text(1000))),
      fraud_details: Type.Optional(FraudDetails),
      metadata: Type.Optional(MetadataUpdate),
      receipt_email: Type.Optional(Unsettable(Text(254))),
      shipping: Type.Optional(ShippingParam),
      transfer_group: Type.Optional(Unsettable(Text(255))),
    }),
    response: Charge,
    faults: ['resource_missing'],
  }),
  listCharges: route({
    ...reading,
    path: '/v1/charges',
    summary: 'List charges, newest first.',
    query: Exact({
      ...listQuery,
      customer: Type.Optional(AnyId),
      payment_intent: Type.Optional(AnyId),
      transfer_group: Type.Optional(Text(255, 1)),
    }),
    response: List(Charge),
  }),
  searchCharges: route({
    ...reading,
    path: '/v1/charges/search',
    summary: 'Search charges by amount, created, currency, customer, disputed, metadata, refunded and status.',
    query: Exact(searchQuery),
    response: SearchResult(Charge),
  }),
  captureCharge: route({
    ...writing,
    path: '/v1/charges/:id/capture',
    summary: 'Take what was authorised, or a part of it; the rest is given back.',
    params: IdParam,
    body: Exact({
      amount: Type.Optional(Type.Integer({ minimum: 1 })),
      application_fee_amount: noConnect,
      receipt_email: Type.Optional(Text(254)),
      statement_descriptor: Type.Optional(Text(22)),
      statement_descriptor_suffix: Type.Optional(Text(22)),
      transfer_data: noConnect,
      transfer_group: Type.Optional(Text(255)),
    }),
    response: Charge,
    faults: [
      'resource_missing',
      'charge_already_captured',
      'charge_not_authorised',
      'charge_expired_for_capture',
      'amount_too_large',
      'lock_timeout',
    ],
  }),
} as const
