import { useEffect, useMemo, useRef, useState } from 'react'
import { amountText } from '../amount.ts'
import { accountName, type Flows } from './flows.ts'
import { pictureOf, placeWidth, type DrawnPlace } from './picture.ts'

const lettersMax = 18

/** A name in two lines that fit beside an account: its words, and of a long id how it begins. */
const linesOf = (name: string): string[] => {
  const [first = '', ...rest] = name.split(' ')
  return [first, rest.join(' ')]
    .filter((line) => line !== '')
    .map((line) => (line.length <= lettersMax ? line : `${line.slice(0, lettersMax - 1)}…`))
}

const Place = ({ place, flows }: { place: DrawnPlace; flows: Flows }) => {
  const { account, isBack, amount, x, y, height } = place
  const left = x + placeWidth + 5
  return (
    <g>
      <rect {...{ x, y, height }} width={placeWidth} rx={2} className={isBack ? 'fill-soft' : 'fill-accent'} />
      <text
        x={left}
        y={y + 11}
        className="fill-ink stroke-card stroke-[3px] text-[11px] font-medium [paint-order:stroke]"
      >
        {linesOf(accountName(account)).map((line, at) => (
          <tspan key={line} x={left} dy={at === 0 ? 0 : 13}>
            {isBack && at === 0 ? `↩ ${line}` : line}
          </tspan>
        ))}
        <tspan x={left} dy={13} className="fill-soft font-normal">
          {amountText(amount, flows)}
        </tspan>
      </text>
    </g>
  )
}

/** How wide there is room, which a drawing in numbers has to be told. */
const useRoom = () => {
  const ref = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(0)
  useEffect(() => {
    const place = ref.current
    if (place === null) return
    const observer = new ResizeObserver(() => setRoom(place.clientWidth))
    observer.observe(place)
    return () => observer.disconnect()
  }, [])
  return { ref, room }
}

/** Where money went, as bands; the same numbers stand in the table. */
export const FlowDrawing = ({ flows }: { flows: Flows }) => {
  const { ref, room } = useRoom()
  const picture = useMemo(() => (room === 0 ? undefined : pictureOf(flows.flows, room)), [flows, room])
  const label = `Where money went, in ${flows.currency.toUpperCase()}`
  return (
    // Where it is wider than the screen it is moved by keys, too.
    <div ref={ref} tabIndex={0} role="region" aria-label={label} className="min-h-64 overflow-x-auto">
      {picture && (
        <svg
          role="img"
          aria-label={`${label}: the table has the same numbers`}
          width={picture.width}
          height={picture.height}
          className="block max-w-none"
        >
          {picture.flows.map(({ flow, isBack, outline }) => (
            <path
              key={`${flow.from} ${flow.to}`}
              d={outline}
              className={`${isBack ? 'fill-soft' : 'fill-accent'} opacity-25 hover:opacity-60`}
            >
              <title>{`${accountName(flow.from)} → ${accountName(flow.to)}: ${amountText(flow.amount, flows)}`}</title>
            </path>
          ))}
          {picture.places.map((place) => (
            <Place key={place.key} {...{ place, flows }} />
          ))}
        </svg>
      )}
    </div>
  )
}
