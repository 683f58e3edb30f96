/** A text as machines have it, in its own lines. */
export const Code = ({ text, what }: { text: string; what: string }) => (
  <pre
    tabIndex={0}
    role="group"
    aria-label={what}
    className="max-h-[32rem] min-w-0 overflow-auto rounded-md bg-sunken p-3 font-mono text-sm"
  >
    {text}
  </pre>
)
