-- What the planner shall believe about keys. It takes lane and book for independent of each other, and every book for
-- an average one. With many merchants it then expects (lane, book) to find a single row, holds every index that starts
-- with these two for equally good, and posts to a large book by reading all of it through the index on the reference.
-- In truth the book decides the lane, and the books that matter are large. Takes effect with each ANALYZE.
alter table ledger.transactions alter column lane set (n_distinct = 1), alter column book set (n_distinct = 100);
