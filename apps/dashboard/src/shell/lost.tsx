import { Link } from '@tanstack/react-router'

/** An address that leads nowhere. */
export const Lost = () => (
  <main className="grid min-h-[60dvh] place-content-center gap-2 p-6 text-center">
    <title>No such page · Micro</title>
    <h1 className="text-xl font-semibold">There is no page at this address</h1>
    <p>
      <Link to="/" className="font-medium text-accent underline">
        Go to the first one
      </Link>
    </p>
  </main>
)
