-- Up Migration

-- Up to where each processor's notices were taken in.
create table processor_cursors (
  processor text collate "C" primary key,
  cursor text collate "C" not null default '',
  updated timestamptz
) with (fillfactor = 10);

-- Files of entries for the bank. A file is its rows: its text is made from them, the same each time.
create table ach_files (
  id text collate "C" primary key,
  livemode boolean not null,
  created timestamptz not null,
  -- Day and time of day in New York that the file bears.
  file_date date not null,
  file_time text collate "C" not null,
  -- A, B, … Z, 0, … 9: files of one day have one each.
  id_modifier text collate "C" not null check (id_modifier ~ '^[A-Z0-9]$'),
  effective_date date not null,
  -- Names and numbers of the bank and of us as they were set when the file was made.
  header json not null,
  entry_count integer not null,
  debit_total bigint not null,
  credit_total bigint not null,
  -- SHA-256 of the text, in hexadecimal digits.
  digest text collate "C" not null,
  delivered timestamptz,
  -- Key of the request that made it: sent again, it is answered with this file.
  request_key text collate "C",
  unique (livemode, file_date, id_modifier),
  unique (livemode, request_key)
);

-- Debits and credits. The bank details are encrypted under the customer's key.
create table ach_entries (
  sequence bigint generated always as identity primary key,
  -- Our key of the operation.
  key text collate "C" not null unique,
  -- Our key of the operation that took a pending debit back.
  void_key text collate "C" unique,
  livemode boolean not null,
  reference text collate "C" not null unique,
  -- `closed`: an inquiry was told that the key is unknown; no entry is made for it any more.
  type text collate "C" not null check (type in ('debit', 'refund', 'payout', 'closed')),
  state text collate "C" not null
    check (state in ('pending', 'filed', 'settled', 'returned', 'canceled', 'failed', 'closed')),
  -- Of a refund: the debit's reference.
  debit text collate "C",
  amount bigint not null check (amount >= 0),
  sec_code text collate "C",
  transaction_code text collate "C",
  subject text collate "C",
  sealed text collate "C",
  created timestamptz not null,
  file text collate "C" references ach_files,
  trace_number text collate "C",
  -- Day on which it has succeeded when it was not returned before.
  settles date,
  settled date,
  return_code text collate "C",
  returned date,
  check ((file is null) = (trace_number is null)),
  check (type = 'closed' or (sec_code is not null and transaction_code is not null and sealed is not null))
) with (fillfactor = 80);
create index ach_entries_pending on ach_entries (livemode, sequence) where state = 'pending';
create index ach_entries_settling on ach_entries (livemode, settles) where state = 'filed';
create index ach_entries_file on ach_entries (file) where file is not null;
create index ach_entries_trace on ach_entries (trace_number) where trace_number is not null;
create index ach_entries_subject on ach_entries (livemode, subject) where sealed is not null;
create index ach_entries_debit on ach_entries (debit) where debit is not null;
create index ach_entries_settled on ach_entries (livemode, settled) where settled is not null;
create index ach_entries_returned on ach_entries (livemode, returned) where returned is not null;

-- What the bank says the details of an account have become; the corrected data itself is not kept.
create table ach_changes (
  entry bigint not null references ach_entries,
  code text collate "C" not null,
  received timestamptz not null,
  primary key (entry, code)
);

-- Outcomes to tell. They are written under the advisory lock of ACH, so that ids grow in the order of commits.
create table ach_notices (
  id bigint generated always as identity primary key,
  livemode boolean not null,
  notice json not null
);

grant select, insert, update on processor_cursors, ach_files, ach_entries to strongroom_service;
grant select, insert on ach_changes, ach_notices to strongroom_service;
