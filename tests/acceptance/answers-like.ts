/** Members that Stripe's type has always and Micro's has not always. */
type Missing<Micro, Theirs> = {
  [Name in keyof Theirs]-?: undefined extends Theirs[Name]
    ? never
    : Name extends keyof Micro
      ? undefined extends Micro[Name]
        ? Name
        : never
      : Name
}[keyof Theirs]

/** Members that both have, and of which Micro may answer what Stripe's type does not allow. */
type Unlike<Micro, Theirs> = {
  [Name in keyof Micro & keyof Theirs]-?: Micro[Name] extends Theirs[Name] ? never : Name
}[keyof Micro & keyof Theirs]

type Differing<Micro, Theirs> = Missing<Micro, Theirs> | Unlike<Micro, Theirs>

/**
 * `true` where what Micro answers can be used as what the `stripe` package says Stripe answers, but for the members that
 * are listed: `true satisfies AnswersLike<Charge, Stripe.Charge, 'review'>`. A member that differs and is not listed, or
 * is listed and differs no longer, does not compile, and the message names it.
 */
export type AnswersLike<Micro, Theirs, Listed extends PropertyKey = never> = [
  Exclude<Differing<Micro, Theirs>, Listed>,
] extends [never]
  ? [Exclude<Listed, Differing<Micro, Theirs>>] extends [never]
    ? true
    : { listedWithoutNeed: Named<Exclude<Listed, Differing<Micro, Theirs>>> }
  : { differsToo: Named<Exclude<Differing<Micro, Theirs>, Listed>> }

/** So that the compiler writes the names out. */
type Named<Name extends PropertyKey> = Record<Name, true> extends infer All ? { [Each in keyof All]: All[Each] } : never
