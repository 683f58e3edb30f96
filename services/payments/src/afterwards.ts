import type { disputesApi, refundsApi } from '@micro/contracts'
import type { Checks, Handlers, Worker } from '@micro/service'
import type { ChargeDependencies } from './charges/charge.work.ts'
import { disputeHandlers } from './disputes/dispute.http.ts'
import { createDisputeWork, type DisputeWork } from './disputes/dispute.work.ts'
import { createMessageWork, type MessageWork } from './disputes/message.work.ts'
import { createCreateRefundWork } from './refunds/create-refund.work.ts'
import { refundChecks } from './refunds/refund.checks.ts'
import { createRefundCompleter, type RefundCompleter } from './refunds/refund.completer.ts'
import { refundHandlers } from './refunds/refund.http.ts'
import { createRefundWork, type RefundWork } from './refunds/refund.work.ts'
import { createReportWork, type ReportWork } from './reports/report.work.ts'

type Api = typeof refundsApi & typeof disputesApi

/** What may happen to a charge after it succeeded: refunds, disputes, and what processors tell of them. */
export interface Afterwards {
  readonly handlers: Handlers<Api>
  readonly checks: Checks<Api>
  readonly refunds: RefundCompleter
  readonly refundWork: RefundWork
  readonly disputes: DisputeWork
  readonly messages: MessageWork
  readonly reports: ReportWork
  readonly workers: readonly Worker[]
}

export const createAfterwards = (deps: ChargeDependencies): Afterwards => {
  const refunds = createRefundWork(deps)
  const messages = createMessageWork(deps)
  const disputes = createDisputeWork(deps, messages)
  const completer = createRefundCompleter(deps, refunds)
  const reports = createReportWork(deps, { refunds, disputes })
  return {
    handlers: {
      ...refundHandlers(deps, createCreateRefundWork(deps, refunds), refunds),
      ...disputeHandlers(deps, disputes, reports.round),
    },
    checks: refundChecks,
    refunds: completer,
    refundWork: refunds,
    disputes,
    messages,
    reports,
    workers: [completer.worker, disputes.worker, messages.worker, reports.worker],
  }
}
