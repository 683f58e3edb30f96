import { Card, Facts } from './card.tsx'

/** What its merchant wrote on a thing, where there is any. */
export const MetadataCard = ({ of: { metadata } }: { of: { readonly metadata: Readonly<Record<string, string>> } }) =>
  Object.keys(metadata).length === 0 ? null : (
    <Card title="Metadata">
      <Facts facts={Object.entries(metadata)} />
    </Card>
  )
