import Type from 'typebox'
import { Exact, IdParam } from './common.ts'
import { route } from './route.ts'

/** Where the holder of a test card proves to be one, or fails to. Whoever knows the page's name may. */
export const authenticationApi = {
  showAuthentication: route({
    method: 'GET',
    path: '/payments/authenticate/:id',
    service: 'payments',
    access: ['public'],
    status: 200,
    page: true,
    summary: 'The page of 3-D Secure in test mode, to which next_action leads.',
    params: IdParam,
    response: Type.String(),
    faults: ['resource_missing'],
  }),
  finishAuthentication: route({
    method: 'POST',
    path: '/payments/authenticate/:id',
    service: 'payments',
    access: ['public'],
    status: 200,
    page: true,
    summary: 'What its holder answered; leads back to the return_url.',
    params: IdParam,
    body: Exact({ action: Type.Union([Type.Literal('complete'), Type.Literal('fail')]) }),
    response: Type.String(),
    faults: ['resource_missing', 'lock_timeout'],
  }),
} as const
