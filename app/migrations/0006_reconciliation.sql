-- Up Migration

-- Settlement lines find the ledger's movements by the processor's reference; what settlements lack is found by day.
create index ledger_transactions_processor_reference on ledger_transactions ((metadata ->> 'processor_reference'))
  where metadata ? 'processor_reference';
create index ledger_transactions_created on ledger_transactions using brin (created) with (autosummarize = on);

-- Files that were handed in, once each; the content only until it is worked through.
create table reconciliation_files (
  livemode boolean not null,
  processor text collate "C" not null,
  -- SHA-256 of the content.
  digest text collate "C" not null,
  reconciliation text collate "C" not null,
  format text not null,
  content text,
  primary key (livemode, processor, digest)
);
create index reconciliation_files_open on reconciliation_files (reconciliation) where content is not null;

-- Every settlement line that was ever seen, once: files may overlap.
create table reconciliation_lines (
  livemode boolean not null,
  processor text collate "C" not null,
  type text collate "C" not null,
  reference text collate "C" not null,
  -- What else the line says, to tell a line seen again from another one of the same reference.
  digest text collate "C" not null,
  reconciliation text collate "C" not null,
  primary key (livemode, processor, reference, type)
);

-- Faults, and the settlement itself; each with what would set the ledger right.
create table reconciliation_items (
  reconciliation text collate "C" not null,
  number integer not null,
  kind text not null,
  -- Of a fault that a later file explained: nothing is left to apply.
  resolved boolean not null default false,
  -- The ledger transaction that it is about.
  movement text collate "C",
  data jsonb not null,
  primary key (reconciliation, number)
);
create index reconciliation_items_movement on reconciliation_items (movement) where movement is not null;

grant select, insert, update on reconciliation_files to strongroom_service;
grant select, insert, delete on reconciliation_lines to strongroom_service;
grant select, insert, update, delete on reconciliation_items to strongroom_service;

-- Exports: parts of the file, in order, until it expires.
create table export_parts (
  export text collate "C" not null,
  number integer not null,
  content text not null,
  -- Where the next part goes on.
  cursor jsonb not null,
  primary key (export, number)
);
grant select, insert, delete on export_parts to strongroom_service;
