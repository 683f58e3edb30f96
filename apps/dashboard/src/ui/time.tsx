import { Tooltip } from 'radix-ui'
import { briefMoment, isoMoment, localMoment, localTime, utcMoment } from './moment.ts'

const texts = { moment: localMoment, brief: briefMoment, time: localTime } as const

/** A moment in the viewer's zone; pointing at it tells it in UTC. */
export const Time = ({ at, as = 'moment' }: { at: number; as?: keyof typeof texts }) => (
  <Tooltip.Root>
    <Tooltip.Trigger asChild>
      <time dateTime={isoMoment(at)} className="decoration-strong decoration-dotted underline-offset-4 hover:underline">
        {texts[as](at)}
      </time>
    </Tooltip.Trigger>
    <Tooltip.Portal>
      <Tooltip.Content sideOffset={6} className="z-50 rounded-md bg-ink px-2.5 py-1 text-sm text-page shadow-lg">
        {utcMoment(at)}
      </Tooltip.Content>
    </Tooltip.Portal>
  </Tooltip.Root>
)
