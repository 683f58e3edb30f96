import Type, { type TOptional, type TUnknown } from 'typebox'
import { pathsOf, surfaceOf, type Route } from './route.ts'

/** On a schema whose value is the id of an object: which kind of object a caller may have in its place (`expand`). */
export const expandableMark = 'x-expandable'
/** On a member that an object has only where a caller asks for it: what is looked up by the object's own id. */
export const includableMark = 'x-includable'

/**
 * The id of another object, or null. `kind` is a name in `expandableObjects`, or one that will be: until it is there the
 * id stays an id, whoever asks to expand it.
 */
export const Expandable = (kind: string) => Type.Union([Type.String(), Type.Null()], { [expandableMark]: kind })

/** The id of another object that is always there. */
export const ExpandableId = (kind: string) => Type.String({ [expandableMark]: kind })

/** What may be expanded at Stripe, and is never anything here: asking for it is no mistake. */
export const NeverSet = (kind: string) => Type.Null({ [expandableMark]: kind })

/** A member that is left out until a caller asks to expand it, e.g. the refunds of a charge. */
export const Includable = (kind: string): TOptional<TUnknown> => Type.Optional(Type.Unknown({ [includableMark]: kind }))

/** How deep a path may reach; `data` of a list counts. */
export const expandLevelsMax = 4

/** What `expand` may be given as. */
export const ExpandPaths = Type.Array(Type.String({ maxLength: 200, pattern: '^[^\\u0000\\ud800-\\udfff]*$' }), {
  maxItems: 20,
  description: 'Ids to answer the objects of instead: paths of up to four names, in lists beginning with data.',
})

/** Whether a route takes `expand`: every one that Stripe's clients call, whatever it answers. */
export const takesExpand = (route: Route): boolean =>
  route.stream === undefined &&
  route.sse === undefined &&
  route.access.includes('secret_key') &&
  pathsOf(route).some((path) => surfaceOf(path) === 'stripe')
