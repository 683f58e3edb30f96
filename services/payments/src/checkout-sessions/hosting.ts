import type { ChargeDependencies } from '../charges/charge.work.ts'
import { createHostedSessionWork, type HostedSessionWork } from './hosted-session.work.ts'
import { createHostedWork, type HostedWork } from './hosted.work.ts'
import { createPageMakingWork, type PageMakingWork } from './page-making.work.ts'
import { createPagePaymentWork, type PagePaymentWork } from './page-payment.work.ts'

/** Sessions of live mode, which are paid on pages of processors. */
export interface Hosting {
  readonly payments: PagePaymentWork
  readonly making: PageMakingWork
  readonly hosted: HostedWork
  readonly hostedSessions: HostedSessionWork
}

export const createHosting = (deps: ChargeDependencies): Hosting => {
  const payments = createPagePaymentWork(deps)
  const making = createPageMakingWork(deps, payments)
  return {
    payments,
    making,
    hosted: createHostedWork(deps, payments),
    hostedSessions: createHostedSessionWork(deps, making),
  }
}
