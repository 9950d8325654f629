-- Up Migration

-- What working a file through has come to, from then until the reconciliation is completed: its lines and items, which later
-- files count on by then, are not made a second time.
alter table reconciliation_files add column outcome jsonb;

-- Lines that earlier files had twice are found by their reference.
create index reconciliation_items_duplicate on reconciliation_items ((data -> 'line' ->> 'processorReference'))
  where kind = 'duplicate';
