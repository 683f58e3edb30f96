import { Fragment } from 'react'

/** A long name breaks after its parts, and not within a word. */
export const Breakable = ({ name }: { name: string }) =>
  name.split(/(?<=[._/])/).map((part, at) => (
    <Fragment key={at}>
      {part}
      <wbr />
    </Fragment>
  ))
