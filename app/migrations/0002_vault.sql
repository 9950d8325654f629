-- Up Migration

-- Keys ----------------------------------------------------------------------------------------------------------------
-- The root key (AWS KMS, or a key file) wraps branch keys and hash keys; a branch key wraps data keys, one per subject;
-- a data key encrypts the subject's records. Destroying a data key erases what it encrypts.

-- One per generation. A rotation makes the next generation and moves all subjects to it; its row tells how far it is.
create table vault_branch_keys (
  generation integer primary key check (generation > 0),
  -- Names the root key that wraps it.
  root text not null,
  wrapped bytea not null,
  created timestamptz not null default now(),
  -- Subjects moved to this generation so far.
  moved bigint not null default 0,
  -- When no subject was left in an earlier generation.
  finished timestamptz
);

-- For fingerprints and exact searches (HMAC). Kept over rotations of the other keys, unless they are told to replace it.
create table vault_hash_keys (
  generation integer primary key check (generation > 0),
  root text not null,
  wrapped bytea not null,
  created timestamptz not null default now()
);

-- A subject is a customer, or a payment method that belongs to none.
create table vault_data_keys (
  livemode boolean not null,
  subject text collate "C" not null,
  generation integer not null references vault_branch_keys,
  wrapped bytea not null,
  created timestamptz not null default now(),
  primary key (livemode, subject, generation)
);
create index vault_data_keys_generation on vault_data_keys (generation, livemode, subject);

-- Records -------------------------------------------------------------------------------------------------------------

-- Card and account numbers, encrypted; here and nowhere else.
create table vault_entries (
  id text collate "C" primary key,
  livemode boolean not null,
  subject text collate "C" not null,
  generation integer not null,
  kind text not null check (kind in ('card', 'bank_account')),
  -- Id of the payment method that it is made for.
  holder text collate "C" not null,
  -- Rises with each encryption anew.
  version integer not null default 1 check (version > 0),
  sealed bytea not null,
  created timestamptz not null default now(),
  -- Never on delete cascade: a key that goes while an entry comes must fail, not take the entry along.
  foreign key (livemode, subject, generation) references vault_data_keys
);
create index vault_entries_key on vault_entries (subject, livemode, generation);
create index vault_entries_created on vault_entries using brin (created);

-- Who had a number revealed, when and what for; append-only.
create table vault_access (
  at timestamptz not null default now(),
  livemode boolean not null,
  entry text collate "C" not null,
  purpose text not null,
  actor text not null,
  request text
);
create index vault_access_entry on vault_access (entry);
create index vault_access_at on vault_access using brin (at);
create trigger vault_access_append_only before update or delete or truncate on vault_access
  for each statement execute function refuse_change();

grant select, insert, update, delete on vault_branch_keys, vault_hash_keys, vault_data_keys, vault_entries to strongroom_service;
grant select, insert on vault_access to strongroom_service;
