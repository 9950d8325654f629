-- Up Migration

-- The service works as this role; who migrates owns the tables. Roles belong to the whole cluster, so another database's
-- migration may have made it, or make it at this moment.
do $$
begin
  create role strongroom_service nologin;
exception
  when duplicate_object or unique_violation then null;
end
$$;
grant strongroom_service to current_user;
grant usage on schema public to strongroom_service;

-- Accounts ------------------------------------------------------------------------------------------------------------

create type ledger_direction as enum ('debit', 'credit');
create type ledger_layer as enum ('posted', 'pending');

create table ledger_accounts (
  id text collate "C" primary key,
  livemode boolean not null,
  -- The service's own accounts have a code, as merchant_balance; one each per currency and mode.
  code text collate "C",
  name text not null,
  type text not null check (type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  status text not null default 'open' check (status in ('open', 'closed')),
  -- How far what is available may go below zero, in minor units; null: without limit.
  overdraft bigint check (overdraft >= 0),
  customer text collate "C",
  metadata jsonb not null default '{}',
  created timestamptz not null,
  -- Sums over the account's entries; only commit_group changes them.
  debits_posted bigint not null default 0 check (debits_posted between 0 and 9007199254740991),
  credits_posted bigint not null default 0 check (credits_posted between 0 and 9007199254740991),
  debits_pending bigint not null default 0 check (debits_pending between 0 and 9007199254740991),
  credits_pending bigint not null default 0 check (credits_pending between 0 and 9007199254740991),
  -- Number of entries; each entry's sequence is the number after it.
  entries bigint not null default 0,
  constraint ledger_accounts_closed_empty check (
    status = 'open' or (debits_posted = credits_posted and debits_pending = 0 and credits_pending = 0)
  )
) with (fillfactor = 60);

create unique index ledger_accounts_code on ledger_accounts (code, currency, livemode) where code is not null;
create index ledger_accounts_customer on ledger_accounts (customer, id) where customer is not null;

-- Debits raise assets and expenses; credits raise the others.
create function is_debit_normal(type text) returns boolean
  language sql immutable parallel safe
  return type in ('asset', 'expense');

-- What was posted, on the account's normal side.
create function balance_of(a ledger_accounts) returns bigint
  language sql immutable parallel safe
  return case when is_debit_normal(a.type) then a.debits_posted - a.credits_posted else a.credits_posted - a.debits_posted end;

-- What of it is not held.
create function available_of(a ledger_accounts) returns bigint
  language sql immutable parallel safe
  return balance_of(a) - case when is_debit_normal(a.type) then a.credits_pending else a.debits_pending end;

-- Transactions and entries: append-only -------------------------------------------------------------------------------

create table ledger_transactions (
  id text collate "C" primary key,
  livemode boolean not null,
  type text not null,
  currency text not null,
  -- The object that caused it.
  object text collate "C" not null,
  description text,
  metadata jsonb,
  created timestamptz not null,
  posted timestamptz not null,
  -- The block of the audit chain that seals it.
  chain smallint not null,
  height bigint not null
);
-- A transfer's transaction is found by its own id (txn_… for tr_…).
create index ledger_transactions_object on ledger_transactions (object) where type <> 'transfer';

create table ledger_entries (
  account text collate "C" not null,
  -- 1, 2, 3 … within the account, without gaps.
  sequence bigint not null,
  transaction text collate "C" not null,
  direction ledger_direction not null,
  layer ledger_layer not null,
  -- Negative only where a pending amount is released.
  amount bigint not null check (amount > 0 or (layer = 'pending' and amount <> 0)),
  currency text not null,
  -- Posted balance after this entry, on the account's normal side.
  balance bigint not null,
  posted timestamptz not null,
  primary key (account, sequence)
);
create index ledger_entries_transaction on ledger_entries (transaction);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'integrity_constraint_violation';
end
$$;

create trigger ledger_transactions_append_only before update or delete or truncate on ledger_transactions
  for each statement execute function refuse_change();
create trigger ledger_entries_append_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_change();

-- Debits equal credits, per transaction, currency and layer: also for whoever writes around the service.
create function check_entries_balance() returns trigger language plpgsql as $$
declare
  unbalanced text;
begin
  select transaction into unbalanced
  from added
  group by transaction, currency, layer
  having sum(case direction when 'debit' then amount else -amount end) <> 0
  limit 1;
  if unbalanced is not null then
    raise exception 'debits and credits of transaction % differ', unbalanced using errcode = 'check_violation';
  end if;
  return null;
end
$$;
create trigger ledger_entries_balance after insert on ledger_entries
  referencing new table as added for each statement execute function check_entries_balance();

-- Objects -------------------------------------------------------------------------------------------------------------

-- Makes a kind of objects: a table, all alike (what the API shows is in data; what is searched by is a column made from it),
-- and what commit_group does with its rows, as functions of the kind's own, so that their plans are kept.
create procedure make_object_kind(kind text) language plpgsql as $$
begin
  execute format($table$
    create table %1$I (
      id text collate "C" primary key,
      livemode boolean not null,
      version integer not null check (version > 0),
      created timestamptz not null,
      data jsonb not null,
      status text collate "C" generated always as (data ->> 'status') stored,
      customer text collate "C" generated always as (data ->> 'customer') stored,
      parent text collate "C" generated always as (data ->> 'payment') stored,
      reference text collate "C" generated always as (data ->> 'reference') stored
    ) with (fillfactor = 80);
    create index on %1$I (status, id);
    create index on %1$I (customer, id) where customer is not null;
    create index on %1$I (parent, id) where parent is not null;
    create index on %1$I (reference, id) where reference is not null;
    create index on %1$I using gin ((data -> 'metadata') jsonb_path_ops) where data -> 'metadata' <> '{}';
    grant select on %1$I to strongroom_service;
  $table$, kind);
  -- Those that do not have the version before the one that a change makes; the others are locked.
  execute format($function$
    create function %2$I(rows json) returns table (i integer, id text) language plpgsql as $body$
    #variable_conflict use_column
    begin
      return query
      select o.i, o.id
      from json_to_recordset(rows) as o (i integer, id text, v integer)
      left join lateral (select t.version from %1$I t where t.id = o.id for update) t on true
      where t.version is distinct from o.v - 1;
    end
    $body$
  $function$, kind, 'stale_' || kind);
  execute format($function$
    create procedure %2$I(rows json, livemodes boolean[], verdicts smallint[]) language plpgsql as $body$
    begin
      insert into %1$I (id, livemode, version, created, data)
      select o.id, livemodes[o.i], 1, to_timestamp(o.c / 1000.0), o.d
      from json_to_recordset(rows) as o (i integer, id text, c bigint, d jsonb)
      where verdicts[o.i] = 0;
    end
    $body$
  $function$, kind, 'create_' || kind);
  execute format($function$
    create procedure %2$I(rows json, verdicts smallint[]) language plpgsql as $body$
    begin
      update %1$I t set version = o.v, data = o.d
      from (
        select o.v, o.d, t.ctid as place
        from json_to_recordset(rows) as o (i integer, id text, v integer, d jsonb)
        cross join lateral (select t.ctid from %1$I t where t.id = o.id for update) t
        where verdicts[o.i] = 0
      ) o
      where t.ctid = o.place;
    end
    $body$
  $function$, kind, 'change_' || kind);
end
$$;

do $$
declare
  kind text;
begin
  foreach kind in array array['customers', 'disputes', 'experiments', 'exports', 'flag_segments', 'flags', 'payment_methods',
                              'payments', 'payouts', 'reconciliations', 'refunds', 'webhook_endpoints'] loop
    call make_object_kind(kind);
  end loop;
end
$$;

-- What was captured is at most what was asked for; what was given back at most what was captured.
alter table payments add constraint payments_amounts check (
  (data ->> 'amount')::bigint > 0
  and (data ->> 'amount_captured')::bigint between 0 and (data ->> 'amount')::bigint
  and (data ->> 'amount_refunded')::bigint between 0 and (data ->> 'amount_captured')::bigint
);

-- Idempotency ---------------------------------------------------------------------------------------------------------

create table idempotency_keys (
  livemode boolean not null,
  key text collate "C" not null,
  fingerprint text collate "C" not null,
  -- Null while the request is under way.
  status smallint,
  body text,
  -- The object to look at when the process that claimed the key is gone.
  object text collate "C",
  -- The customer whose personal data the answer holds.
  subject text collate "C",
  created timestamptz not null default now(),
  primary key (livemode, key)
);
create index idempotency_keys_created on idempotency_keys using brin (created);
create index idempotency_keys_subject on idempotency_keys (subject) where subject is not null;

-- Events: outbox and audit trail at once ------------------------------------------------------------------------------

create table audit_chains (
  id smallint primary key,
  height bigint not null default 0,
  hash bytea not null default '\x'
) with (fillfactor = 10);
insert into audit_chains (id) select generate_series(0, 7);

create table audit_blocks (
  chain smallint not null,
  height bigint not null,
  previous bytea not null,
  -- sha256(previous, then one line for each transaction, entry and event of the block)
  hash bytea not null,
  committed timestamptz not null,
  primary key (chain, height)
);
create trigger audit_blocks_append_only before update or delete or truncate on audit_blocks
  for each statement execute function refuse_change();

create table events (
  id text collate "C" primary key,
  livemode boolean not null,
  type text collate "C" not null,
  object text collate "C" not null,
  version integer not null,
  created timestamptz not null,
  -- The object at that time, byte by byte. Null after an erasure; the digest stays.
  data json,
  digest bytea not null,
  actor text not null,
  request text,
  chain smallint not null,
  height bigint not null,
  position integer not null
);
create index events_block on events (chain, height);
create index events_object on events (object, version);

-- Lines that the hash of a block covers -------------------------------------------------------------------------------

create function audit_line(t ledger_transactions) returns text language sql stable parallel safe
  return 'transaction ' || t.id || ' ' || t.type || ' ' || t.currency || ' ' || t.object || ' ' || extract(epoch from t.posted);
create function audit_line(e ledger_entries) returns text language sql stable parallel safe
  return 'entry ' || e.transaction || ' ' || e.account || ' ' || e.sequence || ' ' || e.direction || ' ' || e.layer || ' '
    || e.amount || ' ' || e.balance;
create function audit_line(e events) returns text language sql stable parallel safe
  return 'event ' || e.id || ' ' || e.type || ' ' || e.object || ' ' || e.version || ' ' || e.actor || ' '
    || encode(e.digest, 'hex');

-- Nobody but commit_group (which works as the tables' owner) changes money, objects, keys or events; the service's own
-- accounts are opened, empty, where they are first needed.
grant insert (id, livemode, code, name, type, currency, overdraft, customer, metadata, created) on ledger_accounts
  to strongroom_service;
grant select on ledger_accounts, ledger_transactions, ledger_entries, idempotency_keys, events, audit_chains, audit_blocks
  to strongroom_service;
