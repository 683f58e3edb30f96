import type { ServiceLag } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Answered } from '../ui/answered.tsx'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { busOf, lagState, limiterOf, serviceNames, spanText, standingOf, wholeOf, type Health } from './health.ts'
import type { ServiceName } from './health.ts'
import { health, serviceStatus } from './operator.data.ts'
import { OperatorHeading } from './parts.tsx'

const Part = ({ title, text, tone, means }: { title: string; text: string; tone: Tone; means: string }) => (
  <Card title={title}>
    <p className="grid gap-1.5">
      <span>
        <Badge tone={tone}>{text}</Badge>
      </span>
      <span className="text-sm text-soft">{means}</span>
    </p>
  </Card>
)

const Lag = ({ lag }: { lag: ServiceLag }) => {
  const { text, late, remedy } = lagState(lag)
  return (
    <li className="grid gap-0.5">
      <span className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span>{text}</span>
        <span className="flex items-baseline gap-2 tabular-nums">
          {late && <Badge tone="warn">look</Badge>}
          {lag.waiting.toLocaleString()}
          {lag.oldest_seconds !== null && lag.waiting > 0 && (
            <span className="text-sm text-soft">oldest {spanText(lag.oldest_seconds)}</span>
          )}
        </span>
      </span>
      {remedy !== undefined && <span className="text-sm text-warn">{remedy}</span>}
    </li>
  )
}

const names: Readonly<Record<ServiceName, string>> = {
  gateway: 'Gateway',
  auth: 'Auth',
  payments: 'Payments',
  ledger: 'Ledger',
  events: 'Events',
}

const Service = ({ name, told }: { name: ServiceName; told: Health }) => {
  const status = useQuery(serviceStatus(name))
  const { text, tone, reason } = standingOf(told, name)
  return (
    <Card title={names[name]} aside={<Badge tone={tone}>{text}</Badge>} flush>
      {reason !== undefined && <p className="mx-4 my-2 rounded-md bg-warn-wash p-2 text-sm">{reason}</p>}
      <Answered asked={status} label={`the ${name} service`} rows={4}>
        {({ version, node, postgres, redis, running_seconds, lags, failing_workers }) => (
          <div className="grid gap-3 px-4 pt-2 pb-4">
            {lags.length > 0 && (
              <ul aria-label={`What waits in ${names[name]}`} className="grid gap-1.5">
                {lags.map((lag) => (
                  <Lag key={lag.name} {...{ lag }} />
                ))}
              </ul>
            )}
            {failing_workers.length > 0 && (
              <ul aria-label="Background work that fails" className="grid gap-1 rounded-md bg-warn-wash p-2 text-sm">
                {failing_workers.map(({ name: worker, failures }) => (
                  <li key={worker}>
                    <code className="font-mono">{worker}</code> failed {failures} times in a row; the log says why.
                  </li>
                ))}
              </ul>
            )}
            <dl className="flex flex-wrap gap-x-3 gap-y-1 text-sm text-soft">
              {[
                ['Micro', version],
                ['Node', node.replace(/^v/, '')],
                ...(postgres === null ? [] : [['PostgreSQL', postgres] as const]),
                ...(redis === null ? [] : [['Redis', redis] as const]),
                ['Up for', spanText(running_seconds)],
              ].map(([what, value]) => (
                <div key={what} className="flex gap-1">
                  <dt>{what}</dt>
                  <dd className="text-ink tabular-nums">{value}</dd>
                </div>
              ))}
            </dl>
          </div>
        )}
      </Answered>
    </Card>
  )
}

/** /dashboard/operator */
export const HealthPage = () => {
  const asked = useQuery(health)
  return (
    <div className="grid gap-4">
      <title>Health · Operator · Micro</title>
      <OperatorHeading />
      <Answered {...{ asked }} label="the installation" rows={6}>
        {(told) => (
          <>
            <div className="grid gap-4 md:grid-cols-3">
              <Part title="Installation" {...wholeOf(told)} />
              <Part title="Limiter" {...limiterOf(told)} />
              <Part title="Bus" {...busOf(told)} />
            </div>
            <div className="grid items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
              {serviceNames.map((name) => (
                <Service key={name} {...{ name, told }} />
              ))}
            </div>
            <p className="text-sm text-soft">
              Looked at anew every 5 seconds. Of several processes of a service one answers. For graphs and alarms let
              Prometheus read the metrics of each process.
            </p>
          </>
        )}
      </Answered>
    </div>
  )
}
