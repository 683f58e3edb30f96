import type { WebhookEndpoint } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Badge } from '../ui/badge.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CommandLine } from '../ui/command.tsx'
import { Answered } from '../ui/answered.tsx'
import { Time } from '../ui/time.tsx'
import { CreateEndpoint } from './endpoint-form.tsx'
import { endpointState } from './endpoint-state.ts'
import { subscriptionText } from './subscription.ts'
import { endpoints } from './webhooks.data.ts'

const Row = ({ endpoint }: { endpoint: WebhookEndpoint }) => {
  const { id, url, description, enabled_events, created, failing_since } = endpoint
  const { text, tone } = endpointState(endpoint)
  return (
    <li className="grid gap-x-4 gap-y-1 border-t border-line px-4 py-3 first:border-0 hover:bg-sunken lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Link to="/webhooks/$id" params={{ id }} className="min-w-0 font-medium break-words hover:underline">
            <Breakable name={url} />
          </Link>
          <Badge tone={tone}>{text}</Badge>
        </p>
        {description !== null && description !== '' && <p className="text-sm break-words">{description}</p>}
      </div>
      <p className="min-w-0 text-sm break-words text-soft">
        Gets {subscriptionText(enabled_events)}
        <br />
        Created <Time at={created} as="brief" />
        {failing_since !== null && (
          <>
            , failing since <Time at={failing_since} as="brief" />
          </>
        )}
      </p>
    </li>
  )
}

const Nothing = ({ onCreate }: { onCreate: () => void }) => {
  const mode = useMode()
  return (
    <div className="grid gap-4 p-4">
      <h2 className="font-semibold">No {mode} endpoint yet</h2>
      <p>
        An endpoint is an address of your server that Micro tells of what happens, signed, and again until it got
        through.
      </p>
      <p>
        <Button look="primary" onClick={onCreate}>
          Create an endpoint
        </Button>
      </p>
      {mode === 'test' && (
        <div className="grid gap-1">
          <p>Or, while you develop, have events come to your own machine:</p>
          <CommandLine
            command="./micro listen --forward-to http://localhost:4242/webhook"
            does="Receive events at your own server"
          />
        </div>
      )}
    </div>
  )
}

/** /dashboard/webhooks */
export const WebhooksPage = () => {
  const mode = useMode()
  const { new: open } = useSearch({ from: '/inside/webhooks' })
  const navigate = useNavigate()
  const query = useQuery(endpoints(mode))
  const show = (isOpen: boolean) => void navigate({ to: '/webhooks', search: isOpen ? { new: true } : {} })
  return (
    <div className="grid gap-4">
      <title>{`Webhooks · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">Webhooks</h1>
        <Button look="primary" onClick={() => show(true)}>
          New {mode} endpoint
        </Button>
      </div>
      <Card flush>
        <Answered asked={query} label="endpoints">
          {(those) =>
            those.length === 0 ? (
              <Nothing onCreate={() => show(true)} />
            ) : (
              <ul aria-label="Endpoints, newest first">
                {those.map((endpoint) => (
                  <Row key={endpoint.id} {...{ endpoint }} />
                ))}
              </ul>
            )
          }
        </Answered>
      </Card>
      {open === true && <CreateEndpoint onClose={() => show(false)} />}
    </div>
  )
}
