/** The shape of what is about to be there. */
export const Skeleton = ({ rows = 4, label }: { rows?: number; label: string }) => (
  <div role="status" aria-label={`Loading ${label}`} className="grid gap-3 p-4">
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className={`h-5 animate-pulse rounded bg-sunken ${row % 3 === 2 ? 'w-2/3' : 'w-full'}`} />
    ))}
  </div>
)
