import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { afterIn } from './api/paged.ts'
import { customerFiltersIn } from './customers/customer-filters.ts'
import { auditFiltersIn } from './audit/audit-filters.ts'
import { eventFiltersIn } from './events/event-filters.ts'
import { homeSearchIn } from './home/home-search.ts'
import { HomePage } from './home/home.page.tsx'
import { accountFiltersIn, statementSearchIn, transactionFiltersIn } from './ledger/filters.ts'
import { flowSearchIn } from './ledger/flow/flow-search.ts'
import { holdFiltersIn } from './ledger/holds/hold.ts'
import { modeIn } from './mode/mode.ts'
import { filtersIn } from './payments/filters.ts'
import { payoutFiltersIn } from './payouts/payout-state.ts'
import { productFiltersIn } from './products/product-filters.ts'
import { searchedIn } from './reference/search.ts'
import { requestSearchIn } from './requests/request-filters.ts'
import { RegisterPage, SignInPage } from './session/entry.tsx'
import { me } from './session/session.data.ts'
import { Lost } from './shell/lost.tsx'
import { Shell } from './shell/shell.tsx'
import { Problem } from './ui/problem.tsx'
import { Skeleton } from './ui/waiting.tsx'
import { deliveryFiltersIn } from './webhooks/delivery-filters.ts'

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  validateSearch: modeIn,
  search: { middlewares: [retainSearchParams(['mode'])] },
  notFoundComponent: Lost,
})

/** Only ever a page of this dashboard: an address from elsewhere must not send anybody away after signing in. */
const nextIn = ({ next }: Record<string, unknown>): { next?: string } =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {}

const signIn = createRoute({
  getParentRoute: () => root,
  path: 'sign-in',
  component: SignInPage,
  validateSearch: nextIn,
})
const register = createRoute({
  getParentRoute: () => root,
  path: 'register',
  component: RegisterPage,
  validateSearch: nextIn,
})

/** Who is signed in; whoever is not is led to the door, and back from there. */
const signedIn = async ({
  context: { queries },
  location,
}: {
  context: { queries: QueryClient }
  location: { href: string }
}) => {
  const user = await queries.ensureQueryData(me)
  if (user === null) throw redirect({ to: '/sign-in', search: { next: location.href } })
  return { user }
}

/** All that needs somebody signed in. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell, beforeLoad: signedIn })

/** Apart from all else: whoever comes here has one thing to decide. */
const pair = createRoute({
  getParentRoute: () => root,
  path: 'pair/$id',
  beforeLoad: signedIn,
  component: lazyRouteComponent(() => import('./pair/pair.page.tsx'), 'PairPage'),
})
const home = createRoute({ getParentRoute: () => inside, path: '/', validateSearch: homeSearchIn, component: HomePage })
const payments = createRoute({
  getParentRoute: () => inside,
  path: 'payments',
  validateSearch: filtersIn,
  component: lazyRouteComponent(() => import('./payments/payments.page.tsx'), 'PaymentsPage'),
})
const payment = createRoute({
  getParentRoute: () => inside,
  path: 'payments/$id',
  component: lazyRouteComponent(() => import('./payments/payment.page.tsx'), 'PaymentPage'),
})

const events = createRoute({
  getParentRoute: () => inside,
  path: 'events',
  validateSearch: eventFiltersIn,
  component: lazyRouteComponent(() => import('./events/events.page.tsx'), 'EventsPage'),
})
const event = createRoute({
  getParentRoute: () => inside,
  path: 'events/$id',
  component: lazyRouteComponent(() => import('./events/event.page.tsx'), 'EventPage'),
})
/** The form for a new endpoint is open. */
const newIn = ({ new: open }: Record<string, unknown>): { new?: true } => (open === true ? { new: true } : {})

const webhooks = createRoute({
  getParentRoute: () => inside,
  path: 'webhooks',
  validateSearch: newIn,
  component: lazyRouteComponent(() => import('./webhooks/webhooks.page.tsx'), 'WebhooksPage'),
})
const endpoint = createRoute({
  getParentRoute: () => inside,
  path: 'webhooks/$id',
  validateSearch: deliveryFiltersIn,
  component: lazyRouteComponent(() => import('./webhooks/endpoint.page.tsx'), 'EndpointPage'),
})
const delivery = createRoute({
  getParentRoute: () => inside,
  path: 'deliveries/$id',
  component: lazyRouteComponent(() => import('./webhooks/delivery.page.tsx'), 'DeliveryPage'),
})
const told = [events, event, webhooks, endpoint, delivery] as const

const customers = createRoute({
  getParentRoute: () => inside,
  path: 'customers',
  validateSearch: customerFiltersIn,
  component: lazyRouteComponent(() => import('./customers/customers.page.tsx'), 'CustomersPage'),
})
const customer = createRoute({
  getParentRoute: () => inside,
  path: 'customers/$id',
  component: lazyRouteComponent(() => import('./customers/customer.page.tsx'), 'CustomerPage'),
})
const disputes = createRoute({
  getParentRoute: () => inside,
  path: 'disputes',
  validateSearch: afterIn,
  component: lazyRouteComponent(() => import('./disputes/disputes.page.tsx'), 'DisputesPage'),
})
const dispute = createRoute({
  getParentRoute: () => inside,
  path: 'disputes/$id',
  component: lazyRouteComponent(() => import('./disputes/dispute.page.tsx'), 'DisputePage'),
})
const payouts = createRoute({
  getParentRoute: () => inside,
  path: 'payouts',
  validateSearch: payoutFiltersIn,
  component: lazyRouteComponent(() => import('./payouts/payouts.page.tsx'), 'PayoutsPage'),
})
const payout = createRoute({
  getParentRoute: () => inside,
  path: 'payouts/$id',
  component: lazyRouteComponent(() => import('./payouts/payout.page.tsx'), 'PayoutPage'),
})
const products = createRoute({
  getParentRoute: () => inside,
  path: 'products',
  validateSearch: productFiltersIn,
  component: lazyRouteComponent(() => import('./products/products.page.tsx'), 'ProductsPage'),
})
const product = createRoute({
  getParentRoute: () => inside,
  path: 'products/$id',
  component: lazyRouteComponent(() => import('./products/product.page.tsx'), 'ProductPage'),
})
const commerce = [customers, customer, disputes, dispute, payouts, payout, products, product] as const

const keys = createRoute({
  getParentRoute: () => inside,
  path: 'keys',
  component: lazyRouteComponent(() => import('./keys/keys.page.tsx'), 'KeysPage'),
})

const ledger = createRoute({
  getParentRoute: () => inside,
  path: 'ledger',
  validateSearch: accountFiltersIn,
  component: lazyRouteComponent(() => import('./ledger/chart.page.tsx'), 'ChartPage'),
})
const ledgerAccount = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/accounts/$id',
  validateSearch: statementSearchIn,
  component: lazyRouteComponent(() => import('./ledger/account.page.tsx'), 'AccountPage'),
})
const ledgerTransactions = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/transactions',
  validateSearch: transactionFiltersIn,
  component: lazyRouteComponent(() => import('./ledger/transactions.page.tsx'), 'TransactionsPage'),
})
const ledgerRecord = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/transactions/new',
  component: lazyRouteComponent(() => import('./ledger/record/record.page.tsx'), 'RecordPage'),
})
const ledgerFlow = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/flow',
  validateSearch: flowSearchIn,
  component: lazyRouteComponent(() => import('./ledger/flow/flow.page.tsx'), 'FlowPage'),
})
const ledgerHolds = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/holds',
  validateSearch: holdFiltersIn,
  component: lazyRouteComponent(() => import('./ledger/holds/holds.page.tsx'), 'HoldsPage'),
})
const ledgerTransaction = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/transactions/$id',
  component: lazyRouteComponent(() => import('./ledger/transaction.page.tsx'), 'TransactionPage'),
})
const ledgerVerify = createRoute({
  getParentRoute: () => inside,
  path: 'ledger/verify',
  component: lazyRouteComponent(() => import('./ledger/verify.page.tsx'), 'VerifyPage'),
})
const ledgerPages = [
  ledger,
  ledgerAccount,
  ledgerTransactions,
  ledgerRecord,
  ledgerTransaction,
  ledgerFlow,
  ledgerHolds,
  ledgerVerify,
] as const

const requests = createRoute({
  getParentRoute: () => inside,
  path: 'requests',
  validateSearch: requestSearchIn,
  component: lazyRouteComponent(() => import('./requests/requests.page.tsx'), 'RequestsPage'),
})
const request = createRoute({
  getParentRoute: () => inside,
  path: 'requests/$id',
  component: lazyRouteComponent(() => import('./requests/request.page.tsx'), 'RequestPage'),
})
const api = createRoute({
  getParentRoute: () => inside,
  path: 'api',
  validateSearch: searchedIn,
  component: lazyRouteComponent(() => import('./reference/reference.page.tsx'), 'ReferencePage'),
})
const operation = createRoute({
  getParentRoute: () => inside,
  path: 'api/$id',
  component: lazyRouteComponent(() => import('./reference/operation.page.tsx'), 'OperationPage'),
})
const developerPages = [requests, request, api, operation] as const

const sessions = createRoute({
  getParentRoute: () => inside,
  path: 'sessions',
  validateSearch: afterIn,
  component: lazyRouteComponent(() => import('./sessions/sessions.page.tsx'), 'SessionsPage'),
})
const activity = createRoute({
  getParentRoute: () => inside,
  path: 'activity',
  validateSearch: auditFiltersIn,
  component: lazyRouteComponent(() => import('./audit/activity.page.tsx'), 'ActivityPage'),
})
const ownAccount = [sessions, activity] as const

/** What the API refuses to everybody else is, for them, not there. */
const operator = createRoute({
  getParentRoute: () => inside,
  path: 'operator',
  beforeLoad: ({ context: { user } }) => {
    if (!user.operator) throw notFound()
  },
})
const operatorHealth = createRoute({
  getParentRoute: () => operator,
  path: '/',
  component: lazyRouteComponent(() => import('./operator/health.page.tsx'), 'HealthPage'),
})
const operatorUsers = createRoute({
  getParentRoute: () => operator,
  path: 'users',
  validateSearch: afterIn,
  component: lazyRouteComponent(() => import('./operator/users.page.tsx'), 'UsersPage'),
})
const operatorAudit = createRoute({
  getParentRoute: () => operator,
  path: 'audit',
  validateSearch: auditFiltersIn,
  component: lazyRouteComponent(() => import('./operator/audit.page.tsx'), 'InstallationAuditPage'),
})
const operatorPages = operator.addChildren([operatorHealth, operatorUsers, operatorAudit])

/** Every page of the dashboard, by its address. */
export const newRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([
      signIn,
      register,
      pair,
      inside.addChildren([
        home,
        payments,
        payment,
        ...commerce,
        ...ledgerPages,
        ...told,
        ...developerPages,
        keys,
        ...ownAccount,
        operatorPages,
      ]),
    ]),
    basepath: '/dashboard',
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingComponent: () => <Skeleton label="the page" />,
    defaultErrorComponent: ({ error, reset }) => (
      <main className="p-4">
        <Problem error={error} onAgain={reset} />
      </main>
    ),
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}
