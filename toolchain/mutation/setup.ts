import fc from 'fast-check'

// The same books for each mutant, and the first that decides otherwise will do: nobody reads the shortest one.
fc.configureGlobal({ seed: 1, endOnFailure: true })
